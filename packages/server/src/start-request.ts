import type { Engine, ServiceError, StartExecution } from "@pawl/engine";
import { invalidName, isValidName } from "./name.js";
import type { Caller } from "./operation.js";
import { executionInputFault } from "./payload.js";

/** The input of StartExecution and of StartSyncExecution. */
interface Given {
  readonly stateMachineArn: string;
  readonly name?: string | undefined;
  readonly input?: string | undefined;
  readonly traceHeader?: string | undefined;
}

/** Why nothing can be started with this name and input; undefined where something can. */
export function startFault({ name, input }: Given): ServiceError | undefined {
  if (name !== undefined && !isValidName(name)) {
    return invalidName(name);
  }
  return input === undefined ? undefined : executionInputFault(input);
}

/** Throws the fault; but the service says first where there is no such state machine. */
export async function refuseStart(engine: Engine, { stateMachineArn }: Given, fault: ServiceError): Promise<never> {
  const unqualified = stateMachineArn.split(":", 7).join(":");
  await engine.stateMachines.describe(unqualified);
  throw fault;
}

/** A start with the defaults that the service has. */
export function startRequestOf({ stateMachineArn, name, input, traceHeader }: Given, caller: Caller): StartExecution {
  const trace = caller.traceId ?? traceHeader;
  return {
    stateMachineArn,
    input: input ?? "{}",
    ...(name !== undefined && { name }),
    ...(trace !== undefined && { traceHeader: trace }),
  };
}
