import type { Clock } from "../clock.js";
import { ServiceError } from "../service-error.js";
import type { QueuedTask, Store } from "../store/store.js";
import type { ExecutionEvent } from "../transition/event.js";
import type { Outcome } from "./batch.js";
import { PassedOver } from "./passed-over.js";
import { isUnreadable } from "./unreadable-error.js";

/** What a worker is given. */
export interface ActivityTask {
  readonly taskToken: string;
  /** JSON text. */
  readonly input: string;
}

/**
 * Hands the tasks of activities to the workers that poll for them, first come first served on both sides. The queue itself
 * is an index in the store; memory holds only who waits.
 */
export class ActivityQueues {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #post: (executionId: number, event: ExecutionEvent) => Promise<Outcome | undefined>;
  readonly #pollers = new Map<string, Set<Poller>>();
  /** Queues that are being read; true where tasks were queued since the last look. */
  readonly #handingOut = new Map<string, boolean>();
  readonly #passedOver: PassedOver;
  readonly #log: (message: string) => void;

  constructor(
    store: Store,
    clock: Clock,
    post: (executionId: number, event: ExecutionEvent) => Promise<Outcome | undefined>,
    log: (message: string) => void,
  ) {
    this.#log = log;
    this.#passedOver = new PassedOver(clock);
    this.#store = store;
    this.#clock = clock;
    this.#post = post;
  }

  /**
   * The next task of the activity; undefined where none came in time or `signal` was aborted.
   * @throws ServiceError ActivityWorkerLimitExceeded
   */
  poll(activityArn: string, workerName: string | undefined, signal: AbortSignal): Promise<ActivityTask | undefined> {
    const pollers = this.#pollers.get(activityArn) ?? new Set();
    if (pollers.size >= MAX_POLLERS) {
      throw new ServiceError(
        "ActivityWorkerLimitExceeded",
        "The maximum number of workers concurrently polling for activity tasks has been reached.",
      );
    }
    if (signal.aborted) return Promise.resolve(undefined);
    this.#pollers.set(activityArn, pollers);
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        pollers.delete(poller);
        if (pollers.size === 0 && this.#pollers.get(activityArn) === pollers) this.#pollers.delete(activityArn);
        cancelTimeout();
        signal.removeEventListener("abort", giveUp);
      };
      const giveUp = (): void => {
        stop();
        resolve(undefined);
      };
      const cancelTimeout = this.#clock.at(this.#clock.now() + POLL_MILLISECONDS, giveUp);
      signal.addEventListener("abort", giveUp);
      const poller: Poller = { workerName, stop, resolve, reject };
      pollers.add(poller);
      this.handOut(activityArn);
    });
  }

  /** Tasks were queued: gives them to those who wait. */
  handOut(activityArn: string): void {
    if (!this.#pollers.has(activityArn)) return;
    const isFirst = !this.#handingOut.has(activityArn);
    this.#handingOut.set(activityArn, true);
    if (isFirst) void this.#handOutAll(activityArn);
  }

  async #handOutAll(activityArn: string): Promise<void> {
    for (;;) {
      const pollers = this.#pollers.get(activityArn);
      if (pollers === undefined) break;
      this.#handingOut.set(activityArn, false);
      let tasks: QueuedTask[];
      try {
        tasks = await this.#queued(activityArn, pollers.size);
      } catch (error) {
        for (const poller of [...pollers]) {
          poller.stop();
          poller.reject(error);
        }
        break;
      }
      if (tasks.length > 0) await this.#give(tasks, pollers);
      else if (!this.#handingOut.get(activityArn)) break;
    }
    // Nothing was awaited since the last look: whoever comes now finds the queue free to be read.
    this.#handingOut.delete(activityArn);
  }

  /** The first tasks of the queue, without those that are passed over. */
  async #queued(activityArn: string, count: number): Promise<QueuedTask[]> {
    for (let limit = count + this.#passedOver.size; ; limit *= 2) {
      const found = await this.#store.queued(activityArn, limit);
      const tasks = found.filter(({ executionId }) => !this.#passedOver.has(executionId));
      if (tasks.length > 0 || found.length < limit) return tasks.slice(0, count);
    }
  }

  async #give(tasks: readonly QueuedTask[], pollers: ReadonlySet<Poller>): Promise<void> {
    const waiting = [...pollers];
    await Promise.all(
      tasks.map(async ({ executionId, branchId }, index) => {
        const poller = waiting[index];
        if (poller === undefined) return;
        poller.stop();
        try {
          const { workerName } = poller;
          const change = await this.#post(executionId, { kind: "taskTaken", branchId, workerName });
          poller.resolve(change?.effects.find((effect) => effect.kind === "taken"));
        } catch (error) {
          if (isUnreadable(error) && !this.#passedOver.has(executionId)) {
            // Others in the queue must not wait for it.
            this.#passedOver.add(executionId);
            this.#log(`execution ${executionId} cannot be carried on: ${error.message}`);
          }
          poller.reject(error);
        }
      }),
    );
  }

  /** Answers every poll: the engine stops. */
  close(): void {
    for (const pollers of this.#pollers.values()) {
      for (const poller of [...pollers]) {
        poller.stop();
        poller.resolve(undefined);
      }
    }
  }
}

interface Poller {
  readonly workerName: string | undefined;
  readonly stop: () => void;
  readonly resolve: (task: ActivityTask | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** How long GetActivityTask waits for a task (https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html). */
const POLL_MILLISECONDS = 60_000;

/** Pollers at a time per activity (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const MAX_POLLERS = 1000;
