import { checkUnlabelled } from "../arn.js";
import { invalidName, isValidName } from "../name.js";
import { operation } from "../operation.js";
import { executionInputFault } from "../payload.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export const startExecution = operation("StartExecution", async (engine, request, caller) => {
  const { stateMachineArn, name, input } = request;
  checkUnlabelled(stateMachineArn);
  const fault =
    name !== undefined && !isValidName(name)
      ? invalidName(name)
      : input !== undefined
        ? executionInputFault(input)
        : undefined;
  if (fault !== undefined) {
    // The service says first that there is no such state machine.
    await engine.stateMachines.describe(stateMachineArn);
    throw fault;
  }
  const traceHeader = caller.traceId ?? request.traceHeader;
  const { executionArn, startDate } = await engine.executions.start({
    stateMachineArn,
    input: input ?? "{}",
    ...(name !== undefined && { name }),
    ...(traceHeader !== undefined && { traceHeader }),
  });
  return `{"executionArn":${JSON.stringify(executionArn)},"startDate":${epochSeconds(startDate)}}`;
});
