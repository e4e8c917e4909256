import type { MapState, Program, TaskState } from "@pawl/asl";
import { type Branch, type Execution, ROOT } from "../execution.js";
import { details, type HistoryEvent } from "../history/history-event.js";
import type { MapRunRecord } from "../map-run-record.js";
import { newBranch } from "./children.js";
import type { Effect } from "./effect.js";
import { isEvaluating, NO_RESULTS, stepBudget, takeResult } from "./evaluations.js";
import type { ExecutionEvent, Failure } from "./event.js";
import {
  continueMapRun,
  dropBranches,
  execute,
  exitWithResult,
  failExecution,
  failReading,
  failState,
  goOnWith,
  runReady,
  takeResults,
  wake,
} from "./flow.js";
import { awaitsInputs, branchOf, isMapRun, takeEnds, takeInputs, updateMapRun } from "./map-run.js";
import { type MapRunBranch, redrivesOf } from "./map-run-counts.js";
import { redrive } from "./redrive.js";
import { keepBranches } from "./remains.js";
import {
  awaitsCall,
  awaitsToken,
  heartbeat,
  isQueued,
  isSubmission,
  isTimedOut,
  jobStarted,
  type TaskBranch,
  taskFailure,
  taskResult,
  taskSubmitted,
  taskTaken,
  taskTimedOut,
  waitsForToken,
} from "./task.js";
import { type Facts, historyIsFull, record, stateOf, type Turn } from "./turn.js";

/** What an event did to an execution: what to store, and what to do once it is stored. */
export interface Change {
  /** False where the event came too late to mean anything, such as the result of a task that timed out. */
  readonly accepted: boolean;
  readonly events: readonly HistoryEvent[];
  readonly effects: readonly Effect[];
  readonly changed: ReadonlySet<Branch>;
  readonly deleted: readonly number[];
  /** What the execution, where it has ended without success, leaves for a redrive. */
  readonly kept: readonly Branch[];
  /** Map runs that began, changed or ended: the last record of each is the one to keep. */
  readonly mapRuns: readonly MapRunRecord[];
}

const NO_MAP_RUNS: readonly MapRunRecord[] = [];

/**
 * Carries an execution one step on: from one event to where every branch waits again or the execution has ended.
 *
 * Deterministic: the same program, execution, event and facts give the same change, and nothing else is read. It performs
 * nothing: effects are for the caller, after the commit. The execution given is changed in place (a copy for every event would
 * cost more than the transition); whoever needs the old form copies it before.
 */
export function transition(program: Program, execution: Execution, event: ExecutionEvent, facts: Facts): Change {
  const turn: Turn = {
    program,
    execution,
    facts,
    events: [],
    effects: [],
    characters: 0,
    changed: new Set(),
    deleted: [],
    results: NO_RESULTS,
    steps: stepBudget(),
    evaluations: undefined,
    ready: [],
    fallen: [],
    kept: [],
  };
  let accepted = false;
  try {
    if (execution.status === "RUNNING" || event.kind === "redriven") {
      accepted = accept(turn, event);
      runReady(turn);
    }
  } catch (error) {
    // Whatever else is thrown (JSON nested too deep for the stack, a fault of this program) must not leave the execution between
    // two states: it would never end, and what comes next would be written on top of it.
    const cause =
      error === historyIsFull
        ? "The execution reached the maximum number of history events (25000)."
        : `An internal error occurred: ${error instanceof Error ? error.message : String(error)}`;
    failExecution(turn, execution.lastEventId, { error: "States.Runtime", cause });
    accepted = true;
    // It could not be told in the history.
    if (error === historyIsFull) turn.kept = [];
  }
  const { events, effects, changed, deleted, kept, mapRuns = NO_MAP_RUNS } = turn;
  return { accepted, events, effects, changed, deleted, kept, mapRuns };
}

function accept(turn: Turn, event: ExecutionEvent): boolean {
  switch (event.kind) {
    case "started":
      start(turn);
      return true;
    case "turn":
      for (const branch of [...turn.execution.branches.values()]) {
        if (branch.waiting.kind === "turn") turn.ready.push(branch);
        if (isMapRun(branch)) goOn(turn, branch, continueMapRun(turn, branch, stateOf(turn, branch) as MapState));
      }
      return true;
    case "inputsRead":
      return inMapRun(turn, event, (branch) => takeInputs(turn, branch, event), continueMapRun);
    case "readingFailed": {
      const awaits = ({ mapRun }: MapRunBranch): boolean => awaitsInputs(mapRun, event.from);
      return inMapRun(turn, event, awaits, (_turn, branch, state) => failReading(turn, branch, state, event));
    }
    case "childrenEnded":
      return inMapRun(turn, event, (branch) => takeEnds(branch, event), continueMapRun);
    case "resultsGathered": {
      const awaits = (branch: MapRunBranch): boolean =>
        branch.mapRun?.outcome !== undefined && redrivesOf(branch) === event.redrives;
      return inMapRun(turn, event, awaits, (_turn, branch, state) => takeResults(turn, branch, state, event.outcome));
    }
    case "mapRunUpdated": {
      const isRunning = ({ mapRun }: MapRunBranch): boolean => mapRun !== undefined && mapRun.outcome === undefined;
      return inMapRun(turn, event, isRunning, (_turn, branch, state) => {
        updateMapRun(turn, branch, event);
        return continueMapRun(turn, branch, state);
      });
    }
    case "due":
      due(turn, event.branchId);
      return true;
    case "evaluated":
    case "evaluationLost": {
      const branch = turn.execution.branches.get(event.branchId);
      if (!isEvaluating(branch)) return false;
      if (event.kind === "evaluated") {
        if (branch.waiting.evaluation !== event.evaluation) return false;
        branch.waiting = takeResult(branch, event.result);
      }
      goOn(turn, branch, goOnWith(turn, branch, stateOf(turn, branch), branch.waiting.stage));
      return true;
    }
    case "taskTaken": {
      const branch = turn.execution.branches.get(event.branchId);
      if (!isQueued(branch)) return false;
      taskTaken(turn, branch, event.workerName);
      return true;
    }
    case "callReturned":
    case "callFailed": {
      const branch = turn.execution.branches.get(event.branchId);
      if (!awaitsCall(branch, event.attempt)) return false;
      const state = stateOf(turn, branch) as TaskState;
      if (event.kind === "callFailed") failTask(turn, branch, state, event);
      else if (isSubmission(branch, state)) jobStarted(turn, branch, state, event.output);
      else if (waitsForToken(state) && branch.waiting.mockedCall === undefined)
        taskSubmitted(turn, branch, state, event.output);
      else succeedTask(turn, branch, state, event.output);
      return true;
    }
    case "taskSucceeded":
    case "taskFailed":
    case "heartbeat": {
      const branch = turn.execution.branches.get(event.token.branchId);
      if (!awaitsToken(branch, event.token)) return false;
      const state = stateOf(turn, branch) as TaskState;
      if (event.kind === "heartbeat") heartbeat(turn, branch);
      else if (event.kind === "taskFailed") failTask(turn, branch, state, event);
      else succeedTask(turn, branch, state, event.output);
      return true;
    }
    case "redriven":
      return redrive(turn);
    case "stopped":
      abort(turn, event);
      return true;
  }
}

function start(turn: Turn): void {
  const { execution } = turn;
  const { inputText } = execution;
  record(turn, 0, "ExecutionStarted", "executionStartedEventDetails", details.executionStarted(execution));
  const root = newBranch(execution, {
    parent: undefined,
    index: 0,
    state: execution.startAt,
    input: execution.input,
    // The service lets the first state follow nothing, not the ExecutionStarted event.
    previousEventId: 0,
  });
  root.inputText = inputText;
  turn.ready.push(root);
}

/** Something happens to a map run, where it is still waited for. */
function inMapRun(
  turn: Turn,
  place: { readonly branchId: number; readonly mapRunArn: string },
  accepts: (branch: MapRunBranch) => boolean,
  action: (turn: Turn, branch: MapRunBranch, state: MapState) => boolean,
): boolean {
  const branch = branchOf(turn.execution, place);
  if (branch === undefined || !accepts(branch)) return false;
  goOn(turn, branch, action(turn, branch, stateOf(turn, branch) as MapState));
  return true;
}

function due(turn: Turn, branchId: number): void {
  const { execution, facts } = turn;
  if (branchId === ROOT && execution.deadline !== undefined && execution.deadline <= facts.now) {
    timeOut(turn, execution.deadline);
    return;
  }
  const branch = execution.branches.get(branchId);
  if (branch === undefined) return;
  const state = stateOf(turn, branch);
  const { waiting } = branch;
  if (waiting.kind === "time" && waiting.until <= facts.now && state.type === "Wait") {
    goOn(turn, branch, wake(turn, branch, state));
  } else if (waiting.kind === "retry" && waiting.until <= facts.now) {
    branch.waiting = { kind: "turn" };
    goOn(turn, branch, execute(turn, branch, state));
  } else if (isTimedOut(branch, facts.now) && state.type === "Task") {
    goOn(turn, branch, failState(turn, branch, state, taskTimedOut(turn, branch, state)));
  }
}

function succeedTask(turn: Turn, branch: TaskBranch, state: TaskState, output: string): void {
  const outcome = taskResult(turn, branch, state, output);
  goOn(
    turn,
    branch,
    "result" in outcome ? exitWithResult(turn, branch, state, outcome.result) : failState(turn, branch, state, outcome),
  );
}

function failTask(turn: Turn, branch: TaskBranch, state: TaskState, failure: Failure): void {
  goOn(turn, branch, failState(turn, branch, state, taskFailure(turn, branch, state, failure)));
}

function goOn(turn: Turn, branch: Branch, standsBeforeState: boolean): void {
  if (standsBeforeState) turn.ready.push(branch);
}

/** The machine's TimeoutSeconds are over. The execution ended when they were, not when it was noticed. */
function timeOut(turn: Turn, deadline: number): void {
  turn.execution.status = "TIMED_OUT";
  turn.execution.stopDate = deadline;
  record(turn, 0, "ExecutionTimedOut", "executionTimedOutEventDetails", { error: "States.Timeout" });
  keepBranches(turn);
  dropBranches(turn);
}

function abort(turn: Turn, { error, cause }: Failure): void {
  const { execution, facts } = turn;
  execution.status = "ABORTED";
  execution.error = error;
  execution.cause = cause;
  execution.stopDate = facts.now;
  record(turn, 0, "ExecutionAborted", "executionAbortedEventDetails", details.failure(error, cause));
  keepBranches(turn);
  dropBranches(turn);
}
