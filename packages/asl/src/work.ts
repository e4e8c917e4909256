import { StatesError } from "./states-error.js";

/**
 * What paths and intrinsic functions may still do, all those of one state together: places that are visited, characters and items
 * that are made. A definition has room for tens of thousands of expressions, and each of them could take as much as one may.
 */
export interface Work {
  left: number;
}

/**
 * A document of 256 KB has some 130,000 places; nested scans of it would visit their square. Measured: ten million visits take
 * about half a second.
 */
const MOST_WORK = 10_000_000;

export function workOfState(): Work {
  return { left: MOST_WORK };
}

/** @throws StatesError `States.Runtime` where no work is left. */
export function spend(work: Work, amount: number): void {
  work.left -= amount;
  if (work.left < 0) throw new StatesError("States.Runtime", "The JSONPath takes too much work to evaluate.");
}
