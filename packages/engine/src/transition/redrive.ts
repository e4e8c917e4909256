import type { MapState, ParallelState } from "@pawl/asl";
import type { Branch } from "../execution.js";
import { complete, continueMapRun, execute, goOnWith } from "./flow.js";
import { isMapRun, redriveMapRun } from "./map-run.js";
import { record, stateOf, type Turn } from "./turn.js";

/**
 * An execution that has ended without success goes on (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html).
 * Every branch that had not come to its end does its state again: without a new entry, with all attempts of its retriers. What
 * succeeded stays as it is.
 * @returns false where there is nothing to go on with
 */
export function redrive(turn: Turn): boolean {
  const { execution, facts, program } = turn;
  if (execution.status === "RUNNING" || execution.status === "SUCCEEDED") return false;
  execution.status = "RUNNING";
  execution.stopDate = undefined;
  execution.error = undefined;
  execution.cause = undefined;
  execution.redriveCount += 1;
  execution.redriveDate = facts.now;
  execution.deadline = program.timeoutSeconds === undefined ? undefined : facts.now + program.timeoutSeconds * 1000;
  const redriven = record(turn, execution.lastEventId, "ExecutionRedriven", "executionRedrivenEventDetails", {
    redriveCount: execution.redriveCount,
  });
  for (const branch of [...execution.branches.values()]) {
    // One that was resumed before may have failed, and the execution with it.
    if (execution.branches.get(branch.id) === branch) resume(turn, branch, redriven);
  }
  return true;
}

function resume(turn: Turn, branch: Branch, redriven: number): void {
  const { waiting } = branch;
  if (waiting.kind === "done") return;
  turn.changed.add(branch);
  branch.retries = undefined;
  if (waiting.kind === "turn" || again(turn, branch, redriven)) turn.ready.push(branch);
}

/** Does the branch's state again. True where the branch now stands before another state. */
function again(turn: Turn, branch: Branch, redriven: number): boolean {
  const { waiting } = branch;
  const state = stateOf(turn, branch);
  if (waiting.kind === "branches" || waiting.kind === "iterations") {
    // Where children are left, they are resumed themselves. Where not, it was the exit that failed.
    return branch.progress?.running === 0 && complete(turn, branch, state as ParallelState | MapState);
  }
  if (isMapRun(branch)) {
    redriveMapRun(turn, branch);
    return continueMapRun(turn, branch, state as MapState);
  }
  if (waiting.kind === "evaluation") return goOnWith(turn, branch, state, waiting.stage);
  // An iteration whose input could not be made has entered nothing.
  if (branch.enteredEventId === 0) return goOnWith(turn, branch, state, { kind: "iteration" });
  // Recorded: a task that is scheduled again follows the state's entry, the second failure of a Fail state the redrive.
  const { type } = state;
  const follows = type === "Task" || type === "Wait" || type === "Parallel" || type === "Map";
  branch.previousEventId = follows ? branch.enteredEventId : redriven;
  branch.waiting = { kind: "turn" };
  return execute(turn, branch, state);
}
