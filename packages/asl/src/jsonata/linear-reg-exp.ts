import { RE2JS, RE2JSException } from "re2js";

/** What the bounds of the current evaluation have to say about a match. */
export interface MatchBounds {
  /** Takes steps for a match. Throws where none is left. */
  take(steps: number): void;
  /** Called before an expression runs that may take exponential time. Throws where that cannot be had here. */
  backtrack(): void;
}

/**
 * RE2's work is a state of the automaton at one character, which takes up to 20 ns, as a step does. Where a match may take
 * more of these than this, its steps are taken before it is looked for; else those that it took, for a text with many
 * matches is gone through once.
 */
const LONG_MATCH = 50_000;

/**
 * A regular expression of a user with as much of JavaScript's RegExp as the evaluator uses. It runs on RE2, in time linear
 * in the text. What RE2 does not have (look-ahead, back-references) runs on JavaScript's engine where its time can be
 * bounded from outside.
 */
export class LinearRegExp {
  readonly source: string;
  readonly flags: string;
  lastIndex = 0;
  readonly #bounds: MatchBounds;
  readonly #native: RegExp;
  readonly #linear: RE2JS | undefined;

  /** @throws SyntaxError where the source is not a regular expression of JavaScript */
  constructor(source: string | LinearRegExp, flags: string | undefined, bounds: MatchBounds) {
    this.#bounds = bounds;
    if (source instanceof LinearRegExp) {
      this.source = source.source;
      this.flags = source.flags;
      this.#native = source.#native;
      this.#linear = source.#linear;
      return;
    }
    this.#native = new RegExp(source, flags);
    this.source = this.#native.source;
    this.flags = this.#native.flags;
    this.#linear = compile(this.#native);
  }

  /** As RegExp's: from `lastIndex` on where the flags have `g`. */
  exec(text: string): ({ readonly index: number } & (string | undefined)[]) | null {
    const global = this.flags.includes("g");
    const from = global ? this.lastIndex : 0;
    const match = this.#linear === undefined ? this.#backtrack(text) : this.#match(this.#linear, text, from);
    if (global) this.lastIndex = match === null ? 0 : match.index + (match[0]?.length ?? 0);
    return match;
  }

  test(text: string): boolean {
    return this.exec(text) !== null;
  }

  #match(linear: RE2JS, text: string, from: number) {
    if (from > text.length) return null;
    const most = (text.length - from) * linear.programSize();
    if (most > LONG_MATCH) this.#bounds.take(most);
    const matcher = linear.matcher(text);
    const found = matcher.find(from);
    if (most <= LONG_MATCH) this.#bounds.take(found ? 1 + (matcher.end() - from) * linear.programSize() : 1 + most);
    if (!found) return null;
    const groups: (string | undefined)[] = [];
    for (let group = 0; group <= matcher.groupCount(); group++) groups.push(matcher.group(group) ?? undefined);
    return Object.assign(groups, { index: matcher.start() });
  }

  #backtrack(text: string) {
    this.#bounds.backtrack();
    this.#native.lastIndex = this.lastIndex;
    return this.#native.exec(text);
  }
}

/**
 * What was compiled before: every expression has signatures of functions in it, always the same ones, and compiling one takes
 * 0.1 ms.
 */
const compiled = new Map<string, RE2JS | undefined>();
const MOST_COMPILED = 500;
const LONGEST_KEPT = 200;

function compile(expression: RegExp): RE2JS | undefined {
  const key = String(expression);
  if (compiled.has(key)) return compiled.get(key);
  const linear = compileAnew(expression);
  if (key.length <= LONGEST_KEPT) {
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    compiled.set(key, linear);
  }
  return linear;
}

function compileAnew({ source, ignoreCase, multiline }: RegExp): RE2JS | undefined {
  const flags = (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0);
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source), flags);
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
}
