import { setTimeout as sleep } from "node:timers/promises";
import { DiagnosticError, error } from "../diagnostic.js";

export interface Patience {
  /** Milliseconds from the first attempt on. */
  readonly timeout: number;
  /** Ends the waiting, not an attempt that is under way. */
  readonly signal: AbortSignal;
  /** What is waited for, as in "while waiting for …". */
  readonly what: string;
}

/** Milliseconds between two attempts: soon at first, for a server beside; later as rarely as AWS likes it. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;

/**
 * Tries until an attempt ends well, as long as what went wrong is said to pass.
 * @throws what the last attempt threw, when it does not pass or the time is over
 * @throws DiagnosticError where the signal comes
 */
export async function retrying<Result>(
  attempt: () => Promise<Result>,
  passes: (error: unknown) => boolean,
  { timeout, signal, what }: Patience,
): Promise<Result> {
  const end = Date.now() + timeout;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (failure) {
      if (!passes(failure) || Date.now() + pause > end) throw failure;
    }
    await waited(pause, signal, what);
  }
}

/**
 * Asks until the answer is yes.
 * @throws DiagnosticError where the time is over, or the signal comes
 */
export async function until(check: () => Promise<boolean>, { timeout, signal, what }: Patience): Promise<void> {
  const end = Date.now() + timeout;
  for (let pause = FIRST_PAUSE; !(await check()); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (Date.now() + pause > end) {
      throw new DiagnosticError(
        error(
          `Timed out while waiting for ${what}`,
          `It took longer than ${timeout / 1000} seconds. A longer time can be set in the resource's timeouts block.`,
        ),
      );
    }
    await waited(pause, signal, what);
  }
}

async function waited(pause: number, signal: AbortSignal, what: string): Promise<void> {
  try {
    await sleep(pause, undefined, { signal });
  } catch {
    throw new DiagnosticError(
      error(`Stopped while waiting for ${what}`, "Terraform was interrupted. The next plan shows how far it came."),
    );
  }
}
