import { SeededRandom } from "../simulation/random.js";
import { watchIntegrity } from "./integrity.js";
import type { Target } from "./target.js";

/** What a run of a target came to. */
export interface FuzzResult {
  readonly cases: number;
  readonly failures: readonly Failure[];
  /** By how many bytes the heap was larger after the last case than after the first tenth; undefined where that cannot be told. */
  readonly growth: number | undefined;
}

export interface Failure {
  readonly text: string;
  readonly message: string;
}

export interface FuzzOptions {
  readonly seed: number;
  /** Ends after so many cases, or after so many seconds. */
  readonly cases: number;
  readonly seconds: number;
  /** Told each case before it is run: a crash or a hang leaves it behind. */
  readonly before?: (text: string) => void;
}

/** Runs cases that the seed decides, one after the other. */
export async function fuzzTarget(target: Target, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, cases, seconds, before = () => {} } = options;
  const random = new SeededRandom(seed);
  const failures: Failure[] = [];
  const end = performance.now() + seconds * 1000;
  const checkIntegrity = watchIntegrity();
  const open = await target.open();
  let done = 0;
  let heapBefore: number | undefined;
  let began = performance.now();
  try {
    for (; done < cases && performance.now() < end && failures.length < 5; done++) {
      const text = open.draw(random);
      before(text);
      const failure = await failureOf(() => open.run(text), target.limit);
      if (failure !== undefined) failures.push({ text, message: failure });
      if (performance.now() - began > (seconds * 1000) / 10 && heapBefore === undefined) heapBefore = heap();
      if (done % 100 === 99) checkIntegrity();
    }
    checkIntegrity();
    const heapAfter = heap();
    began = performance.now();
    const growth = heapBefore === undefined || heapAfter === undefined ? undefined : heapAfter - heapBefore;
    return { cases: done, failures, growth };
  } finally {
    await open.close();
  }
}

/** Runs one case that was kept. */
export async function replay(target: Target, text: string): Promise<string | undefined> {
  const checkIntegrity = watchIntegrity();
  const open = await target.open();
  try {
    const failure = await failureOf(() => open.run(text), target.limit);
    checkIntegrity();
    return failure;
  } finally {
    await open.close();
  }
}

async function failureOf(run: () => Promise<void>, limit: number): Promise<string | undefined> {
  const began = performance.now();
  try {
    await run();
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const took = performance.now() - began;
  return took > limit ? `it took ${Math.round(took)} ms` : undefined;
}

/** The heap without garbage, where the process may ask for that (`--expose-gc`). */
function heap(): number | undefined {
  if (globalThis.gc === undefined) return undefined;
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
