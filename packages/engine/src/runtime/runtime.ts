import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.js";
import { dueAt, type Execution } from "../execution.js";
import type { ExecutionLogs } from "../execution-log/execution-logs.js";
import type { HistoryEvent } from "../history/history-event.js";
import type { ItemReader } from "../item-reader/item-reader.js";
import type { MapRunProgressCounts } from "../map-run-record.js";
import type { Redrive } from "../redrive.js";
import type { ResultWriter, ResultWriterCheck } from "../result-writer/result-writer.js";
import { ServiceError } from "../service-error.js";
import type { Changes, ExecutionRow, Removal, Store } from "../store/store.js";
import { StoreError } from "../store/store-error.js";
import type { TaskHandler } from "../tasks/task-handler.js";
import type { Tracing } from "../tracing/tracing.js";
import type { Cancellation, Effect, Evaluation } from "../transition/effect.js";
import { isEvaluating } from "../transition/evaluations.js";
import type { ExecutionEvent } from "../transition/event.js";
import { branchOf } from "../transition/map-run.js";
import { countsOf } from "../transition/map-run-counts.js";
import { awaitsCall } from "../transition/task.js";
import { type Change, transition } from "../transition/transition.js";
import type { Facts } from "../transition/turn.js";
import type { Batch, Entry, Outcome } from "./batch.js";
import { Calls } from "./calls.js";
import { Counters } from "./counters.js";
import type { EvaluateExpression } from "./evaluation-threads.js";
import { jobStopOf } from "./job-stop.js";
import { JobStops } from "./job-stops.js";
import { LiveExecution, type Revision } from "./live-execution.js";
import { LiveExecutions } from "./live-executions.js";
import { MapRuns } from "./map-runs.js";
import { SharedCommits } from "./shared-commits.js";
import { StoredExecutions } from "./stored-executions.js";
import { Timers } from "./timers.js";
import { isUnreadable } from "./unreadable-error.js";

/**
 * The impure part: takes events to executions, commits what comes of them in shared commits, and releases effects once they
 * are durable. One event loop turn's events go into one commit: everything that arrived together is written together.
 */
export class Runtime {
  readonly counters = new Counters();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #options: RuntimeOptions;
  readonly #live = new LiveExecutions();
  readonly #stored: StoredExecutions;
  readonly #commits: SharedCommits;
  readonly #calls: Calls;
  readonly #timers: Timers;
  readonly #jobStops: JobStops;
  readonly #mapRuns: MapRuns;
  /** Executions that end are told to these. */
  readonly #ended = new Map<number, Set<() => void>>();
  /** Executions that are not kept, and who waits for their ends. */
  readonly #running = new Map<LiveExecution, Waiter>();
  /** Executions that are about to be redriven. */
  readonly #redriving = new Set<number>();
  /** The last failure that the operator was told of. */
  #reported: unknown;
  #closed = false;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#clock = options.clock;
    this.#commits = new SharedCommits(options.store, this.counters, {
      unwritable: (live, entry, error) => this.#lose(live, entry, error),
      stored: (batch) => this.#noteStored(batch),
      released: (batch) => this.#release(batch),
      undone: (live, entry, error) => this.#undo(live, entry, error),
      keptForLater: () => this.#later(() => this.#commits.schedule()),
    });
    this.#calls = new Calls(
      options.runTask,
      options.clock,
      (executionId, event) => this.#postInternal(executionId, event),
      options.tracing,
    );
    this.#jobStops = new JobStops({
      store: options.store,
      clock: options.clock,
      runTask: options.runTask,
      commit: (changes) => this.#commits.commit(changes),
      log: options.log,
    });
    this.#mapRuns = new MapRuns({
      store: options.store,
      clock: options.clock,
      readItems: options.readItems,
      checkResults: options.checkResults,
      writeResults: options.writeResults,
      evaluate: options.evaluate,
      facts: () => this.#facts(this.#clock.now()),
      tracing: options.tracing,
      isLive: (live) => this.#live.get(live.execution.id) === live,
      start: (revision, row) => this.start(revision, row),
      redrive: (row, redrive) => this.redrive(row, redrive),
      post: (executionId, event) => this.#postInternal(executionId, event),
    });
    this.#stored = new StoredExecutions({
      store: options.store,
      live: this.#live,
      calls: this.#calls,
      mapRuns: this.#mapRuns,
      revision: options.revision,
      post: (executionId, event) => void this.#postInternal(executionId, event),
      isClosed: () => this.#closed,
    });
    this.#timers = new Timers(
      options.store,
      options.clock,
      (executionId, event) => this.post(executionId, event),
      options.log,
    );
  }

  /** Takes up what the last process left: calls that died with it, timers, transitions that had more to do. */
  async recover(): Promise<void> {
    for (const id of await this.#stored.restarting()) {
      // A map run may have a million children to be read: who starts the engine does not wait for them.
      await new Promise<void>((resolve) => void this.#recoverOne(id, resolve).then(resolve));
    }
    await this.#mapRuns.stopOrphans();
    // Services may take long to answer.
    void this.#untilDone(() => this.#jobStops.takeUp());
    await this.#timers.start();
  }

  async #recoverOne(id: number, onChildren: () => void): Promise<void> {
    try {
      await this.#stored.load(id, onChildren);
    } catch (error) {
      if (this.#closed) return;
      // One execution that cannot be read must not keep the others from running.
      this.#options.log(`execution ${id} cannot be taken up: ${(error as Error).message}`);
      if (error instanceof StoreError && !isUnreadable(error)) {
        this.#later(() => void this.#untilDone(() => this.#stored.load(id)));
      }
    }
  }

  /** Starts a new execution. Resolves once it is durable. */
  start(revision: Revision, row: ExecutionRow): Promise<Outcome> {
    const live = LiveExecution.create(revision, row, true);
    this.#live.add(live);
    return this.#deliver(live, { kind: "started" }, row.startDate);
  }

  /**
   * Runs an express execution that is not kept: it lives in memory alone and ends with the process. Resolves with the execution
   * when it has ended; rejects where the engine closes before.
   */
  run(revision: Revision, row: ExecutionRow): Promise<Execution> {
    const live = LiveExecution.create(revision, row, false);
    return new Promise((resolve, reject) => {
      this.#live.add(live);
      this.#running.set(live, { resolve, reject });
      this.counters.started.EXPRESS += 1;
      this.#deliver(live, { kind: "started" }, row.startDate).catch(reject);
    });
  }

  /** Lets an execution go on that has ended without success. Resolves once that is durable. */
  async redrive(row: ExecutionRow, redrive: Redrive): Promise<Outcome> {
    const { id } = row;
    this.#redriving.add(id);
    try {
      // What is still in memory of its end goes first, and a removal that has begun.
      do await this.flushed();
      while (this.#live.has(id));
      if ((await this.#store.executionById(id)) === undefined) {
        throw new ServiceError("ExecutionDoesNotExist", `Execution Does Not Exist: '${row.arn}'`);
      }
      const revision: Revision = { ...(await this.#options.revision(row.revisionId)), type: "STANDARD" };
      const live = await this.#stored.readRow(revision, row);
      await this.#mapRuns.prepareRedrive(live);
      live.redriven(redrive);
      this.#live.add(live);
      return await this.#deliver(live, { kind: "redriven" }, redrive.date);
    } finally {
      this.#redriving.delete(id);
    }
  }

  /**
   * Removes old executions, with the next commit; those that something happens to stay. Resolves when that is durable, with false
   * where there was nothing that could be removed.
   */
  remove(removal: Removal): Promise<boolean> {
    if (this.#closed) return Promise.reject(new Error("the engine is closed"));
    const isAtRest = (id: number): boolean => !this.#live.has(id) && !this.#redriving.has(id);
    const executions = removal.executions.filter(isAtRest);
    const pastRedrive = removal.pastRedrive.filter(({ id }) => isAtRest(id));
    const asked = removal.executions.length + removal.pastRedrive.length;
    if (asked > 0 && executions.length + pastRedrive.length === 0) return Promise.resolve(false);
    return this.#commits.addRemoval({ executions, pastRedrive });
  }

  /**
   * Gives an event to an execution. Resolves with what it did once that is durable, with undefined where there is no such
   * execution; rejects where it could not be stored, and then it had no effect.
   * @param arnPrefix what the execution's ARN must begin with: to others there is no such execution
   */
  async post(executionId: number, event: ExecutionEvent, arnPrefix = ""): Promise<Outcome | undefined> {
    for (;;) {
      const live = this.#live.get(executionId);
      if (live !== undefined) {
        return live.execution.arn.startsWith(arnPrefix) ? this.#deliver(live, event) : undefined;
      }
      // What was read may have left memory again before this goes on: then memory must not hold it twice.
      try {
        if ((await this.#stored.load(executionId)) === undefined) return undefined;
      } catch (error) {
        if (event.kind !== "stopped" || !isUnreadable(error)) throw error;
        if ((await this.#stored.loadToStop(executionId)) === undefined) return undefined;
      }
    }
  }

  /** How far a map run is, as long as it runs; undefined where it has ended. */
  async mapRun(
    executionId: number,
    place: { branchId: number; mapRunArn: string },
  ): Promise<RunningMapRun | undefined> {
    const live = await this.#stored.load(executionId);
    const branch = live && branchOf(live.execution, place);
    if (branch?.mapRun === undefined) return undefined;
    const { redo } = branch.mapRun;
    return {
      counts: countsOf(branch),
      pendingRedrives: () => new Set(redo.map(({ executionId: id }) => id)),
    };
  }

  /** An execution that is in memory, as it is now: possibly ahead of what is durable. */
  live(executionId: number): LiveExecution | undefined {
    return this.#live.get(executionId);
  }

  /** Events that were posted and are not durable yet. */
  get queueLength(): number {
    return this.#commits.queueLength;
  }

  /** Executions that are in memory: those that something happens to, and some that wait. */
  get liveExecutions(): number {
    return this.#live.count;
  }

  /** Calls back once, when the execution has ended and that is durable. Returns what takes the wish back. */
  onEnd(executionId: number, callback: () => void): () => void {
    const callbacks = this.#ended.get(executionId) ?? new Set();
    this.#ended.set(executionId, callbacks.add(callback));
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0 && this.#ended.get(executionId) === callbacks) this.#ended.delete(executionId);
    };
  }

  /** Writes changes that are no execution's. They are durable when this resolves. */
  commit(changes: Changes): Promise<void> {
    return this.#commits.commit(changes);
  }

  /** What was posted before this call is durable when it resolves, or undone. */
  flushed(): Promise<void> {
    return this.#commits.flushed();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timers.stop();
    this.#calls.abortAll();
    this.#jobStops.close();
    this.#mapRuns.close();
    for (const { reject } of this.#running.values()) reject(new Error("the engine is closed"));
    this.#running.clear();
    this.#commits.schedule();
    await this.flushed();
  }

  #deliver(live: LiveExecution, event: ExecutionEvent, now = this.#clock.now()): Promise<Outcome> {
    if (this.#closed) return Promise.reject(new Error("the engine is closed"));
    const { execution } = live;
    const change = transition(live.revision.program, execution, event, this.#facts(now));
    this.counters.transitions += 1;
    this.counters.historyEvents += change.events.length;
    if (!live.isKept) {
      this.#goOn(live, change);
      return Promise.resolve(change);
    }
    const isOfMapRun = event.kind === "inputsRead" || event.kind === "childrenEnded";
    if (isOfMapRun && live.stored && live.batches === 0 && writesNothing(execution, change)) {
      // All that its effects stand on is durable: the next children need not wait for the commit of those before them.
      for (const effect of change.effects) this.#perform(live, effect);
      return Promise.resolve(change);
    }
    return this.#commits.add(live, change, this.#isObserved(live));
  }

  /** What an execution that is not kept has done is released at once: there is nothing to wait for. */
  #goOn(live: LiveExecution, { events, effects }: Change): void {
    const { execution } = live;
    this.#log(live, events);
    for (const effect of effects) this.#perform(live, effect);
    if (execution.status === "RUNNING") {
      this.#timers.setInMemory(execution);
      return;
    }
    this.#forget(live);
    this.counters.ended[execution.status] += 1;
    this.#running.get(live)?.resolve(execution);
    this.#running.delete(live);
  }

  #facts(now: number): Facts {
    const { random } = this.#options;
    return {
      now,
      random,
      uuid: randomUUID,
      activityExists: this.#options.activityExists,
      isMocked: this.#options.isMocked,
    };
  }

  #noteStored(batch: Batch): void {
    for (const [live] of batch.entries) {
      if (!live.stored) this.counters.started[live.execution.type] += 1;
      live.stored = true;
    }
  }

  /** The batch is durable: answers go out, effects start. */
  #release(batch: Batch): void {
    for (const [, { posted }] of batch.entries) {
      for (const { resolve, outcome } of posted) resolve(outcome);
    }
    for (const [live, { events, effects }] of batch.entries) {
      this.#log(live, events);
      for (const effect of effects) {
        try {
          this.#perform(live, effect);
        } catch (error) {
          // What others wait for must go on.
          this.#report("something that is stored could not be begun, the next process begins it", error);
        }
      }
    }
    for (const [live, { ended, posted }] of batch.entries) {
      live.batches -= 1;
      const { execution } = live;
      if (ended) this.#tellEnd(live);
      // An event that came too late is in a batch with the end, too, but did not bring it.
      if (ended && execution.status !== "RUNNING" && posted.some(({ outcome }) => outcome.accepted)) {
        this.counters.ended[execution.status] += 1;
      }
      if (execution.status !== "RUNNING") {
        if (live.batches === 0) this.#forget(live);
      } else if (execution.type === "EXPRESS") {
        this.#timers.setInMemory(execution);
      } else {
        for (const branch of execution.branches.values()) this.#timers.arm(dueAt(execution, branch));
        this.#live.measure(live);
      }
    }
    this.#live.evictIdle();
  }

  /** True where the events of the execution are asked for once they are durable. */
  #isObserved({ revision }: LiveExecution): boolean {
    return revision.log !== undefined || this.#options.tracing !== undefined;
  }

  #log({ revision, execution }: LiveExecution, events: readonly HistoryEvent[]): void {
    if (revision.log !== undefined) this.#options.logEvents?.(revision.log, execution, events);
    this.#options.tracing?.add(execution, events);
  }

  #tellEnd(live: LiveExecution): void {
    const { id } = live.execution;
    this.#mapRuns.ended(live);
    for (const callback of this.#ended.get(id) ?? []) callback();
    this.#ended.delete(id);
  }

  #perform(live: LiveExecution, effect: Effect): void {
    const { execution } = live;
    switch (effect.kind) {
      case "invoke":
        // It may have been cancelled before it was released. After the close it is the next process that makes it.
        if (!this.#closed && awaitsCall(execution.branches.get(effect.branchId), effect.attempt))
          this.#calls.start(execution, effect);
        return;
      case "cancel":
        this.#cancel(execution, effect);
        return;
      case "evaluate":
        this.#evaluate(execution, effect);
        return;
      case "continue": {
        const goOn = (): void => void this.#postInternal(execution.id, { kind: "turn" });
        // What is kept goes on after its commit; what is not must let others run, too.
        if (live.isKept) goOn();
        else setImmediate(goOn);
        return;
      }
      case "queued":
        this.#options.onQueued(effect.activityArn);
        return;
      case "readInputs":
        this.#mapRuns.read(live, effect);
        return;
      case "startChildren":
        this.#mapRuns.start(live, effect);
        return;
      case "gatherResults":
        this.#mapRuns.gather(live, effect);
        return;
      case "stopChildren":
        void this.#untilDone(() => this.#mapRuns.stop(effect.mapRunArn));
        return;
      case "taken":
        return;
    }
  }

  #cancel(execution: Execution, { attempt, job }: Cancellation): void {
    if (job === undefined) this.#calls.abort(execution, attempt);
    else this.#jobStops.begin(jobStopOf(execution, job), this.#calls.letGo(execution, attempt));
  }

  #undo(live: LiveExecution, entry: Entry, error: unknown): void {
    // The steps of an express execution stand on nothing but its start: they wait for the next commit.
    if (live.execution.type === "EXPRESS" && live.stored && !this.#closed) this.#commits.keep(live, entry);
    else this.#lose(live, entry, error);
  }

  /**
   * Memory forgets an execution whose changes were not stored, and callers are told. It goes on as the store has it: what waits
   * for time or for a call may not have been set under way, because memory was ahead.
   */
  #lose(live: LiveExecution, { posted }: Entry, error: unknown): void {
    const { id } = live.execution;
    this.#forget(live);
    for (const { reject } of posted) reject(error);
    if (!live.stored || this.#closed) return;
    this.#timers.arm(this.#clock.now() + RETRY_MILLISECONDS);
    this.#stored.takeUpWhenRead(id);
    this.#later(() => void this.#untilDone(() => this.#stored.load(id)));
  }

  /** The result comes back as an event, unless the engine has been closed: then the next process asks again. */
  #evaluate(execution: Execution, { branchId, evaluation, request }: Evaluation): void {
    // The branch may have gone before this was released.
    if (!isEvaluating(execution.branches.get(branchId))) return;
    void this.#options.evaluate(request).then((result) => {
      void this.#postInternal(execution.id, { kind: "evaluated", branchId, evaluation, result });
    });
  }

  /** An event from inside: where it cannot be stored now, it comes again. */
  #postInternal(executionId: number, event: ExecutionEvent): Promise<void> {
    return this.#untilDone(() => this.post(executionId, event));
  }

  /** Tries again where the store fails, until it works or the engine closes. */
  async #untilDone(action: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await action();
        return;
      } catch (error) {
        if (this.#closed) return;
        this.#report("what happened meanwhile is kept in memory and tried again", error);
        await new Promise<void>((resolve) => this.#later(resolve));
      }
    }
  }

  /** Tells the operator, once where one failure met many. */
  #report(what: string, error: unknown): void {
    if (error === this.#reported) return;
    this.#reported = error;
    this.#options.log(`${what}: ${(error as Error).message}`);
  }

  #later(action: () => void): void {
    this.#clock.at(this.#clock.now() + RETRY_MILLISECONDS, action);
  }

  #forget(live: LiveExecution): void {
    this.#live.delete(live.execution.id);
    this.#timers.clearInMemory(live.execution.id);
  }
}

/** True where a change leaves no row to write. */
function writesNothing({ status }: Execution, { events, changed, deleted, mapRuns }: Change): boolean {
  return (
    status === "RUNNING" && events.length === 0 && changed.size === 0 && deleted.length === 0 && mapRuns.length === 0
  );
}

export interface RunningMapRun {
  readonly counts: MapRunProgressCounts;
  /** Ids of the children that wait to be begun once more. */
  readonly pendingRedrives: () => ReadonlySet<number>;
}

interface Waiter {
  readonly resolve: (execution: Execution) => void;
  readonly reject: (error: unknown) => void;
}

/** How long an event that could not be stored waits for the next try. */
const RETRY_MILLISECONDS = 1000;

export interface RuntimeOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly revision: (id: number) => Promise<Revision>;
  readonly activityExists: (arn: string) => boolean;
  readonly isMocked: Facts["isMocked"];
  readonly runTask: TaskHandler;
  readonly readItems: ItemReader;
  readonly checkResults: ResultWriterCheck;
  readonly writeResults: ResultWriter;
  readonly evaluate: EvaluateExpression;
  /** A task stands in this activity's queue. */
  readonly onQueued: (activityArn: string) => void;
  /** Gets the events of executions whose state machines want them logged. */
  readonly logEvents?: ExecutionLogs["add"];
  /** Makes spans of executions. Absent where nothing is traced. */
  readonly tracing?: Tracing | undefined;
  readonly log: (message: string) => void;
}
