import { type Json, type MapEntry, type MapState, type ParallelState, StatesError } from "@pawl/asl";
import { type Branch, type Execution, ROOT, type Stage } from "../execution.js";
import { printData, tooLarge } from "./data-limit.js";
import { inStage } from "./evaluations.js";
import { abortMapRun } from "./map-run.js";
import { cancelCall, hasCall } from "./task.js";
import { record, recordIn, scopeOf, stateOf, type Turn } from "./turn.js";

/** The branches of Parallel states and the iterations of inline Map states: how they start and how they are dropped. */

/** Iterations of an inline Map run at most this many at a time (https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html). */
const MAX_INLINE_CONCURRENCY = 40;

export function newBranch(
  execution: Execution,
  fields: Pick<Branch, "parent" | "index" | "state" | "input" | "previousEventId"> & { item?: Json },
): Branch {
  const branch: Branch = {
    id: execution.nextBranchId++,
    variables: undefined,
    enteredEventId: 0,
    enteredAfterEventId: 0,
    enteredTime: 0,
    retries: undefined,
    waiting: { kind: "turn" },
    ...fields,
  };
  execution.branches.set(branch.id, branch);
  return branch;
}

/** Characters that the branches of a Parallel state may begin with, all of them together: each branch is stored with its input. */
const MOST_CHARACTERS_OF_BRANCHES = 67_108_864;

/** @throws StatesError where the input is nested too deeply, or too large for so many branches */
export function startBranches(turn: Turn, parent: Branch, state: ParallelState, input: Json): void {
  const inputText = printData(input);
  if (inputText.length * state.branches.length > MOST_CHARACTERS_OF_BRANCHES) {
    const { error, cause } = tooLarge(state.name);
    throw new StatesError(error, cause);
  }
  const startedEventId = recordIn(turn, parent, "ParallelStateStarted");
  parent.waiting = { kind: "branches", startedEventId };
  parent.progress = { next: state.branches.length, running: state.branches.length, results: [], done: 0 };
  turn.changed.add(parent);
  state.branches.forEach(({ startAt }, index) => {
    const fields = { parent: parent.id, index, state: startAt, input, previousEventId: startedEventId };
    const branch = newBranch(turn.execution, fields);
    branch.inputText = inputText;
    turn.ready.push(branch);
  });
}

/** @throws StatesError where the input of an iteration cannot be made */
export function startIterations(
  turn: Turn,
  parent: Branch,
  state: MapState,
  { items, maxConcurrency }: MapEntry,
): void {
  const startedEventId = recordIn(turn, parent, "MapStateStarted", "mapStateStartedEventDetails", {
    length: items.length,
  });
  parent.waiting = { kind: "iterations", startedEventId, items, maxConcurrency };
  parent.progress = { next: 0, running: 0, results: [], done: 0 };
  turn.changed.add(parent);
  const atOnce = Math.min(
    items.length,
    maxConcurrency === 0 ? MAX_INLINE_CONCURRENCY : maxConcurrency,
    MAX_INLINE_CONCURRENCY,
  );
  while (parent.progress.running < atOnce) startIteration(turn, parent, state, startedEventId);
}

/** @throws StatesError where its input cannot be made: the state fails then */
export function startIteration(turn: Turn, parent: Branch, state: MapState, previousEventId: number): void {
  const { waiting, progress } = parent;
  if (waiting.kind !== "iterations" || progress === undefined) {
    throw new Error(`${turn.execution.arn}: '${parent.state}' runs no iterations`);
  }
  const index = progress.next;
  const item = waiting.items[index] ?? null;
  progress.next += 1;
  progress.running += 1;
  const fields = { parent: parent.id, index, item, state: state.processor.startAt, input: item, previousEventId };
  beginIteration(turn, parent, state, newBranch(turn.execution, fields));
}

/** Makes the input of an iteration and lets it run. @throws StatesError where its input cannot be made */
export function beginIteration(turn: Turn, parent: Branch, state: MapState, child: Branch): void {
  const { index, item = null } = child;
  let begins: true | undefined;
  try {
    begins = inStage(turn, child, ITERATION, () => {
      const input = state.itemInput(scopeOf(turn, parent, { item: { index, value: item } }), item);
      // One that cannot be printed is not kept for a redrive either.
      child.inputText = printData(input);
      child.input = input;
      return true;
    });
  } catch (error) {
    // It never began: there is nothing to abort.
    child.waiting = { kind: "failed" };
    removeBranch(turn, child);
    turn.fallen.push(child);
    throw error;
  }
  if (begins === undefined) return;
  child.waiting = { kind: "turn" };
  child.previousEventId = record(
    turn,
    child.previousEventId,
    "MapIterationStarted",
    "mapIterationStartedEventDetails",
    { name: parent.state, index },
  );
  turn.ready.push(child);
}

const ITERATION: Stage = { kind: "iteration" };

/** True for an iteration that waits for its input. */
function hasNotBegun({ waiting }: Branch): boolean {
  return waiting.kind === "evaluation" && waiting.stage.kind === "iteration";
}

function childrenOf(execution: Execution, parent: Branch): Branch[] {
  return [...execution.branches.values()].filter((branch) => branch.parent === parent.id && branch.id !== ROOT);
}

/** One child failed: the others end where they are, the innermost first. */
export function abortChildren(turn: Turn, parent: Branch): void {
  for (const child of childrenOf(turn.execution, parent)) {
    if (child.waiting.kind === "done" || hasNotBegun(child)) continue;
    if (child.progress !== undefined) abortChildren(turn, child);
    if (child.waiting.kind !== "turn") recordStateAborted(turn, child);
    if (parent.waiting.kind === "iterations") {
      record(turn, child.previousEventId, "MapIterationAborted", "mapIterationAbortedEventDetails", {
        name: parent.state,
        index: child.index,
      });
    }
  }
}

/** A state that its own failure or that of a sibling ends is aborted, where it is of a kind that can be. */
export function recordStateAborted(turn: Turn, branch: Branch): void {
  const { type } = stateOf(turn, branch);
  if (type === "Task" || type === "Wait" || type === "Map" || type === "Parallel") {
    if (branch.mapRun !== undefined) recordIn(turn, branch, "MapRunAborted");
    record(turn, branch.previousEventId, `${type}StateAborted`);
  }
}

export function removeChildren(turn: Turn, parent: Branch): void {
  // A branch without progress has no children, and looking for them takes as long as there are branches.
  if (parent.progress !== undefined) {
    for (const child of childrenOf(turn.execution, parent)) {
      removeChildren(turn, child);
      removeBranch(turn, child);
      turn.fallen.push(child);
    }
  }
  abortMapRun(turn, parent);
  parent.progress = undefined;
}

export function removeBranch(turn: Turn, branch: Branch): void {
  if (hasCall(branch)) cancelCall(turn, branch);
  abortMapRun(turn, branch);
  turn.execution.branches.delete(branch.id);
  turn.changed.delete(branch);
  if (branch.stored) turn.deleted.push(branch.id);
}
