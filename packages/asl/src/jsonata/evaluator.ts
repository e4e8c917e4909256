/**
 * The generated evaluator (scripts/generate-jsonata.mjs): the `jsonata` package without promises, which counts its steps and
 * sees of the world only what its host gives it.
 */
export interface Evaluator {
  readonly jsonata: Jsonata;
  /** Sets how many steps are left: a step is a call of one of the evaluator's functions, or one round of a loop. */
  steps(limit: number): void;
  /** How many are left; negative where the last one was more than there were. */
  left(): number;
  /** Takes steps for work that the evaluator cannot count. */
  take(steps: number): void;
}

export interface EvaluatorHost {
  readonly globals: {
    readonly Date: DateConstructor;
    readonly Math: Math;
    readonly RegExp: unknown;
    readonly JSON: Pick<JSON, "parse" | "stringify">;
    readonly Promise: { all<Value>(values: readonly Value[]): readonly Value[] };
    readonly window: { atob(base64: string): string; btoa(binary: string): string };
  };
  /** No step is left. Gives more of them, or throws. */
  overrun(): number;
  /** The steps that a string or an array counts for. Throws where it is too long. */
  weigh(value: string | readonly unknown[]): number;
  /** An array of a length. Throws where it is too long. */
  array(length: number): unknown[];
  /** The strings in one. Throws where it would be too long. */
  join(strings: readonly string[], separator: string | undefined): string;
}

/** @throws an object with `code`, `message` and `position` where the text is not an expression */
export type Jsonata = (text: string, options: { readonly stack: number }) => JsonataExpression;

export interface JsonataExpression {
  /** @throws an object with `code` and `message`, or whatever the host throws */
  evaluate(input: undefined, bindings: Readonly<Record<string, unknown>>): unknown;
  /** Binds a name for all evaluations. */
  assign(name: string, value: unknown): void;
  registerFunction(name: string, implementation: (...values: never[]) => unknown, signature: string): void;
  ast(): JsonataNode;
}

/** A node of a parsed expression, as far as it is looked at here. */
export interface JsonataNode {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: readonly JsonataNode[];
  readonly [member: string]: unknown;
}
