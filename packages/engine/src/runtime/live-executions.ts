import type { LiveExecution } from "./live-execution.js";
import { hasMapRun } from "./map-runs.js";

/**
 * The executions in memory: those that something happens to, and as many of those that wait as there is room for, so that short
 * waits and quick tasks are not read back from the store.
 */
export class LiveExecutions {
  readonly #byId = new Map<number, LiveExecution>();
  /** Characters of the texts in all of them. */
  #size = 0;

  get count(): number {
    return this.#byId.size;
  }

  get(id: number): LiveExecution | undefined {
    return this.#byId.get(id);
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  add(live: LiveExecution): void {
    const { id } = live.execution;
    this.delete(id);
    this.#byId.set(id, live);
    this.#size += live.size;
  }

  delete(id: number): void {
    this.#size -= this.#byId.get(id)?.size ?? 0;
    this.#byId.delete(id);
  }

  /** It has changed. */
  measure(live: LiveExecution): void {
    if (this.#byId.get(live.execution.id) !== live) return;
    this.#size -= live.size;
    live.measure();
    this.#size += live.size;
  }

  /** Waiting costs disk, not memory: what waits longest leaves first. */
  evictIdle(): void {
    if (this.#hasRoom) return;
    for (const [id, live] of this.#byId) {
      // A map run's parent knows its children from memory: reading them all back for each end would cost too much.
      if (live.batches > 0 || live.execution.type === "EXPRESS" || hasMapRun(live.execution)) continue;
      this.delete(id);
      if (this.#hasRoom) return;
    }
  }

  get #hasRoom(): boolean {
    const { size } = this.#byId;
    return size <= ALWAYS_ROOM_FOR || (size <= MAX_IDLE_EXECUTIONS && this.#size <= MAX_IDLE_SIZE);
  }
}

/** However large they are. */
const ALWAYS_ROOM_FOR = 1000;

/**
 * Small ones take some 3 kB each. With 3,000 executions under way whose states are tasks of an activity, and room for 1,000, each is read
 * back for each result: 1.5 times the processor time of the main thread.
 */
const MAX_IDLE_EXECUTIONS = 10_000;

const MAX_IDLE_SIZE = 16 * 2 ** 20;
