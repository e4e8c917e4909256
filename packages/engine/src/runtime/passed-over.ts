import type { Clock } from "../clock.js";

/**
 * Executions that cannot be read back, and that others are not to wait for. After a while they are looked at again: a disk that failed may have made
 * what it holds look damaged.
 */
export class PassedOver {
  readonly #clock: Clock;
  readonly #until = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(executionId: number): void {
    this.#until.set(executionId, this.#clock.now() + MILLISECONDS);
  }

  has(executionId: number): boolean {
    const until = this.#until.get(executionId);
    if (until === undefined || until > this.#clock.now()) return until !== undefined;
    this.#until.delete(executionId);
    return false;
  }

  get size(): number {
    return this.#until.size;
  }
}

const MILLISECONDS = 30_000;
