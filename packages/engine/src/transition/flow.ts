import {
  type Exit,
  type Json,
  type MapState,
  type ParallelState,
  parseJson,
  printJson,
  type State,
  StatesError,
  type TaskState,
  type WaitState,
} from "@pawl/asl";
import { type Branch, ROOT, type Stage } from "../execution.js";
import { details } from "../history/history-event.js";
import {
  abortChildren,
  beginIteration,
  recordStateAborted,
  removeBranch,
  removeChildren,
  startBranches,
  startIteration,
  startIterations,
} from "./children.js";
import { isTooLarge, printOutput, tooLarge } from "./data-limit.js";
import { inStage } from "./evaluations.js";
import type { ReadingFailed, ResultsOutcome } from "./event.js";
import { endMapRun, isDone, startChildren, startMapRun, stopMapRun, wishForInputs, wishForResults } from "./map-run.js";
import { EXCEEDED_TOLERANCE, type MapRunBranch, toleratesNoMore } from "./map-run-counts.js";
import { hasChildren, keepBranches } from "./remains.js";
import { errorOutput, evaluationFailure, matchingCatcher, retryDelay, type StateFailure } from "./state-failure.js";
import { startTask } from "./task.js";
import { record, recordIn, scopeOf, stateOf, type Turn } from "./turn.js";
import { assignVariables, printVariables, variablesTooLarge } from "./variable-limit.js";

/**
 * How branches move: into states, out of them, to the end of their graph, and from a failed state to what catches it. These
 * functions call each other (the end of a child may be the end of its parent's state), so they stand together.
 */

/**
 * A transition that has written this many events stops and goes on in the next one, so that a busy loop lets other
 * executions run and a commit stays small. 4,096 events take about 4 ms, and a Map of 1,000 iterations of one state fits: in
 * transitions of 1,000 events it takes twice as long, because finished iterations are stored until the others are.
 */
const MAX_EVENTS_PER_TURN = 4096;

/** The same for the inputs and outputs in these events: 16 of the largest. A history's chunk must fit into memory, many times. */
const MAX_CHARACTERS_PER_TURN = 4_194_304;

function isLong({ events, characters }: Turn): boolean {
  return events.length >= MAX_EVENTS_PER_TURN || characters >= MAX_CHARACTERS_PER_TURN;
}

/** Runs every branch that has a state to enter until all wait or the execution has ended. */
export function runReady(turn: Turn): void {
  let postponed = false;
  // Branches are appended while this runs.
  for (const branch of turn.ready) {
    if (turn.execution.branches.get(branch.id) !== branch) continue;
    if (isLong(turn) || !run(turn, branch)) {
      branch.waiting = { kind: "turn" };
      turn.changed.add(branch);
      postponed = true;
    }
  }
  if (postponed && turn.execution.status === "RUNNING") turn.effects.push({ kind: "continue" });
}

/** False where the branch could go on but the transition is long enough. */
function run(turn: Turn, branch: Branch): boolean {
  do {
    if (isLong(turn)) return false;
    enter(turn, branch, stateOf(turn, branch));
  } while (execute(turn, branch, stateOf(turn, branch)));
  return true;
}

function enter(turn: Turn, branch: Branch, state: State): void {
  branch.inputText ??= printJson(branch.input);
  turn.characters += branch.inputText.length;
  branch.enteredTime = turn.facts.now;
  branch.enteredAfterEventId = branch.previousEventId;
  branch.enteredEventId = recordIn(
    turn,
    branch,
    `${state.type}StateEntered`,
    "stateEnteredEventDetails",
    details.stateEntered(state.name, branch.inputText),
  );
}

/** Does what the state does, up to its exit where it waits for nothing. True where the branch now stands before another state. */
export function execute(turn: Turn, branch: Branch, state: State): boolean {
  return attempt(turn, branch, state, EXECUTE, () => {
    const scope = scopeOf(turn, branch);
    switch (state.type) {
      case "Pass":
        return leave(turn, branch, state, state.exit(scope), state.next);
      case "Succeed":
        return leave(turn, branch, state, state.exit(scope), undefined);
      case "Choice": {
        const choice = state.choose(scope);
        return leave(turn, branch, state, choice, choice.next);
      }
      case "Wait": {
        const until = state.until(scope, turn.facts.now);
        if (until <= turn.facts.now) return leave(turn, branch, state, state.exit(scope), state.next);
        branch.waiting = { kind: "time", until };
        turn.changed.add(branch);
        return false;
      }
      case "Fail":
        failBranch(turn, branch, { ...failureOf(state.failure(scope)), catchable: true });
        return false;
      case "Task":
        startTask(turn, branch, state);
        return false;
      case "Parallel":
        startBranches(turn, branch, state, state.enter(scope));
        return false;
      case "Map":
        if (state.mode === "DISTRIBUTED") return startDistributed(turn, branch, state);
        startIterations(turn, branch, state, state.enter(scope));
        return branch.progress?.running === 0 ? complete(turn, branch, state) : false;
    }
  });
}

const EXECUTE: Stage = { kind: "execute" };

/** A wait is over. True where the branch now stands before another state. */
export function wake(turn: Turn, branch: Branch, state: WaitState): boolean {
  return attempt(turn, branch, state, WAKE, () =>
    leave(turn, branch, state, state.exit(scopeOf(turn, branch)), state.next),
  );
}

const WAKE: Stage = { kind: "wake" };

/** An evaluation came back: does again what needed it. True where the branch now stands before another state. */
export function goOnWith(turn: Turn, branch: Branch, state: State, stage: Stage): boolean {
  if (stage.kind === "execute") return execute(turn, branch, state);
  if (stage.kind === "wake") return wake(turn, branch, state as WaitState);
  if (stage.kind === "exit") return exitWithResult(turn, branch, state as GuardedState, stage.result);
  if (stage.kind === "catch") return handleFailure(turn, branch, state as GuardedState, stage.failure);
  const { parent } = parentOf(turn, branch);
  const map = stateOf(turn, parent) as MapState;
  const goesOn = attempt(turn, parent, map, EXECUTE, () => {
    beginIteration(turn, parent, map, branch);
    return false;
  });
  if (goesOn) turn.ready.push(parent);
  return false;
}

/** A state that can retry and catch. */
type GuardedState = TaskState | ParallelState | MapState;

function failureOf({ error, cause }: { error?: string; cause?: string }) {
  return { error, cause };
}

function startDistributed(turn: Turn, branch: Branch, state: MapState): boolean {
  startMapRun(turn, branch, state);
  return continueMapRun(turn, branch as MapRunBranch, state);
}

/** Starts what may start, or ends the map run where it is over. True where the branch now stands before another state. */
export function continueMapRun(turn: Turn, branch: MapRunBranch, state: MapState): boolean {
  const { mapRun, waiting } = branch;
  if (mapRun === undefined || mapRun.outcome !== undefined) return false;
  if (toleratesNoMore(branch)) {
    if (waiting.writer?.resource === undefined) return failMapRun(turn, branch, state, EXCEEDED_TOLERANCE, false);
    // What became of the children is written before it fails.
    wishForResults(turn, branch, { status: "FAILED", ...EXCEEDED_TOLERANCE });
    return false;
  }
  startChildren(turn, branch, state);
  wishForInputs(turn, branch);
  if (isDone(branch)) wishForResults(turn, branch, { status: "SUCCEEDED" });
  return false;
}

const ERRORS_OF_MAP_RUNS = new Set([
  "States.ItemReaderFailed",
  "States.ResultWriterFailed",
  "States.DataLimitExceeded",
]);

/** The inputs of the next children cannot be had. True where the branch now stands before another state. */
export function failReading(
  turn: Turn,
  branch: MapRunBranch,
  state: MapState,
  { error, cause, location }: ReadingFailed,
): boolean {
  if (ERRORS_OF_MAP_RUNS.has(error)) {
    return failMapRun(turn, branch, state, { error, cause }, false);
  }
  // It was an expression.
  const failure = failEvaluation(turn, branch, state, new StatesError(error, cause, location));
  endMapRun(turn, branch, "FAILED", false);
  stopMapRun(turn, branch);
  return failState(turn, branch, state, failure);
}

/** The map run is over. True where the branch now stands before another state. */
export function takeResults(turn: Turn, branch: MapRunBranch, state: MapState, outcome: ResultsOutcome): boolean {
  const expected = branch.mapRun?.outcome;
  if (expected === undefined) return false;
  const gathered = typeof outcome === "object" && "result" in outcome;
  if (expected.status === "FAILED") return failMapRun(turn, branch, state, expected, gathered);
  if (typeof outcome === "object" && !gathered) return failMapRun(turn, branch, state, outcome, false);
  endMapRun(turn, branch, "SUCCEEDED", gathered);
  // The exit follows the start of the map run, as the service has linked it since November 2024.
  const succeeded = record(turn, branch.previousEventId, "MapRunSucceeded");
  record(turn, succeeded, "MapStateSucceeded");
  if (gathered) return exitWithResult(turn, branch, state, parseJson(outcome.result));
  // A redrive does the state again as a whole.
  (branch as Branch).waiting = { kind: "turn" };
  return failState(turn, branch, state, { ...tooLarge(state.name), catchable: true });
}

function failMapRun(
  turn: Turn,
  branch: MapRunBranch,
  state: MapState,
  { error, cause }: { readonly error: string; readonly cause: string },
  written: boolean,
): boolean {
  recordIn(turn, branch, "MapRunFailed", "mapRunFailedEventDetails", { error, cause });
  endMapRun(turn, branch, "FAILED", written);
  stopMapRun(turn, branch);
  return failState(turn, branch, state, { error, cause, catchable: true }, true);
}

/** The state's result is there: computes the output and leaves. True where the branch now stands before another state. */
export function exitWithResult(turn: Turn, branch: Branch, state: GuardedState, result: Json): boolean {
  return attempt(turn, branch, state, { kind: "exit", result }, () =>
    leave(turn, branch, state, state.exit(scopeOf(turn, branch), result), state.next),
  );
}

/**
 * Runs what may throw an error of the language, which then fails the state, and what may need an evaluation, for which the
 * branch then waits.
 */
export function attempt(turn: Turn, branch: Branch, state: State, stage: Stage, action: () => boolean): boolean {
  try {
    return inStage(turn, branch, stage, action) ?? false;
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    return failState(turn, branch, state, failEvaluation(turn, branch, state, error));
  }
}

/** An expression failed: where it was one of JSONata, an event of its own tells so. */
function failEvaluation(turn: Turn, branch: Branch, state: State, error: StatesError): StateFailure {
  const failure = evaluationFailure(branch, error);
  if (failure.evaluation) {
    // The service lets the event follow what the entry follows, as if both came at once; that of a Wait state comes after.
    const atOnce = branch.previousEventId === branch.enteredEventId && state.type !== "Wait";
    branch.previousEventId = record(
      turn,
      atOnce ? branch.enteredAfterEventId : branch.previousEventId,
      "EvaluationFailed",
      "evaluationFailedEventDetails",
      details.evaluationFailed(state.name, failure.error, failure.cause, error.location),
    );
  }
  return failure;
}

/** True where the branch now stands before another state. */
export function leave(turn: Turn, branch: Branch, state: State, exit: Exit, next: string | undefined): boolean {
  const text = textOf(exit.output, branch);
  if (text === undefined) {
    // A redrive does such a state again as a whole.
    if (branch.waiting.kind !== "task") branch.waiting = { kind: "turn" };
    return failState(turn, branch, state, { ...tooLarge(state.name), catchable: true });
  }
  let assigned: Record<string, string> | undefined;
  if (exit.assigned !== undefined) {
    const texts = printVariables(exit.assigned);
    const variables = texts && assignVariables(turn.execution, branch, exit.assigned, texts);
    if (variables === undefined) {
      if (branch.waiting.kind !== "task") branch.waiting = { kind: "turn" };
      return failState(turn, branch, state, { ...variablesTooLarge(state.name), catchable: true });
    }
    assigned = Object.fromEntries(texts ?? []);
    branch.variables = variables;
  }
  turn.characters += text.length;
  recordIn(
    turn,
    branch,
    `${state.type}StateExited`,
    "stateExitedEventDetails",
    details.stateExited(state.name, text, assigned),
  );
  if (turn.fallen.length > 0) turn.fallen.length = 0;
  if (next === undefined) {
    finish(turn, branch, exit.output, text);
    return false;
  }
  branch.state = next;
  branch.input = exit.output;
  branch.inputText = text;
  branch.retries = undefined;
  branch.waiting = { kind: "turn" };
  return true;
}

/** The output as JSON; undefined where it is too large. */
function textOf(output: Json, { input, inputText }: Branch): string | undefined {
  if (output !== input || inputText === undefined) return printOutput(output);
  return isTooLarge(inputText) ? undefined : inputText;
}

/** The branch has come to its end. */
function finish(turn: Turn, branch: Branch, output: Json, text: string): void {
  const { execution } = turn;
  if (branch.parent === undefined) {
    execution.status = "SUCCEEDED";
    execution.output = text;
    execution.stopDate = turn.facts.now;
    recordIn(turn, branch, "ExecutionSucceeded", "executionSucceededEventDetails", details.executionSucceeded(text));
    dropBranches(turn);
    return;
  }
  const { parent, progress, waiting } = parentOf(turn, branch);
  branch.waiting = { kind: "done", output };
  turn.changed.add(branch);
  progress.results[branch.index] = output;
  progress.done += 1;
  progress.running -= 1;
  const state = stateOf(turn, parent) as ParallelState | MapState;
  parent.previousEventId = branch.previousEventId;
  if (waiting.kind === "iterations") {
    const succeeded = record(
      turn,
      branch.previousEventId,
      "MapIterationSucceeded",
      "mapIterationSucceededEventDetails",
      {
        name: parent.state,
        index: branch.index,
      },
    );
    if (progress.next < waiting.items.length) {
      // The next iteration follows the last event inside this one, not this one's end.
      const goesOn = attempt(turn, parent, state, EXECUTE, () => {
        startIteration(turn, parent, state as MapState, branch.previousEventId);
        return false;
      });
      if (goesOn) turn.ready.push(parent);
      return;
    }
    parent.previousEventId = succeeded;
  }
  if (progress.running === 0 && complete(turn, parent, state)) turn.ready.push(parent);
}

/** All children are done. True where the branch now stands before another state. */
export function complete(turn: Turn, branch: Branch, state: ParallelState | MapState): boolean {
  const results = branch.progress?.results ?? [];
  removeChildren(turn, branch);
  // The exit follows what the success followed.
  record(turn, branch.previousEventId, `${state.type}StateSucceeded`);
  return exitWithResult(turn, branch, state, results);
}

/** The state failed: retries it, or goes to what catches it, or fails the branch. True where the branch now stands before another state. */
export function failState(turn: Turn, branch: Branch, state: State, failure: StateFailure, hadMapRun = false): boolean {
  if (state.type !== "Task" && state.type !== "Parallel" && state.type !== "Map") {
    failBranch(turn, branch, failure);
    return false;
  }
  const hadChildren = branch.progress !== undefined || hadMapRun;
  if (hadChildren) {
    abortChildren(turn, branch);
    removeChildren(turn, branch);
  }
  const delay = retryDelay(state.retry, branch, failure, turn.facts.random);
  if (delay !== undefined) {
    branch.waiting = { kind: "retry", until: turn.facts.now + delay };
    turn.fallen.length = 0;
    turn.changed.add(branch);
    return false;
  }
  if (hadChildren || (failure.evaluation && state.type !== "Task")) {
    recordIn(turn, branch, `${state.type}StateFailed`);
  }
  return handleFailure(turn, branch, state, failure);
}

/** No attempt is left: goes to what catches the failure, or fails the branch. */
function handleFailure(turn: Turn, branch: Branch, state: GuardedState, failure: StateFailure): boolean {
  const catcher = matchingCatcher(state.catch, failure);
  if (catcher === undefined) {
    failBranch(turn, branch, failure);
    return false;
  }
  try {
    const left = inStage(turn, branch, { kind: "catch", failure }, () => {
      const exit = catcher.exit(scopeOf(turn, branch), errorOutput(failure));
      return leave(turn, branch, { ...state, catch: [], retry: [] }, exit, catcher.next);
    });
    return left ?? false;
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    failBranch(turn, branch, failEvaluation(turn, branch, state, error));
    return false;
  }
}

/** Nothing in the branch catches the failure. */
export function failBranch(turn: Turn, branch: Branch, failure: StateFailure): void {
  // What has children stays as it waits for them: a redrive goes on with those that did not succeed.
  if (!hasChildren(branch)) branch.waiting = { kind: "failed" };
  if (branch.parent === undefined) {
    failExecution(turn, branch.previousEventId, failure);
    return;
  }
  const { parent, waiting } = parentOf(turn, branch);
  if (waiting.kind === "iterations") {
    record(turn, branch.previousEventId, "MapIterationFailed", "mapIterationFailedEventDetails", {
      name: parent.state,
      index: branch.index,
    });
  } else {
    recordStateAborted(turn, branch);
  }
  removeBranch(turn, branch);
  turn.fallen.push(branch);
  parent.previousEventId = branch.previousEventId;
  if (failState(turn, parent, stateOf(turn, parent), failure)) turn.ready.push(parent);
}

export function failExecution(
  turn: Turn,
  previousEventId: number,
  { error, cause }: Pick<StateFailure, "error" | "cause">,
): void {
  const { execution } = turn;
  execution.status = "FAILED";
  execution.error = error;
  execution.cause = cause;
  execution.stopDate = turn.facts.now;
  record(turn, previousEventId, "ExecutionFailed", "executionFailedEventDetails", details.failure(error, cause));
  keepBranches(turn);
  dropBranches(turn);
}

/** The execution has ended: nobody waits for its tasks any more. */
export function dropBranches(turn: Turn): void {
  for (const branch of [...turn.execution.branches.values()]) removeBranch(turn, branch);
}

function parentOf(turn: Turn, branch: Branch) {
  const parent = turn.execution.branches.get(branch.parent ?? ROOT);
  if (parent?.progress === undefined || (parent.waiting.kind !== "branches" && parent.waiting.kind !== "iterations")) {
    throw new Error(`${turn.execution.arn}: branch ${branch.id} has no waiting parent`);
  }
  return { parent, progress: parent.progress, waiting: parent.waiting };
}
