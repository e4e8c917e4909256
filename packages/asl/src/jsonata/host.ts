import type { Evaluator, EvaluatorHost } from "./evaluator.js";
import { createEvaluator } from "./generated/evaluator.js";
import { LimitExceeded, LONGEST_STRING, MOST_ITEMS, OUT_OF_MEMORY } from "./limits.js";
import { LinearRegExp } from "./linear-reg-exp.js";

/** What one evaluation may see of the world, and how long it may take. */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A number in [0, 1). */
  random(): number;
  uuid(): string;
  /** Steps before `overrun` is called. */
  readonly steps: number;
  /** Set when the evaluation has ended: the steps that it took, where `overrun` gave no more. */
  taken?: number;
  /** The steps are taken. Gives more of them, or throws. */
  overrun(): number;
  /** Called before a regular expression runs that may take exponential time. Throws where that cannot be had here. */
  backtrack(): void;
}

/** What the evaluator sees before the first evaluation, and what is never seen in one. */
const NOTHING: World = {
  now: 0,
  random: () => 0,
  uuid: () => "",
  steps: Number.POSITIVE_INFINITY,
  overrun: () => Number.POSITIVE_INFINITY,
  backtrack: () => {},
};

/** Evaluations are synchronous and do not nest: there is one at a time. */
let world = NOTHING;
/** True while the evaluator's own code is being loaded, or ours is added to it. */
let loading = false;

/** The world of the evaluation that is under way. */
export function currentWorld(): World {
  return world;
}

/** Runs an evaluation. */
export function inWorld<Result>(seen: World, evaluate: () => Result): Result {
  world = seen;
  evaluator.steps(seen.steps);
  try {
    return evaluate();
  } finally {
    seen.taken = seen.steps - evaluator.left();
    world = NOTHING;
    evaluator.steps(Number.POSITIVE_INFINITY);
  }
}

/** Time stands still in an evaluation, and a time without an offset is in UTC wherever the machine stands. */
class WorldDate extends Date {
  constructor(...values: unknown[]) {
    super(...((values.length === 0 ? [world.now] : values) as [number]));
  }

  static override now(): number {
    return world.now;
  }

  static override parse(text: string): number {
    return Date.parse(/T[^Z+-]*$/.test(text) ? `${text}Z` : text);
  }
}

/** Math.max and Math.min that take any number of values: the evaluator hands them over with `apply`. */
function extreme(pick: (a: number, b: number) => number, start: number) {
  const among = (values: readonly number[]): number => {
    let found = start;
    for (const value of values) found = pick(found, value);
    return found;
  };
  return Object.assign((...values: number[]) => among(values), {
    apply: (_self: unknown, values: readonly number[]) => among(values),
  });
}

const worldMath = Object.defineProperties({} as Math, {
  ...Object.getOwnPropertyDescriptors(Math),
  random: { value: () => world.random() },
  max: { value: extreme(Math.max, Number.NEGATIVE_INFINITY) },
  min: { value: extreme(Math.min, Number.POSITIVE_INFINITY) },
});

type Replacer = (this: unknown, key: string, value: unknown) => unknown;

/** JSON.stringify that counts: a value may hold another one many times over, and be far longer as a text than in memory. */
function stringify(value: unknown, replacer?: Replacer | null, space?: number): string {
  let length = 0;
  return JSON.stringify(
    value,
    function (key, member) {
      evaluator.take(1);
      // Without a replacer it is the value in an error's message that is printed: it may be a function.
      const replaced = replacer ? replacer.call(this, key, member) : isFunction(member) ? "" : member;
      length += key.length + (typeof replaced === "string" ? replaced.length : 1);
      if (length > LONGEST_STRING) throw new LimitExceeded(OUT_OF_MEMORY);
      return replaced;
    },
    space,
  );
}

/** True for a function of JSONata: built in, or made by an expression. */
export function isFunction(value: unknown): boolean {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null) return false;
  const { _jsonata_function: native, _jsonata_lambda: lambda } = value as Record<string, unknown>;
  return native === true || lambda === true;
}

/**
 * While the evaluator loads, its own expressions run on JavaScript's engine, which is faster. Those of later come from users:
 * in an expression, in the signature of a function, in the picture of a date.
 */
function WorldRegExp(source: string | LinearRegExp, flags?: string): RegExp | LinearRegExp {
  if (loading && typeof source === "string") return new RegExp(source, flags);
  // Compiling takes about 200 ns for a character.
  if (typeof source === "string") evaluator.take(source.length * 10);
  return new LinearRegExp(source, flags, {
    take: (steps) => evaluator.take(steps),
    backtrack: () => world.backtrack(),
  });
}

const host: EvaluatorHost = {
  globals: {
    Date: WorldDate as unknown as DateConstructor,
    Math: worldMath,
    RegExp: WorldRegExp,
    JSON: { parse: JSON.parse, stringify: stringify as typeof JSON.stringify },
    Promise: { all: (values) => values },
    window: { atob: (base64) => atob(base64), btoa: (binary) => btoa(binary) },
  },
  overrun: () => world.overrun(),
  weigh(value) {
    if (value.length > (typeof value === "string" ? LONGEST_STRING : MOST_ITEMS)) {
      throw new LimitExceeded(OUT_OF_MEMORY);
    }
    return value.length >> (typeof value === "string" ? 5 : 4);
  },
  array(length) {
    // It is filled with items, or joined to a string of that length.
    if (length > LONGEST_STRING) throw new LimitExceeded(OUT_OF_MEMORY);
    if (length > 64) evaluator.take(length >> 3);
    return new Array(length);
  },
  join(strings, separator = "") {
    let length = separator.length * Math.max(0, strings.length - 1);
    for (const { length: more } of strings) length += more;
    if (length > LONGEST_STRING) throw new LimitExceeded(OUT_OF_MEMORY);
    return strings.join(separator);
  },
};

/** Made with the first expression: it takes a tenth of the start of a process, and many state machines have no expression. */
export let evaluator: Evaluator = {
  jsonata(text, options) {
    evaluator = extend(() => createEvaluator(host));
    return evaluator.jsonata(text, options);
  },
  steps() {},
  left: () => 0,
  take() {},
};

/** Adds what is ours to the evaluator: its signatures are no user's. */
export function extend<Result>(add: () => Result): Result {
  const before = loading;
  loading = true;
  try {
    return add();
  } finally {
    loading = before;
  }
}
