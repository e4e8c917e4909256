import type { Json, JsonObject } from "@pawl/asl";
import type { Branch } from "../execution.js";
import type { MapItem, Turn } from "./turn.js";

/**
 * The context object (`$$`) of a branch's state
 * (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html).
 */
export function contextObject(
  turn: Turn,
  branch: Branch,
  { taskToken, item = enclosingItem(turn, branch) }: { taskToken?: string; item?: MapItem | undefined },
): JsonObject {
  const { execution, program } = turn;
  const context: JsonObject = {
    Execution: {
      Id: execution.arn,
      Input: execution.input,
      StartTime: new Date(execution.startDate).toISOString(),
      Name: execution.name,
      RoleArn: execution.roleArn,
      RedriveCount: execution.redriveCount,
      ...(execution.redriveDate === undefined ? {} : { RedriveTime: new Date(execution.redriveDate).toISOString() }),
    },
    StateMachine: { Id: execution.stateMachineArn, Name: execution.stateMachineName },
  };
  const state: Record<string, Json> = {
    Name: branch.state,
    EnteredTime: new Date(branch.enteredTime).toISOString(),
  };
  const type = program.states.get(branch.state)?.type;
  if (type === "Task" || type === "Map" || type === "Parallel") {
    state.RetryCount = (branch.retries ?? []).reduce((sum, attempts) => sum + attempts, 0);
  }
  context.State = state;
  if (taskToken !== undefined) context.Task = { Token: taskToken };
  if (item !== undefined) {
    const { index, value, key, source } = item;
    context.Map = {
      Item: {
        Index: index,
        ...(key === undefined ? {} : { Key: key }),
        Value: value,
        ...(source === undefined ? {} : { Source: source }),
      },
    };
  }
  return context;
}

/** The item of the nearest iteration around the branch. */
function enclosingItem(turn: Turn, branch: Branch): MapItem | undefined {
  let current: Branch | undefined = branch;
  while (current !== undefined) {
    if (current.item !== undefined) return { index: current.index, value: current.item };
    current = current.parent === undefined ? undefined : turn.execution.branches.get(current.parent);
  }
  return undefined;
}
