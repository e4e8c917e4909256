import { checkDepth, type ItemBatcher, type Json, type MapState, printJson, StatesError, setMember } from "@pawl/asl";
import type { Branch, ChildRedo, MapRunWaiting } from "../execution.js";
import type { ChildStart } from "./effect.js";
import type { ChildEnded } from "./event.js";
import { record, recordIn, scopeOf, type Turn } from "./turn.js";

/**
 * Map in distributed mode: every item, or every batch of items, is a child execution with a history of its own. The parent
 * keeps the inputs; what became of the children stands in their own rows, so that a child's end costs the parent no write.
 */

/** Child executions of a map run that run at a time (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const MAX_DISTRIBUTED_CONCURRENCY = 10_000;

export type MapRunBranch = Branch & { waiting: MapRunWaiting };

export function isMapRun(branch: Branch): branch is MapRunBranch {
  return branch.waiting.kind === "mapRun";
}

/**
 * Starts the map run of the branch's state.
 * @throws StatesError where its fields cannot be evaluated
 */
export function startMapRun(turn: Turn, branch: Branch, state: MapState): "started" | { error: string; cause: string } {
  const { execution, facts } = turn;
  const { items, maxConcurrency } = state.enter(scopeOf(turn, branch));
  // All is computed before anything is recorded: an expression may need longer, and then all this is done again.
  const evaluated = outcomeOf(() => state.enterRun(scopeOf(turn, branch)));
  const selected = outcomeOf(() =>
    items.map((value, index) => state.itemInput(scopeOf(turn, branch, { item: { index, value } }), value)),
  );
  const startedEventId = recordIn(turn, branch, "MapStateStarted", "mapStateStartedEventDetails", {
    length: items.length,
  });
  const run = evaluated();
  const [rootName] = execution.stateMachineName.split("/");
  const label = state.label ?? facts.uuid();
  const prefix = execution.arn.split(":").slice(0, 5).join(":");
  const mapRunArn = `${prefix}:mapRun:${rootName}/${label}:${facts.uuid()}`;
  recordIn(turn, branch, "MapRunStarted", "mapRunStartedEventDetails", { mapRunArn });
  if (run.reader !== undefined) {
    return { error: "States.ItemReaderFailed", cause: `Pawl cannot read items through ${run.reader.resource} yet` };
  }
  if (run.writer?.resource !== undefined) {
    return {
      error: "States.ResultWriterFailed",
      cause: `Pawl cannot write results through ${run.writer.resource} yet`,
    };
  }
  const inputs = run.batcher === undefined ? selected() : batches(selected(), run.batcher);
  for (const input of inputs) checkDepth(input);
  branch.waiting = {
    kind: "mapRun",
    mapRunArn,
    stateMachineArn: `${prefix}:stateMachine:${rootName}/${label}`,
    inputs,
    maxConcurrency: maxConcurrency === 0 ? MAX_DISTRIBUTED_CONCURRENCY : maxConcurrency,
    toleratedFailureCount: run.toleratedFailureCount ?? 0,
    toleratedFailurePercentage: run.toleratedFailurePercentage ?? 0,
    startedEventId,
  };
  branch.progress = { next: 0, running: 0, results: [], done: 0, failed: 0 };
  turn.changed.add(branch);
  startChildren(turn, branch as MapRunBranch, state);
  return "started";
}

/** Computes something now whose error comes later: the function returned gives it, or throws the StatesError. */
function outcomeOf<Result>(compute: () => Result): () => Result {
  try {
    const result = compute();
    return () => result;
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    return () => {
      throw error;
    };
  }
}

/** The map run goes on after it had ended, or was ended. The caller starts the children. */
export function redriveMapRun(turn: Turn, branch: MapRunBranch): void {
  const { waiting } = branch;
  const { mapRunArn, startedEventId } = waiting;
  const redriveCount = redrivesOf(waiting) + 1;
  branch.waiting = { ...waiting, redriven: { count: redriveCount, date: turn.facts.now } };
  branch.previousEventId = record(turn, startedEventId, "MapRunRedriven", "mapRunRedrivenEventDetails", {
    mapRunArn,
    redriveCount,
  });
}

export function redrivesOf({ redriven }: MapRunWaiting): number {
  return redriven?.count ?? 0;
}

/** Starts children as long as the concurrency allows. */
export function startChildren(turn: Turn, branch: MapRunBranch, state: MapState): void {
  const { progress, waiting } = branch;
  if (progress === undefined) return;
  while (progress.running < waiting.maxConcurrency) {
    const redo = progress.redo?.pop();
    if (redo !== undefined) {
      turn.effects.push(childStart(branch, state, redo));
    } else if (progress.next < waiting.inputs.length) {
      turn.effects.push(childStart(branch, state, { index: progress.next, executionId: undefined }));
      progress.next += 1;
    } else {
      return;
    }
    progress.running += 1;
  }
}

function childStart({ id, waiting }: MapRunBranch, state: MapState, { index, executionId }: ChildRedo): ChildStart {
  const { mapRunArn, stateMachineArn, inputs } = waiting;
  return {
    kind: "startChild",
    branchId: id,
    mapRunArn,
    stateMachineArn,
    index,
    input: inputs[index] ?? null,
    startAt: state.processor.startAt,
    type: state.executionType ?? "STANDARD",
    redrives: redrivesOf(waiting),
    executionId,
  };
}

/** True where the branch waits for just this child. */
export function awaitsChild(
  branch: Branch | undefined,
  { mapRunArn, index, redrives }: ChildEnded,
): branch is MapRunBranch {
  return (
    branch?.waiting.kind === "mapRun" &&
    branch.waiting.mapRunArn === mapRunArn &&
    redrivesOf(branch.waiting) === redrives &&
    branch.progress !== undefined &&
    branch.progress.results[index] === undefined
  );
}

/** True where so many children failed that the map run fails. */
export function toleratesNoMore({ waiting, progress }: MapRunBranch): boolean {
  return exceedsTolerance(progress?.failed ?? 0, waiting.inputs.length, waiting);
}

/** True where a map run fails when so many of its children have failed. A tolerance of 0 is none. */
export function exceedsTolerance(
  failed: number,
  total: number,
  { toleratedFailureCount, toleratedFailurePercentage }: Tolerance,
): boolean {
  if (failed === 0) return false;
  // One of the two that is met is enough; where neither is given, no failure is tolerated.
  const overCount = failed > toleratedFailureCount;
  const overPercentage = (failed * 100) / total > toleratedFailurePercentage;
  if (toleratedFailureCount > 0 && toleratedFailurePercentage > 0) return overCount || overPercentage;
  return toleratedFailurePercentage > 0 ? overPercentage : overCount;
}

type Tolerance = Pick<MapRunWaiting, "toleratedFailureCount" | "toleratedFailurePercentage">;

/** A child execution as the store has it. */
export interface Child {
  readonly id: number;
  readonly index: number;
  readonly type: "STANDARD" | "EXPRESS";
  /** How often the map run had been redriven when it was last started. */
  readonly redrives: number;
  readonly running: boolean;
  /** Undefined where it runs or did not succeed. */
  readonly output: Json | undefined;
}

/**
 * The children, as the store has them, become the parent's knowledge of them again. What did not succeed before the last
 * redrive of the map run, and what was never stored, is to be begun once more.
 * @param children in the order in which they were first started
 * @param redrives how often the map run has been redriven
 */
export function rebuildMapRun(branch: MapRunBranch, children: readonly Child[], redrives: number): void {
  // An express child is not redriven: another one takes its place.
  const last = new Map<number, Child>();
  let next = 0;
  for (const child of children) {
    last.set(child.index, child);
    next = Math.max(next, child.index + 1);
  }
  const redo: ChildRedo[] = [];
  const progress = { next, running: 0, results: [] as Json[], done: 0, failed: 0, redo };
  branch.progress = progress;
  // The last of the list is the first to be begun.
  for (let index = next - 1; index >= 0; index--) {
    const child = last.get(index);
    if (child === undefined) {
      redo.push({ index, executionId: undefined });
    } else if (child.running) {
      progress.running += 1;
    } else if (child.output === undefined && child.redrives < redrives) {
      redo.push({ index, executionId: child.type === "STANDARD" ? child.id : undefined });
    } else {
      progress.done += 1;
      if (child.output === undefined) progress.failed += 1;
      progress.results[index] = child.output ?? null;
    }
  }
}

/** ItemBatcher: the items in groups, each the input of one child. */
export function batches(
  items: readonly Json[],
  { maxItemsPerBatch, maxInputBytesPerBatch, batchInput }: ItemBatcher,
): Json[] {
  const most = maxItemsPerBatch ?? Number.POSITIVE_INFINITY;
  const mostBytes = maxInputBytesPerBatch ?? Number.POSITIVE_INFINITY;
  const groups: Json[][] = [];
  let group: Json[] = [];
  const frame = Buffer.byteLength(printJson(batchOf([], batchInput)));
  let bytes = frame;
  for (const item of items) {
    const size = mostBytes === Number.POSITIVE_INFINITY ? 0 : Buffer.byteLength(printJson(item)) + 1;
    if (group.length > 0 && (group.length >= most || bytes + size > mostBytes)) {
      groups.push(group);
      group = [];
      bytes = frame;
    }
    group.push(item);
    bytes += size;
  }
  if (group.length > 0) groups.push(group);
  return groups.map((group) => batchOf(group, batchInput));
}

function batchOf(items: Json[], batchInput: Json | undefined): Json {
  const batch = {};
  if (batchInput !== undefined) setMember(batch, "BatchInput", batchInput);
  setMember(batch, "Items", items);
  return batch;
}

/** What ends the run of a map whose children failed too often. */
export const EXCEEDED_TOLERANCE = {
  error: "States.ExceedToleratedFailureThreshold",
  cause: "The specified tolerated failure threshold was exceeded",
} as const;
