import type { TestStateRequest } from "@pawl/engine";
import { operation } from "../operation.js";
import { executionInputFault } from "../payload.js";
import { checkRoleArn } from "../role.js";

/**
 * Answers when the state has done what it does, five minutes from the request at most. Clients put `sync-` before the host's
 * name; nothing here depends on it.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
 */
export const testState = operation("TestState", async (engine, request, caller) => {
  const { roleArn, input } = request;
  if (roleArn !== undefined) {
    checkRoleArn(roleArn);
  }
  const fault = input === undefined ? undefined : executionInputFault(input);
  if (fault !== undefined) {
    throw fault;
  }
  const signal = caller.signal();
  try {
    // Members of the model that are not given are undefined, which is what their absence means.
    return JSON.stringify(await engine.testState(request as TestStateRequest, signal));
  } catch (error) {
    if (signal.aborted) {
      return "{}";
    }
    throw error;
  }
});
