import { randomUUID } from "node:crypto";
import type { TaskState } from "@pawl/asl";
import type { Clock } from "../clock.js";
import { dueAt } from "../execution.js";
import type { Changes, ExecutionRow, Store } from "../store/store.js";
import type { TaskHandler } from "../tasks/task-handler.js";
import type { Effect } from "../transition/effect.js";
import type { ExecutionEvent } from "../transition/event.js";
import { awaitsCall, invocationOf } from "../transition/task.js";
import { type Change, transition } from "../transition/transition.js";
import type { Facts } from "../transition/turn.js";
import { Batch } from "./batch.js";
import { Calls } from "./calls.js";
import { LiveExecution, type Revision } from "./live-execution.js";
import { hasMapRun, MapRuns } from "./map-runs.js";
import { Timers } from "./timers.js";

/**
 * The impure part: takes events to executions, commits what comes of them in shared commits, and releases effects once they
 * are durable. One event loop turn's events go into one commit: everything that arrived together is written together.
 */
export class Runtime {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #options: RuntimeOptions;
  readonly #live = new Map<number, LiveExecution>();
  readonly #loading = new Map<number, Promise<LiveExecution | undefined>>();
  readonly #calls: Calls;
  readonly #timers: Timers;
  readonly #mapRuns: MapRuns;
  /** Executions that end are told to these. */
  readonly #ended = new Map<number, Set<() => void>>();
  #filling = new Batch();
  #committing: Promise<void> | undefined;
  #flushScheduled = false;
  #closed = false;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#calls = new Calls(options.runTask, (executionId, event) => this.#postInternal(executionId, event));
    this.#mapRuns = new MapRuns({
      store: options.store,
      clock: options.clock,
      isLive: (live) => this.#live.get(live.execution.id) === live,
      start: (revision, row) => this.start(revision, row),
      post: (executionId, event) => this.#postInternal(executionId, event),
    });
    this.#timers = new Timers(options.store, options.clock, (executionId, event) => this.post(executionId, event));
  }

  /** Takes up what the last process left: calls that died with it, timers, transitions that had more to do. */
  async recover(): Promise<void> {
    for (const id of await this.#store.restarting()) {
      const live = await this.#load(id);
      if (live === undefined) continue;
      const { execution } = live;
      if (execution.type === "EXPRESS") this.#postInternal(id, { kind: "started" });
      for (const branch of execution.branches.values()) {
        const state = live.revision.program.states.get(branch.state);
        const call = state?.type === "Task" ? invocationOf(execution, branch, state as TaskState) : undefined;
        if (call !== undefined) this.#calls.start(execution, call);
      }
      if ([...execution.branches.values()].some(({ waiting }) => waiting.kind === "turn")) {
        this.#postInternal(id, { kind: "turn" });
      }
    }
    await this.#mapRuns.stopOrphans();
    await this.#timers.start();
  }

  /** Starts a new execution. Resolves once it is durable. */
  start(revision: Revision, row: ExecutionRow): Promise<Change> {
    const live = LiveExecution.create(revision, row, this.#options.region);
    this.#live.set(row.id, live);
    return this.#deliver(live, { kind: "started" }, row.startDate);
  }

  /**
   * Gives an event to an execution. Resolves with what it did once that is durable, with undefined where there is no such
   * execution; rejects where it could not be stored, and then it had no effect.
   */
  async post(executionId: number, event: ExecutionEvent): Promise<Change | undefined> {
    const live = this.#live.get(executionId) ?? (await this.#load(executionId));
    return live === undefined ? undefined : this.#deliver(live, event);
  }

  /** An execution that is in memory, as it is now: possibly ahead of what is durable. */
  live(executionId: number): LiveExecution | undefined {
    return this.#live.get(executionId);
  }

  /** Calls back once, when the execution has ended and that is durable. Returns what takes the wish back. */
  onEnd(executionId: number, callback: () => void): () => void {
    const callbacks = this.#ended.get(executionId) ?? new Set();
    this.#ended.set(executionId, callbacks.add(callback));
    return () => callbacks.delete(callback);
  }

  /** Writes changes that are no execution's. They are durable when this resolves. */
  async commit(changes: Changes): Promise<void> {
    while (this.#committing !== undefined) await this.#committing.catch(() => {});
    const done = this.#store.commit(changes);
    this.#committing = done;
    try {
      await done;
    } finally {
      this.#committing = undefined;
      if (!this.#filling.isEmpty) this.#scheduleFlush();
    }
  }

  /** Everything that was posted is durable when this resolves. */
  async flushed(): Promise<void> {
    do {
      await new Promise<void>((resolve) => setImmediate(resolve));
      await this.#committing?.catch(() => {});
    } while (!this.#filling.isEmpty || this.#committing !== undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timers.stop();
    this.#calls.abortAll();
    await this.flushed();
  }

  async #load(id: number): Promise<LiveExecution | undefined> {
    const live = this.#live.get(id);
    if (live !== undefined) return live;
    let loading = this.#loading.get(id);
    if (loading === undefined) {
      loading = this.#read(id).finally(() => this.#loading.delete(id));
      this.#loading.set(id, loading);
    }
    return loading;
  }

  async #read(id: number): Promise<LiveExecution | undefined> {
    const row = await this.#store.executionById(id);
    if (row === undefined || row.status !== "RUNNING") return undefined;
    const revision = await this.#options.revision(row.revisionId);
    const [branches, lastEventId] = [await this.#store.branches(id), await this.#store.lastEventId(id)];
    const live = LiveExecution.load(revision, row, this.#options.region, branches, lastEventId);
    if (hasMapRun(live.execution)) await this.#mapRuns.rebuild(live);
    this.#live.set(id, live);
    return live;
  }

  #deliver(live: LiveExecution, event: ExecutionEvent, now = this.#clock.now()): Promise<Change> {
    if (this.#closed) return Promise.reject(new Error("the engine is closed"));
    const { execution } = live;
    const change = transition(live.revision.program, execution, event, this.#facts(now));
    return new Promise((resolve, reject) => {
      this.#filling.add(live, change, { executionId: execution.id, event, change, resolve, reject });
      this.#scheduleFlush();
    });
  }

  #facts(now: number): Facts {
    const { random } = this.#options;
    return {
      now,
      random,
      uuid: randomUUID,
      activityExists: this.#options.activityExists,
    };
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#committing !== undefined) return;
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
    try {
      const changes = batch.changes();
      if (changes.executions.length > 0 || changes.deletedExecutions.length > 0) {
        this.#committing = this.#store.commit(changes);
        await this.#committing;
      }
      this.#committing = undefined;
      this.#release(batch);
    } catch (error) {
      this.#committing = undefined;
      this.#undo(batch, error);
    }
    if (!this.#filling.isEmpty) this.#scheduleFlush();
  }

  /** The batch is durable: answers go out, effects start. */
  #release(batch: Batch): void {
    for (const { resolve, change } of batch.posted) resolve(change);
    for (const [live, effect] of batch.effects()) this.#perform(live, effect);
    for (const live of batch.executions) {
      live.batches -= 1;
      const { execution } = live;
      if (execution.status !== "RUNNING") {
        if (live.batches === 0) this.#forget(live);
        this.#mapRuns.ended(live);
        for (const callback of this.#ended.get(execution.id) ?? []) callback();
        this.#ended.delete(execution.id);
      } else if (execution.type === "EXPRESS") {
        this.#timers.setInMemory(execution);
      } else {
        for (const branch of execution.branches.values()) this.#timers.arm(dueAt(execution, branch));
      }
    }
    this.#evictIdle();
  }

  #perform(live: LiveExecution, effect: Effect): void {
    const { execution } = live;
    switch (effect.kind) {
      case "invoke":
        // It may have been cancelled before it was released.
        if (awaitsCall(execution.branches.get(effect.branchId), effect.attempt)) this.#calls.start(execution, effect);
        return;
      case "cancel":
        this.#calls.abort(execution, effect.attempt);
        return;
      case "continue":
        this.#postInternal(execution.id, { kind: "turn" });
        return;
      case "queued":
        this.#options.onQueued(effect.activityArn);
        return;
      case "startChild":
        this.#mapRuns.start(live, effect);
        return;
      case "stopChildren":
        void this.#mapRuns.stop(effect.mapRunArn);
        return;
      case "taken":
        return;
    }
  }

  /**
   * The batch is not durable and nothing of it ever will be: memory forgets it, callers are told, and what came from inside is
   * tried again.
   */
  #undo(batch: Batch, error: unknown): void {
    // What has begun to fill meanwhile stands on what was lost.
    const lost = [batch, this.#filling];
    this.#filling = new Batch();
    for (const { executions, posted } of lost) {
      for (const live of executions) this.#forget(live);
      for (const { reject } of posted) reject(error);
    }
  }

  /** An event from inside: where it cannot be stored now, it comes again. */
  #postInternal(executionId: number, event: ExecutionEvent): void {
    this.post(executionId, event).catch((error: unknown) => {
      if (this.#closed) return;
      this.#options.log(`an event is kept in memory because it could not be stored: ${(error as Error).message}`);
      this.#clock.at(this.#clock.now() + RETRY_MILLISECONDS, () => this.#postInternal(executionId, event));
    });
  }

  #forget(live: LiveExecution): void {
    this.#live.delete(live.execution.id);
    this.#timers.clearInMemory(live.execution.id);
  }

  /** Waiting costs disk, not memory: what waits longest leaves first. */
  #evictIdle(): void {
    if (this.#live.size <= MAX_IDLE_EXECUTIONS) return;
    for (const [id, live] of this.#live) {
      // A map run's parent knows its children from memory: reading them all back for each end would cost too much.
      if (live.batches > 0 || live.execution.type === "EXPRESS" || hasMapRun(live.execution)) continue;
      this.#live.delete(id);
      if (this.#live.size <= MAX_IDLE_EXECUTIONS) return;
    }
  }
}

/** Waiting executions that may stay in memory: enough that short waits and quick tasks are not read back from the store. */
const MAX_IDLE_EXECUTIONS = 1000;

/** How long an event that could not be stored waits for the next try. */
const RETRY_MILLISECONDS = 1000;

export interface RuntimeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly region: string;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly revision: (id: number) => Promise<Revision>;
  readonly activityExists: (arn: string) => boolean;
  readonly runTask: TaskHandler;
  /** A task stands in this activity's queue. */
  readonly onQueued: (activityArn: string) => void;
  readonly log: (message: string) => void;
}
