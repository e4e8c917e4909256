import type { Clock } from "../clock.js";
import { dueAt, type Execution } from "../execution.js";
import type { BranchKey, Store } from "../store/store.js";
import type { ExecutionEvent } from "../transition/event.js";
import { PassedOver } from "./passed-over.js";
import { isUnreadable } from "./unreadable-error.js";

/**
 * Wakes branches whose time has come. The store's index of due times is the truth; memory holds one alarm, for the earliest.
 */
export class Timers {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #post: (executionId: number, event: ExecutionEvent) => Promise<unknown>;
  /** Alarms of executions that the store keeps no branches of. */
  readonly #inMemory = new Map<number, () => void>();
  #alarm: { readonly time: number; readonly cancel: () => void } | undefined;
  #ringing = false;
  /** The earliest time that was armed while the due branches were being woken. */
  #armedMeanwhile: number | undefined;
  #stopped = false;
  readonly #passedOver: PassedOver;
  readonly #log: (message: string) => void;

  constructor(
    store: Store,
    clock: Clock,
    post: (executionId: number, event: ExecutionEvent) => Promise<unknown>,
    log: (message: string) => void,
  ) {
    this.#log = log;
    this.#passedOver = new PassedOver(clock);
    this.#store = store;
    this.#clock = clock;
    this.#post = post;
  }

  async start(): Promise<void> {
    this.arm(await this.#store.nextDue());
  }

  stop(): void {
    this.#stopped = true;
    this.#alarm?.cancel();
    for (const cancel of this.#inMemory.values()) cancel();
    this.#inMemory.clear();
  }

  /** A branch is due at `time`. */
  arm(time: number | undefined): void {
    if (time === undefined || this.#stopped) return;
    if (this.#ringing) {
      this.#armedMeanwhile = Math.min(time, this.#armedMeanwhile ?? time);
      return;
    }
    if (this.#alarm !== undefined && this.#alarm.time <= time) return;
    this.#alarm?.cancel();
    this.#alarm = { time, cancel: this.#clock.at(time, () => void this.#ring()) };
  }

  /** Some branches that are due, without those that are passed over. */
  async #due(): Promise<BranchKey[]> {
    for (let limit = MAX_DUE_AT_ONCE + this.#passedOver.size; ; limit *= 2) {
      const found = await this.#store.due(this.#clock.now(), limit);
      const due = found.filter(({ executionId }) => !this.#passedOver.has(executionId));
      if (due.length > 0 || found.length < limit) return due.slice(0, MAX_DUE_AT_ONCE);
    }
  }

  /** @throws StoreError, and what else says that the change could not be stored */
  async #wake({ executionId, branchId }: BranchKey): Promise<void> {
    try {
      await this.#post(executionId, { kind: "due", branchId });
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      // Others must not wait for it.
      this.#passedOver.add(executionId);
      this.#log(`execution ${executionId} cannot be carried on: ${error.message}`);
    }
  }

  /** Wakes the branches of an execution without rows. */
  setInMemory(execution: Execution): void {
    this.clearInMemory(execution.id);
    let earliest: { time: number; branchId: number } | undefined;
    for (const branch of execution.branches.values()) {
      const time = dueAt(execution, branch);
      if (time !== undefined && (earliest === undefined || time < earliest.time))
        earliest = { time, branchId: branch.id };
    }
    if (earliest === undefined || this.#stopped) return;
    const { time, branchId } = earliest;
    this.#inMemory.set(
      execution.id,
      this.#clock.at(time, () => this.#post(execution.id, { kind: "due", branchId }).catch(() => {})),
    );
  }

  clearInMemory(executionId: number): void {
    this.#inMemory.get(executionId)?.();
    this.#inMemory.delete(executionId);
  }

  async #ring(): Promise<void> {
    this.#alarm = undefined;
    this.#ringing = true;
    let next: number | undefined;
    try {
      let due: BranchKey[];
      do {
        due = await this.#due();
        await Promise.all(due.map((branch) => this.#wake(branch)));
      } while (due.length > 0 && !this.#stopped);
      next = await this.#store.nextDue();
      // It may be the time of one that is passed over.
      if (next !== undefined && this.#passedOver.size > 0)
        next = Math.max(next, this.#clock.now() + RETRY_MILLISECONDS);
    } catch {
      // They could not be stored: the rows still say that they are due.
      next = this.#clock.now() + RETRY_MILLISECONDS;
    } finally {
      this.#ringing = false;
    }
    this.arm(next);
    this.arm(this.#armedMeanwhile);
    this.#armedMeanwhile = undefined;
  }
}

/** Branches woken in one commit. */
const MAX_DUE_AT_ONCE = 500;

const RETRY_MILLISECONDS = 1000;
