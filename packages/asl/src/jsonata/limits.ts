/** What bounds an expression of JSONata. Measured on the service; docs/query-languages.md says how. */

/** Levels of evaluation within each other: 99 terms of a sum pass and 101 do not. */
export const DEEPEST = 100;

/** Items of an array: `[1..873782]` passes and `[1..873783]` does not. */
export const MOST_ITEMS = 873_782;

/**
 * Characters of a string: 2^22 pass and 2^23 do not. With 12 bytes for an item and 2 for a character the service's bound is
 * 10 MiB for both.
 */
export const LONGEST_STRING = 5_242_880;

/** Steps between two looks at the clock. */
export const STEPS_AT_ONCE = 100_000;

/** Steps of an expression where nobody takes it over: about a second. A plain expression takes 100 to 1,000 of them. */
export const MOST_STEPS = 12_000_000;

export const STACK_OVERFLOW =
  "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive";
export const OUT_OF_MEMORY = "Expression evaluation memory limit exceeded: Check for excessive memory usage";
export const TIMED_OUT = "Expression evaluation timeout: Check for infinite loop";

/** An expression that went over a bound; the message is the service's. */
export class LimitExceeded {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Thrown where an expression takes more than it has in place: it is to be evaluated elsewhere. */
export class TakesTooLong {}
