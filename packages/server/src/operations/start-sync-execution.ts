import { checkUnlabelled } from "../arn.js";
import { operation } from "../operation.js";
import { refuseStart, startFault, startRequestOf } from "../start-request.js";
import { epochSeconds } from "../timestamp.js";

/**
 * Answers when the execution has ended, also where it failed. Clients put `sync-` before the host's name; nothing here depends
 * on it.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
 */
export const startSyncExecution = operation("StartSyncExecution", async (engine, request, caller) => {
  checkUnlabelled(request.stateMachineArn);
  const fault = startFault(request);
  if (fault !== undefined) {
    return refuseStart(engine, request, fault);
  }
  const execution = await engine.executions.startSync(startRequestOf(request, caller));
  const included = request.includedData !== "METADATA_ONLY";
  const { output, billedDurationInMilliseconds, billedMemoryUsedInMB } = execution;
  return JSON.stringify({
    executionArn: execution.executionArn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    startDate: epochSeconds(execution.startDate),
    stopDate: epochSeconds(execution.stopDate),
    status: execution.status,
    error: execution.error,
    cause: execution.cause,
    input: included ? execution.input : undefined,
    inputDetails: { included },
    output: included ? output : undefined,
    outputDetails: output === undefined ? undefined : { included },
    traceHeader: execution.traceHeader,
    billingDetails: { billedDurationInMilliseconds, billedMemoryUsedInMB },
  });
});
