import { SeededRandom } from "../simulation/random.js";
import { Coverage } from "./coverage.js";
import { watchIntegrity } from "./integrity.js";
import type { OpenTarget, Target } from "./target.js";

/** What a run of a target came to. */
export interface FuzzResult {
  readonly cases: number;
  readonly failures: readonly Failure[];
  /** By how many bytes the heap was larger after the last case than after the first tenth; undefined where that cannot be told. */
  readonly growth: number | undefined;
  /** Functions that were reached, and cases that reached something first; undefined where nothing guided the drawing. */
  readonly reached: { readonly functions: number; readonly cases: number } | undefined;
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
  /** The script whose coverage guides the drawing. Default: none, and every case is drawn anew. */
  readonly guidedBy?: string;
}

/** Coverage costs some milliseconds to take: it is taken once for so many cases, and for each of them only where there is news. */
const CASES_AT_ONCE = 20;

/** Cases that were first to reach something are changed further; where there are more of them than this, the oldest leave. */
const MOST_KEPT = 500;

/** Runs cases that the seed decides, one after the other. */
export async function fuzzTarget(target: Target, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, cases, seconds, before = () => {}, guidedBy } = options;
  const random = new SeededRandom(seed);
  const failures: Failure[] = [];
  const began = performance.now();
  const isOver = (): boolean => done >= cases || failures.length >= 5 || performance.now() - began > seconds * 1000;
  const checkIntegrity = watchIntegrity();
  const open = await target.open();
  const coverage = guidedBy === undefined ? undefined : new Coverage(guidedBy);
  const kept: string[] = [];
  let newCases = 0;
  let done = 0;
  let heapBefore: number | undefined;
  const run = async (text: string): Promise<void> => {
    before(text);
    const failure = await failureOf(() => open.run(text), target.limit);
    if (failure !== undefined) failures.push({ text, message: failure });
  };
  /** Finds the cases that were first to reach something. One that does not do so when it is run again is not among them. */
  const keep = async (texts: readonly string[], counted: Coverage): Promise<void> => {
    for (const text of texts) {
      if (isOver()) return;
      counted.begin();
      await run(text);
      if (!counted.isNew()) continue;
      newCases += 1;
      kept.push(text);
      if (kept.length > MOST_KEPT) kept.shift();
    }
  };
  try {
    while (!isOver()) {
      const texts = Array.from({ length: Math.min(CASES_AT_ONCE, cases - done) }, () => drawCase(open, random, kept));
      coverage?.begin();
      for (const text of texts) {
        if (isOver()) break;
        await run(text);
        done += 1;
      }
      if (coverage?.hasNews() === true && failures.length === 0) await keep(texts, coverage);
      if (performance.now() - began > (seconds * 1000) / 10) heapBefore ??= heap();
      checkIntegrity();
    }
    const heapAfter = heap();
    const growth = heapBefore === undefined || heapAfter === undefined ? undefined : heapAfter - heapBefore;
    const reached = coverage === undefined ? undefined : { functions: coverage.functions, cases: newCases };
    return { cases: done, failures, growth, reached };
  } finally {
    coverage?.close();
    await open.close();
  }
}

/** Half of the cases are like one that was first to reach something, most often like one of the latest. */
function drawCase(open: OpenTarget, random: SeededRandom, kept: readonly string[]): string {
  const like = kept[kept.length - 1 - Math.floor(random.next() * random.next() * kept.length)];
  return like === undefined || random.chance(0.5) ? open.draw(random) : open.mutate(like, random);
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
