import type { Clock } from "../clock.js";
import type { Execution } from "../execution.js";
import { StoreError } from "../store/store-error.js";
import { failureOfCall, TASK_CANCELLED, type TaskHandler, type TaskRequest } from "../tasks/task-handler.js";
import { handedOn } from "../tracing/trace-header.js";
import type { Tracing } from "../tracing/tracing.js";
import type { Invocation } from "../transition/effect.js";
import type { ExecutionEvent } from "../transition/event.js";
import { idempotencyKey } from "./job-stop.js";

/** The calls that tasks have under way in this process: from their start until what came of them is durable. */
export class Calls {
  readonly #run: TaskHandler;
  readonly #clock: Clock;
  readonly #post: (executionId: number, event: ExecutionEvent) => Promise<void>;
  readonly #tracing: Tracing | undefined;
  readonly #underWay = new Map<string, CallUnderWay>();

  /** @param post resolves when the event is durable, or never will be */
  constructor(
    run: TaskHandler,
    clock: Clock,
    post: (executionId: number, event: ExecutionEvent) => Promise<void>,
    tracing?: Tracing,
  ) {
    this.#tracing = tracing;
    this.#run = run;
    this.#clock = clock;
    this.#post = post;
  }

  /** Makes a call; does nothing where it is under way. */
  start(execution: Execution, invocation: Invocation): void {
    const { branchId, attempt, resource, parameters, credentials, taskToken, submitted, mocked } = invocation;
    const { id, arn, name, region } = execution;
    const traceHeader = this.#tracing === undefined ? handedOn(execution) : this.#tracing.headerOf(execution, attempt);
    // The call that waits for a job begins while the one that started it is still being written.
    const key = submitted === undefined ? `${id}/${attempt}` : `${id}/${attempt}/job`;
    if (this.#underWay.has(key)) return;
    const request: TaskRequest = {
      resource,
      parameters,
      execution: { arn, name, region, traceHeader },
      ...(credentials === undefined ? {} : { credentials }),
      ...(taskToken === undefined ? {} : { taskToken }),
      ...(submitted === undefined ? {} : { submitted }),
      ...(mocked === undefined ? {} : { mocked }),
      idempotencyKey: idempotencyKey(arn, attempt),
    };
    const call: CallUnderWay = { controller: new AbortController(), outcome: undefined, isLetGo: false };
    this.#underWay.set(key, call);
    const { signal } = call.controller;
    // A handler that throws at once must not reach the commit that released it.
    call.outcome = Promise.resolve().then(() => this.#call(request, call));
    call.outcome
      .then(
        (output) => ({ kind: "callReturned", branchId, attempt, output }) as const,
        (error: unknown) => ({ kind: "callFailed", branchId, attempt, ...failureOfCall(error) }) as const,
      )
      .then((event) => (signal.aborted || call.isLetGo ? undefined : this.#post(id, event)))
      .finally(() => {
        if (this.#underWay.get(key) === call) this.#underWay.delete(key);
      });
  }

  /** A call that Pawl's own store has kept from working (a nested execution that cannot be started) is no failure of the task. */
  async #call(request: TaskRequest, call: CallUnderWay): Promise<string> {
    const { signal } = call.controller;
    for (;;) {
      try {
        return await this.#run(request, signal);
      } catch (error) {
        if (!(error instanceof StoreError) || signal.aborted || call.isLetGo) throw error;
        await new Promise<void>((resolve) => this.#clock.at(this.#clock.now() + RETRY_MILLISECONDS, resolve));
        if (signal.aborted || call.isLetGo) throw error;
      }
    }
  }

  abort({ id }: Execution, attempt: number): void {
    for (const key of [`${id}/${attempt}`, `${id}/${attempt}/job`]) {
      this.#underWay.get(key)?.controller.abort(TASK_CANCELLED);
      this.#underWay.delete(key);
    }
  }

  /**
   * Nobody waits for a job any more: the call that follows it ends. The one that starts it goes on for a while, so that what it
   * starts can be stopped.
   * @returns what that one gives; undefined where there is none
   */
  letGo({ id }: Execution, attempt: number): Promise<string> | undefined {
    this.#underWay.get(`${id}/${attempt}/job`)?.controller.abort(TASK_CANCELLED);
    const starting = this.#underWay.get(`${id}/${attempt}`);
    if (starting === undefined) return undefined;
    starting.isLetGo = true;
    const { controller, outcome } = starting;
    const forget = this.#clock.at(this.#clock.now() + START_MILLISECONDS, () => controller.abort(TASK_CANCELLED));
    void outcome?.catch(() => {}).finally(forget);
    return outcome;
  }

  abortAll(): void {
    for (const { controller } of this.#underWay.values()) controller.abort();
    this.#underWay.clear();
  }
}

interface CallUnderWay {
  readonly controller: AbortController;
  outcome: Promise<string> | undefined;
  /** True where it is no longer wanted that it succeeds, only known whether it does. */
  isLetGo: boolean;
}

/** How long the start of a job may take that nobody waits for any more. */
const START_MILLISECONDS = 30_000;

/** How long a call waits that the store has kept from working. */
const RETRY_MILLISECONDS = 1000;
