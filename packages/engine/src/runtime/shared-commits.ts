import type { Changes, Removal, Store } from "../store/store.js";
import type { Change } from "../transition/transition.js";
import { Batch, type Entry, type Outcome } from "./batch.js";
import type { Counters } from "./counters.js";
import type { LiveExecution } from "./live-execution.js";

/**
 * Shared commits: what many executions have to write in one turn of the event loop goes into one transaction; while that is
 * written, the next one fills. One commit is under way at a time.
 */
export class SharedCommits {
  readonly #store: Store;
  readonly #counters: Counters;
  readonly #on: CommitEvents;
  #filling = new Batch();
  /** The batch that is being committed. */
  #writing: Batch | undefined;
  /** The commit that is under way: that of the batch, or of something else. */
  #committing: Promise<void> | undefined;
  /** Changes of no execution that wait for the commit under way: the next one is theirs. */
  #changesWaiting = 0;
  #flushScheduled = false;

  constructor(store: Store, counters: Counters, on: CommitEvents) {
    this.#store = store;
    this.#counters = counters;
    this.#on = on;
  }

  /** Events that were posted and are not durable yet. */
  get queueLength(): number {
    return this.#filling.postedEvents + (this.#writing?.postedEvents ?? 0);
  }

  /**
   * Resolves with what came of the change once it is durable; rejects where it never will be.
   * @param observed whether the change's events are wanted then: see {@link Entry.events}
   */
  add(live: LiveExecution, change: Change, observed: boolean): Promise<Outcome> {
    const outcome: Outcome = { accepted: change.accepted, effects: change.effects };
    return new Promise((resolve, reject) => {
      this.#filling.add(live, change, observed, { outcome, resolve, reject });
      this.schedule();
    });
  }

  /** Old executions that leave with the next commit. One removal at a time. */
  addRemoval(removal: Removal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#filling.removal = { removal, resolve, reject };
      this.schedule();
    });
  }

  /** Takes over what an undone batch held: see {@link Batch.keep}. Nothing is written before the next {@link schedule}. */
  keep(live: LiveExecution, entry: Entry): void {
    this.#filling.keep(live, entry);
  }

  /** Writes changes that are no execution's. They are durable when this resolves. */
  async commit(changes: Changes): Promise<void> {
    this.#changesWaiting += 1;
    while (this.#committing !== undefined) await this.#committing.catch(() => {});
    this.#changesWaiting -= 1;
    const began = performance.now();
    const done = this.#store.commit(changes);
    this.#committing = done;
    try {
      await done;
      this.#counters.committed(began);
    } catch (error) {
      this.#counters.commitFailed();
      throw error;
    } finally {
      this.#committing = undefined;
      this.schedule();
    }
  }

  /** What was added before this call is durable when it resolves, or undone. */
  async flushed(): Promise<void> {
    await (this.#filling.isEmpty ? this.#writing : this.#filling)?.settled;
  }

  /** Lets the next commit begin as soon as it can, if there is anything to write. */
  schedule(): void {
    if (this.#filling.isEmpty || this.#flushScheduled || this.#committing !== undefined) return;
    this.#flushScheduled = true;
    // After the poll phase: the requests that came in together go into one commit.
    setImmediate(() => {
      this.#flushScheduled = false;
      if (this.#committing === undefined) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#filling;
    if (batch.isEmpty) return;
    this.#filling = new Batch();
    this.#writing = batch;
    try {
      const { executions, deletedExecutions, unwritable } = batch.changes();
      for (const [live, entry, error] of unwritable) this.#on.unwritable(live, entry, error);
      const removal = batch.removal?.removal;
      if (executions.length > 0 || deletedExecutions.length > 0 || removal !== undefined) {
        const began = performance.now();
        const changes = { executions, deletedExecutions };
        this.#committing = this.#store.commit(removal === undefined ? changes : { ...changes, removal });
        await this.#committing;
        this.#counters.committed(began);
        this.#counters.batchSize.observe(executions.length + deletedExecutions.length);
      }
    } catch (error) {
      this.#counters.commitFailed();
      this.#committing = undefined;
      this.#writing = undefined;
      this.#undo(batch, error);
      return;
    }
    this.#committing = undefined;
    this.#writing = undefined;
    batch.removal?.resolve(true);
    this.#on.stored(batch);
    // The next commit begins before the answers of this one are written, so that the disk works meanwhile: 1.2 times the
    // executions a second with 16 connections, 1.0 to 1.2 times with 64 and 256.
    if (this.#changesWaiting === 0) void this.#flush();
    this.#on.released(batch);
    batch.settle();
    this.schedule();
  }

  /** The batch is not durable and never will be; nor will what has begun to fill meanwhile, which stands on it. */
  #undo(batch: Batch, error: unknown): void {
    const undone = [batch, this.#filling];
    this.#filling = new Batch();
    for (const { entries, removal } of undone) {
      removal?.reject(error);
      for (const [live, entry] of entries) this.#on.undone(live, entry, error);
    }
    for (const each of undone) each.settle();
    if (!this.#filling.isEmpty) this.#on.keptForLater();
  }
}

/** What the runtime does about the ends of commits. */
export interface CommitEvents {
  /** No rows can be made of the execution: it is not in the commit. */
  unwritable(live: LiveExecution, entry: Entry, error: unknown): void;
  /** The batch is durable. Called before the next commit begins. */
  stored(batch: Batch): void;
  /** The batch is durable: answers go out, effects start. */
  released(batch: Batch): void;
  /** The execution's changes were not stored, and never will be as they are. May {@link SharedCommits.keep} them. */
  undone(live: LiveExecution, entry: Entry, error: unknown): void;
  /** Something was kept that waits for {@link SharedCommits.schedule}. */
  keptForLater(): void;
}
