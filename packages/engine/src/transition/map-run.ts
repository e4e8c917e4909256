import { type MapState, StatesError } from "@pawl/asl";
import type { Branch, Execution, MapRunProgress } from "../execution.js";
import type { MapRunSettings } from "../map-run-record.js";
import type { MapRunStatus } from "../store/store.js";
import type { ChildStart } from "./effect.js";
import type { ChildrenEnded, InputsRead } from "./event.js";
import { count, finalCounts, type MapRunBranch, newProgress, readSoFar, redrivesOf } from "./map-run-counts.js";
import { record, recordIn, scopeOf, type Turn } from "./turn.js";

/**
 * Map in distributed mode: every item, or every batch of items, is a child execution with a history of its own. The items are
 * read, selected and batched outside and come in as inputs, some at a time; results go out the same way. What became of the
 * children stands in their own rows, so that a child's end costs the parent no write, and a million of them no memory.
 */

/** Child executions of a map run that run at a time (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const MAX_DISTRIBUTED_CONCURRENCY = 10_000;

/** More inputs are asked for when fewer than these wait for their turn. */
const FEW_INPUTS = 256;

/** Children that are begun once more in one transition: their rows go into one commit. */
const MOST_REDONE_AT_ONCE = 512;

export function isMapRun(branch: Branch | undefined): branch is MapRunBranch {
  return branch?.waiting.kind === "mapRun";
}

/** The branch that waits for this map run, while it does. */
export function branchOf(
  { branches }: Execution,
  { branchId, mapRunArn }: { readonly branchId: number; readonly mapRunArn: string },
): MapRunBranch | undefined {
  const branch = branches.get(branchId);
  return isMapRun(branch) && branch.waiting.mapRunArn === mapRunArn ? branch : undefined;
}

/**
 * Starts the map run of the branch's state. The caller lets it go on.
 * @throws StatesError where its fields cannot be evaluated
 */
export function startMapRun(turn: Turn, branch: Branch, state: MapState): void {
  const { execution, facts } = turn;
  const { items, maxConcurrency } = state.enter(scopeOf(turn, branch));
  // All is computed before anything is recorded: an expression may need longer, and then all this is done again.
  const evaluated = outcomeOf(() => state.enterRun(scopeOf(turn, branch)));
  const startedEventId = recordIn(turn, branch, "MapStateStarted", "mapStateStartedEventDetails", {
    length: items.length,
  });
  const { reader, batcher, writer, toleratedFailureCount, toleratedFailurePercentage } = evaluated();
  const [rootName] = execution.stateMachineName.split("/");
  const label = state.label ?? facts.uuid();
  const prefix = execution.arn.split(":").slice(0, 5).join(":");
  const mapRunArn = `${prefix}:mapRun:${rootName}/${label}:${facts.uuid()}`;
  recordIn(turn, branch, "MapRunStarted", "mapRunStartedEventDetails", { mapRunArn });
  branch.waiting = {
    kind: "mapRun",
    mapRunArn,
    stateMachineArn: `${prefix}:stateMachine:${rootName}/${label}`,
    startDate: facts.now,
    ...(reader === undefined ? { items } : { reader }),
    ...(batcher === undefined ? {} : { batcher }),
    ...(writer === undefined ? {} : { writer }),
    ...(reader === undefined && items.length === 0 ? { total: { executions: 0, items: 0 } } : {}),
    maxConcurrency,
    toleratedFailureCount: toleratedFailureCount ?? 0,
    toleratedFailurePercentage: toleratedFailurePercentage ?? 0,
    startedEventId,
  };
  branch.mapRun = newProgress();
  turn.changed.add(branch);
  noteMapRun(turn, branch as MapRunBranch, "RUNNING");
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

/** What is to be known of the map run by those who ask about it. */
function noteMapRun(turn: Turn, branch: MapRunBranch, status: MapRunStatus, written = false): void {
  const { mapRunArn, startDate, redriven, maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } =
    branch.waiting;
  turn.mapRuns ??= [];
  turn.mapRuns.push({
    mapRunArn,
    branchId: branch.id,
    status,
    startDate,
    stopDate: status === "RUNNING" ? undefined : turn.facts.now,
    maxConcurrency,
    toleratedFailureCount,
    toleratedFailurePercentage,
    redriven,
    ...(status === "RUNNING" ? {} : { counts: finalCounts(branch, written) }),
  });
}

/**
 * The map run has ended. Whoever ends it early also lets its children be stopped.
 * @param written true where its results were written, or are the state's result
 */
export function endMapRun(
  turn: Turn,
  branch: MapRunBranch,
  status: Exclude<MapRunStatus, "RUNNING">,
  written: boolean,
): void {
  noteMapRun(turn, branch, status, written);
  branch.mapRun = undefined;
}

/** Nobody waits for the map run any more: where it has not ended it is aborted. */
export function abortMapRun(turn: Turn, branch: Branch): void {
  if (!isMapRun(branch) || branch.mapRun === undefined) return;
  endMapRun(turn, branch, "ABORTED", false);
  stopMapRun(turn, branch);
}

/** The children that still run go on for nobody. */
export function stopMapRun(turn: Turn, { waiting }: MapRunBranch): void {
  turn.effects.push({ kind: "stopChildren", mapRunArn: waiting.mapRunArn });
}

/** The map run goes on after it had ended, or was ended. The caller lets it go on. */
export function redriveMapRun(turn: Turn, branch: MapRunBranch): void {
  const { waiting } = branch;
  const { mapRunArn, startedEventId } = waiting;
  const redriveCount = redrivesOf(branch) + 1;
  branch.waiting = { ...waiting, redriven: { count: redriveCount, date: turn.facts.now } };
  branch.previousEventId = record(turn, startedEventId, "MapRunRedriven", "mapRunRedrivenEventDetails", {
    mapRunArn,
    redriveCount,
  });
  noteMapRun(turn, branch, "RUNNING");
}

export function updateMapRun(turn: Turn, branch: MapRunBranch, settings: Partial<MapRunSettings>): void {
  const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = { ...branch.waiting, ...settings };
  branch.waiting = { ...branch.waiting, maxConcurrency, toleratedFailureCount, toleratedFailurePercentage };
  turn.changed.add(branch);
  noteMapRun(turn, branch, "RUNNING");
}

/** Inputs for the next children. False where they are not those that are waited for. */
export function takeInputs(turn: Turn, branch: MapRunBranch, { from, inputs, last, etag }: InputsRead): boolean {
  const { mapRun } = branch;
  if (!awaitsInputs(mapRun, from)) return false;
  mapRun.reading = false;
  mapRun.queue.push(...inputs);
  if (last || (etag !== undefined && etag !== branch.waiting.etag)) {
    branch.waiting = {
      ...branch.waiting,
      ...(etag === undefined ? {} : { etag }),
      ...(last ? { total: readSoFar(mapRun) } : {}),
    };
    turn.changed.add(branch);
  }
  return true;
}

/** True where the inputs from this child's on are waited for. */
export function awaitsInputs(mapRun: MapRunProgress | undefined, from: number): mapRun is MapRunProgress {
  return (
    mapRun?.reading === true && mapRun.outcome === undefined && mapRun.started.executions + mapRun.queue.length === from
  );
}

/** Notes what became of children. False where nobody waits for any of them. */
export function takeEnds(branch: MapRunBranch, { children, redrives }: ChildrenEnded): boolean {
  const { mapRun } = branch;
  if (mapRun === undefined || redrivesOf(branch) !== redrives) return false;
  let accepted = false;
  for (const { index, status, notRedrivable } of children) {
    const items = mapRun.running.get(index);
    if (items === undefined) continue;
    accepted = true;
    mapRun.running.delete(index);
    count(mapRun.ended[status], items);
    if (notRedrivable) count(mapRun.notRedrivable, items);
  }
  return accepted;
}

/** Starts children as long as the concurrency allows. */
export function startChildren(turn: Turn, branch: MapRunBranch, state: MapState): void {
  const { mapRun, waiting } = branch;
  if (mapRun === undefined) return;
  const { started, queue, running, redo, known } = mapRun;
  const most = Math.min(waiting.maxConcurrency || MAX_DISTRIBUTED_CONCURRENCY, MAX_DISTRIBUTED_CONCURRENCY);
  const children: ChildStart[] = [];
  while (running.size < most && redo.length > 0 && children.length < MOST_REDONE_AT_ONCE) {
    const child = redo.pop();
    if (child === undefined) break;
    running.set(child.index, child.items);
    children.push(child);
  }
  if (redo.length > 0) {
    if (running.size < most) turn.effects.push({ kind: "continue" });
  } else {
    let taken = 0;
    for (const input of queue) {
      const index = started.executions;
      const isKnown = known?.has(index) ?? false;
      if (!isKnown && running.size >= most) break;
      count(started, input.items);
      taken += 1;
      if (isKnown) continue;
      running.set(index, input.items);
      children.push({ index, ...input });
    }
    queue.splice(0, taken);
  }
  if (children.length === 0) return;
  turn.effects.push({
    kind: "startChildren",
    branchId: branch.id,
    mapRunArn: waiting.mapRunArn,
    stateMachineArn: waiting.stateMachineArn,
    startAt: state.processor.startAt,
    type: state.executionType ?? "STANDARD",
    redrives: redrivesOf(branch),
    children,
  });
}

/** Asks for inputs where few are left. */
export function wishForInputs(turn: Turn, { id, waiting, mapRun }: MapRunBranch): void {
  if (mapRun === undefined || mapRun.reading || mapRun.queue.length >= FEW_INPUTS) return;
  if (waiting.total?.executions === mapRun.started.executions + mapRun.queue.length) return;
  mapRun.reading = true;
  turn.effects.push({
    kind: "readInputs",
    branchId: id,
    mapRunArn: waiting.mapRunArn,
    from: readSoFar(mapRun),
  });
}

/** True where every child has ended and there will be no more. */
export function isDone({ waiting, mapRun }: MapRunBranch): boolean {
  if (mapRun === undefined || waiting.total === undefined) return false;
  const { started, running, redo } = mapRun;
  return started.executions === waiting.total.executions && running.size === 0 && redo.length === 0;
}

/** Asks for the results: what the map run ends with is known, unless they cannot be gathered. */
export function wishForResults(
  turn: Turn,
  branch: MapRunBranch,
  outcome: NonNullable<MapRunProgress["outcome"]>,
): void {
  const { mapRun, waiting } = branch;
  if (mapRun === undefined) return;
  mapRun.outcome = outcome;
  turn.effects.push({
    kind: "gatherResults",
    branchId: branch.id,
    mapRunArn: waiting.mapRunArn,
    redrives: redrivesOf(branch),
    started: { ...mapRun.started },
    failed: outcome.status === "FAILED",
  });
}
