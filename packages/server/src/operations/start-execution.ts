import { checkUnlabelled } from "../arn.js";
import { operation } from "../operation.js";
import { refuseStart, startFault, startRequestOf } from "../start-request.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export const startExecution = operation("StartExecution", (engine, request, caller) => {
  checkUnlabelled(request.stateMachineArn);
  const fault = startFault(request);
  if (fault !== undefined) {
    return refuseStart(engine, request, fault);
  }
  return engine.executions.start(startRequestOf(request, caller)).then(started);
});

function started({ executionArn, startDate }: { readonly executionArn: string; readonly startDate: number }): string {
  return `{"executionArn":${JSON.stringify(executionArn)},"startDate":${epochSeconds(startDate)}}`;
}
