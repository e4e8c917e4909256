import type { Engine, ServiceError } from "@pawl/engine";
import { checkUnlabelled } from "../arn.js";
import { invalidName, isValidName } from "../name.js";
import { operation } from "../operation.js";
import { executionInputFault } from "../payload.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export const startExecution = operation("StartExecution", (engine, request, caller) => {
  const { stateMachineArn, name, input } = request;
  checkUnlabelled(stateMachineArn);
  if (name !== undefined && !isValidName(name)) {
    return refuse(engine, stateMachineArn, invalidName(name));
  }
  if (input !== undefined) {
    const fault = executionInputFault(input);
    if (fault !== undefined) {
      return refuse(engine, stateMachineArn, fault);
    }
  }
  const traceHeader = caller.traceId ?? request.traceHeader;
  return engine.executions
    .start({
      stateMachineArn,
      input: input ?? "{}",
      ...(name !== undefined && { name }),
      ...(traceHeader !== undefined && { traceHeader }),
    })
    .then(started);
});

function started({ executionArn, startDate }: { readonly executionArn: string; readonly startDate: number }): string {
  return `{"executionArn":${JSON.stringify(executionArn)},"startDate":${epochSeconds(startDate)}}`;
}

/** The service says first where there is no such state machine. */
async function refuse(engine: Engine, stateMachineArn: string, fault: ServiceError): Promise<never> {
  await engine.stateMachines.describe(stateMachineArn);
  throw fault;
}
