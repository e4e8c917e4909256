import type { Clock } from "../clock.js";
import { REDRIVABLE_MILLISECONDS } from "../redrive.js";
import type { Removal, Store } from "../store/store.js";

/**
 * Removes closed executions when their time has come, in the background: a few at a time, in commits that others share, with
 * pauses. So do the branches that an execution keeps for a redrive, when it cannot be redriven any more.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #longestInterval: number;
  #interval = SHORTEST_INTERVAL;
  #cancel = (): void => {};
  #stopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#longestInterval = Math.min(Math.max(options.keepClosed / 100, SHORTEST_INTERVAL), LONGEST_INTERVAL);
  }

  start(): void {
    this.#after(PAUSE);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #after(milliseconds: number): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    this.#cancel = clock.at(clock.now() + milliseconds, () => void this.#sweep());
  }

  async #sweep(): Promise<void> {
    let goesOn = false;
    try {
      goesOn = await this.#removeSome();
    } catch (error) {
      if (this.#stopped) return;
      this.#options.log(`old executions stay for now: ${(error as Error).message}`);
    }
    // Where nothing is found, it is looked for less often.
    this.#interval = goesOn ? SHORTEST_INTERVAL : Math.min(this.#interval * 2, this.#longestInterval);
    this.#after(goesOn ? PAUSE : this.#interval);
  }

  /** True where there is more to remove. */
  async #removeSome(): Promise<boolean> {
    const { store, clock, keepClosed, remove } = this.#options;
    const now = clock.now();
    const closed = now - keepClosed;
    const { executions, pastRedrive, hasRemains } = await store.removable({
      closed,
      ended: Math.max(now - REDRIVABLE_MILLISECONDS, closed),
      limit: EXECUTIONS_A_COMMIT,
    });
    if (executions.length === 0 && pastRedrive.length === 0 && !hasRemains) return false;
    return remove({ executions, pastRedrive });
  }
}

export interface RetentionOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** How long, in milliseconds, an execution stays after it closed. */
  readonly keepClosed: number;
  /** Resolves when it is done; false where none of it could be. */
  readonly remove: (removal: Removal) => Promise<boolean>;
  readonly log: (message: string) => void;
}

/**
 * Removing 64 executions of a few states takes 0.8 ms of a commit that others share; with the pauses that are some thousands a
 * second, more than are started.
 */
const EXECUTIONS_A_COMMIT = 64;
const PAUSE = 10;
/** Between two looks that find nothing: at first, and in the end. */
const SHORTEST_INTERVAL = 100;
const LONGEST_INTERVAL = 3_600_000;
