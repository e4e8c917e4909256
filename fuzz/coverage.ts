import { type Profiler, Session } from "node:inspector";

/**
 * Which parts of this program have run, as V8 counts them: precise coverage by block
 * (https://chromedevtools.github.io/devtools-protocol/tot/Profiler/). It is what guides the drawing of cases: one that
 * reaches what no other has reached is worth changing further.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #script: string;
  /** By function, the parts that no case has reached yet; a function that is not here has not run. */
  readonly #unreached = new Map<string, readonly Range[]>();

  /** @param script path of the file whose functions count */
  constructor(script: string) {
    this.#script = script;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** Functions that have run. */
  get functions(): number {
    return this.#unreached.size;
  }

  /** Forgets what has run since the last call: it was not the case. */
  begin(): void {
    this.#take();
  }

  /** @returns true where something has run since `begin` that no case counted so far has reached */
  hasNews(): boolean {
    return this.#look(() => {});
  }

  /** The same, and counts it. */
  isNew(): boolean {
    return this.#look((key, unreached) => this.#unreached.set(key, unreached));
  }

  #look(count: (key: string, unreached: readonly Range[]) => void): boolean {
    let isNew = false;
    for (const { functionName, ranges } of this.#take()) {
      const [whole, ...parts] = ranges;
      if (whole === undefined || whole.count === 0) continue;
      const key = `${whole.startOffset}-${whole.endOffset} ${functionName}`;
      const now = parts.filter((range) => range.count === 0);
      const before = this.#unreached.get(key);
      // What no case has reached is a part of both.
      const left = before === undefined ? now : before.flatMap((range) => now.flatMap((other) => common(range, other)));
      if (before !== undefined && length(left) === length(before)) continue;
      count(key, left);
      isNew = true;
    }
    return isNew;
  }

  close(): void {
    this.#session.disconnect();
  }

  #take(): Profiler.FunctionCoverage[] {
    let functions: Profiler.FunctionCoverage[] = [];
    // A session within the process answers before `post` returns.
    this.#session.post("Profiler.takePreciseCoverage", (error, { result }) => {
      if (error !== null) throw error;
      functions = result.filter(({ url }) => url.endsWith(this.#script)).flatMap((script) => script.functions);
    });
    return functions;
  }
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
}

function common(one: Range, other: Range): Range[] {
  const startOffset = Math.max(one.startOffset, other.startOffset);
  const endOffset = Math.min(one.endOffset, other.endOffset);
  return startOffset < endOffset ? [{ startOffset, endOffset }] : [];
}

/** Ranges of one function nest and never cross: nested ones that are unreached as well add nothing that matters here. */
function length(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0);
}
