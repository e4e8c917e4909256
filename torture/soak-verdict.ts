/** What was seen in some seconds. */
export interface Sample {
  /** When they ended, from the start of the load. */
  readonly second: number;
  /** Starts that were answered in them. */
  readonly count: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** How late the timers of the clients' process were, which does the same work all the time: what else the machine does shows in it. */
  readonly ownP99: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** Executions that can be asked for, about. */
  readonly kept: number;
  /** The database and its log. */
  readonly dataBytes: number;
}

/**
 * How much more the last third may have than the first one. Memory is that of a heap that grows and is collected; the p99 of a few seconds jumps
 * with what else the machine does; the file has the space of what leaves and of what comes.
 */
const GROWTH = { memory: 1.25, p99: 2, bytesOfOne: 1.3 } as const;

/** A p99 below, in milliseconds, is no reason to complain of its growth. */
const GOOD_P99 = 5;

/** What grows that should not. Looked at is the time after as many executions are kept as ever will be. */
export function judge(samples: readonly Sample[], keptSeconds: number): string[] {
  // One time to fill, and one for the space of those that leave first to be taken again.
  const steady = samples.filter(({ second }) => second > 2 * keptSeconds);
  const third = Math.floor(steady.length / 3);
  if (third < 2) return [`${steady.length} samples after ${2 * keptSeconds} s are too few to judge: take more minutes`];
  const first = steady.slice(0, third);
  const last = steady.slice(-third);
  const faults: string[] = [];
  const compare = (what: string, before: number, after: number, most: number, unit: string): void => {
    if (after > before * most)
      faults.push(`${what} has grown from ${before.toFixed(1)} to ${after.toFixed(1)} ${unit}`);
  };
  const megabytes = (part: readonly Sample[], of: "residentBytes" | "heapBytes"): number => medianOf(part, of) / 1e6;
  compare("resident memory", megabytes(first, "residentBytes"), megabytes(last, "residentBytes"), GROWTH.memory, "MB");
  const busier = Math.max(1, medianOf(last, "ownP99") / medianOf(first, "ownP99"));
  compare("p99", Math.max(medianOf(first, "p99"), GOOD_P99), medianOf(last, "p99"), GROWTH.p99 * busier, "ms");
  const bytesOfOne = (part: readonly Sample[]): number => medianOf(part, "dataBytes") / medianOf(part, "kept") / 1e3;
  compare("data for each execution that is kept", bytesOfOne(first), bytesOfOne(last), GROWTH.bytesOfOne, "kB");
  return faults;
}

export function medianOf(samples: readonly Sample[], member: keyof Sample): number {
  const sorted = samples.map((sample) => sample[member]).sort((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? 0;
}
