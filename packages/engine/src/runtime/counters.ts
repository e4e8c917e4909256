import type { ExecutionStatus } from "../store/store.js";

/** How often something was no larger than a bound, for bounds that ascend; and the sum of all that was observed. */
export interface HistogramReading {
  /** Cumulative: how many were at most `bound`. */
  readonly buckets: readonly { readonly bound: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

/** Counts observations by size. */
export class Histogram {
  readonly #bounds: readonly number[];
  /** One more than there are bounds: the last counts what is larger than all of them. */
  readonly #counts: number[];
  #sum = 0;

  /** @param bounds ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sum += value;
  }

  read(): HistogramReading {
    let count = 0;
    const buckets = this.#bounds.map((bound, index) => {
      count += this.#counts[index] as number;
      return { bound, count };
    });
    return { buckets, count: count + (this.#counts.at(-1) as number), sum: this.#sum };
  }
}

/**
 * What a runtime has done since it was opened. Plain numbers that are added to, a few for each event and commit: an execution of one
 * state in a memory store costs 18 µs of processor time, of which these are less than 0.1.
 */
export class Counters {
  readonly started = { STANDARD: 0, EXPRESS: 0 };
  readonly ended: Record<Exclude<ExecutionStatus, "RUNNING">, number> = {
    SUCCEEDED: 0,
    FAILED: 0,
    TIMED_OUT: 0,
    ABORTED: 0,
  };
  transitions = 0;
  historyEvents = 0;
  failedCommits = 0;
  /** When the last commit failed, if it was the last: `performance.now()`. */
  failedAt: number | undefined;
  /** Seconds. */
  readonly commitTime = new Histogram([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]);
  /** Executions in one commit. */
  readonly batchSize = new Histogram([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]);

  /** @param began in milliseconds, of `performance.now()` */
  committed(began: number): void {
    this.commitTime.observe((performance.now() - began) / 1000);
    this.failedAt = undefined;
  }

  commitFailed(): void {
    this.failedCommits += 1;
    this.failedAt = performance.now();
  }
}
