import type { Branch, MapRunProgress, MapRunWaiting, Tally } from "../execution.js";
import type { MapRunCounts, MapRunProgressCounts, MapRunSettings } from "../map-run-record.js";

/** How far a map run is, and whether too many of its children failed. */

export type MapRunBranch = Branch & { waiting: MapRunWaiting };

export function redrivesOf({ waiting: { redriven } }: MapRunBranch): number {
  return redriven?.count ?? 0;
}

const ENDS = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] as const;

export function newProgress(): MapRunProgress {
  return {
    started: tally(),
    queue: [],
    reading: false,
    running: new Map(),
    redo: [],
    ended: { SUCCEEDED: tally(), FAILED: tally(), TIMED_OUT: tally(), ABORTED: tally() },
    notRedrivable: tally(),
  };
}

function tally(): Tally {
  return { executions: 0, items: 0 };
}

export function count(tally: Tally, items: number): void {
  tally.executions += 1;
  tally.items += items;
}

/** What has been read so far: what was started and what waits for its turn. */
export function readSoFar({ started, queue }: MapRunProgress): Tally {
  let { items } = started;
  for (const input of queue) items += input.items;
  return { executions: started.executions + queue.length, items };
}

/** The counts of a map run while it runs. */
export function countsOf({ waiting, mapRun = newProgress() }: MapRunBranch): MapRunProgressCounts {
  const total = waiting.total ?? readSoFar(mapRun);
  const running = tally();
  for (const items of mapRun.running.values()) count(running, items);
  const pendingRedrive = tally();
  for (const { items } of mapRun.redo) count(pendingRedrive, items);
  const counts = (of: keyof Tally): MapRunCounts => {
    const { SUCCEEDED, FAILED, TIMED_OUT, ABORTED } = mapRun.ended;
    const ended = ENDS.reduce((sum, status) => sum + mapRun.ended[status][of], 0);
    return {
      pending: total[of] - running[of] - pendingRedrive[of] - ended,
      running: running[of],
      succeeded: SUCCEEDED[of],
      failed: FAILED[of],
      timedOut: TIMED_OUT[of],
      aborted: ABORTED[of],
      total: total[of],
      resultsWritten: 0,
      failuresNotRedrivable: mapRun.notRedrivable[of],
      pendingRedrive: pendingRedrive[of],
    };
  };
  return { executions: counts("executions"), items: counts("items") };
}

/**
 * The counts of a map run that ends now: what still runs is aborted.
 * @param written true where the results were written, or are the state's result
 */
export function finalCounts(branch: MapRunBranch, written: boolean): MapRunProgressCounts {
  const end = (counts: MapRunCounts): MapRunCounts => {
    const { running, succeeded, failed, timedOut } = counts;
    const aborted = counts.aborted + running;
    return { ...counts, running: 0, aborted, resultsWritten: written ? succeeded + failed + timedOut + aborted : 0 };
  };
  const { executions, items } = countsOf(branch);
  return { executions: end(executions), items: end(items) };
}

/**
 * True where so many items failed that the map run fails. Of how many they are a share is known when all have been read.
 */
export function toleratesNoMore({ waiting, mapRun }: MapRunBranch): boolean {
  if (mapRun === undefined) return false;
  const failed = mapRun.ended.FAILED.items + mapRun.ended.TIMED_OUT.items;
  return exceedsTolerance(failed, waiting.total?.items, waiting);
}

/**
 * True where a map run fails when so many of its items have failed or timed out
 * (https://docs.aws.amazon.com/step-functions/latest/dg/maprun-fail-threshold.html). A tolerance of 0 is none.
 * @param total undefined where it is not known yet
 */
export function exceedsTolerance(
  failed: number,
  total: number | undefined,
  { toleratedFailureCount, toleratedFailurePercentage }: Omit<MapRunSettings, "maxConcurrency">,
): boolean {
  if (failed === 0) return false;
  // One of the two that is met is enough; where neither is given, no failure is tolerated.
  const overCount = failed > toleratedFailureCount;
  const overPercentage = total !== undefined && (failed * 100) / total > toleratedFailurePercentage;
  if (toleratedFailureCount > 0 && toleratedFailurePercentage > 0) return overCount || overPercentage;
  return toleratedFailurePercentage > 0 ? overPercentage : overCount;
}

/** What ends the run of a map whose children failed too often. */
export const EXCEEDED_TOLERANCE = {
  error: "States.ExceedToleratedFailureThreshold",
  cause: "The specified tolerated failure threshold was exceeded",
} as const;
