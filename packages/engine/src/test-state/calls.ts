import { randomUUID } from "node:crypto";
import type { TaskEntry, TaskState } from "@pawl/asl";
import type { Clock } from "../clock.js";
import { failureOfCall, type HttpInspector, type TaskHandler, type TaskRequest } from "../tasks/task-handler.js";
import { StateFailed } from "./failure.js";

/** How long a test takes at most (https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html). */
const LONGEST_TEST = 5 * 60 * 1000;

export interface CallOptions {
  readonly clock: Clock;
  readonly runTask: TaskHandler;
  /** When the test began, milliseconds since the epoch. */
  readonly startDate: number;
  /** Aborted when nobody waits for the test any more. */
  readonly signal: AbortSignal;
  readonly execution: TaskRequest["execution"];
  /** Told of HTTP requests, where they are to be shown. */
  readonly http: HttpInspector | undefined;
}

/** What a tested state does outside: it calls a task, or waits. Both end with the time that a test may take. */
export class Calls {
  readonly #options: CallOptions;
  readonly #deadline: number;

  constructor(options: CallOptions) {
    this.#options = options;
    this.#deadline = options.startDate + LONGEST_TEST;
  }

  /** Waits until a time, in milliseconds since the epoch. @throws StateFailed States.Timeout */
  async sleep(until: number): Promise<void> {
    if (until <= this.#options.clock.now()) return;
    await this.#timer(Math.min(until, this.#deadline)).passed;
    if (until > this.#deadline) throw testTooLong();
  }

  /**
   * Makes the call of a task; gives its result, a JSON text.
   * @throws StateFailed what the call fails with, or States.Timeout
   */
  async call({ resource }: TaskState, entry: TaskEntry): Promise<string> {
    const { clock, runTask, execution, http } = this.#options;
    const { parameters, credentials, timeoutSeconds = Infinity, heartbeatSeconds = Infinity } = entry;
    const now = clock.now();
    const end = Math.min(now + Math.min(timeoutSeconds, heartbeatSeconds) * 1000, this.#deadline);
    const request: TaskRequest = {
      idempotencyKey: randomUUID(),
      resource,
      parameters,
      execution,
      ...(credentials === undefined ? {} : { credentials }),
      ...(http === undefined ? {} : { http }),
    };
    const timer = this.#timer(end);
    const controller = new AbortController();
    try {
      // A handler that throws at once fails the call like one that fails later.
      const called = Promise.resolve()
        .then(() => runTask(request, controller.signal))
        .catch((error: unknown) => {
          throw new StateFailed({ ...failureOfCall(error), catchable: true });
        });
      const output = await Promise.race([called, timer.passed]);
      if (output !== undefined) return output;
    } finally {
      timer.stop();
      controller.abort();
    }
    if (end === this.#deadline) throw testTooLong();
    const alias = heartbeatSeconds < timeoutSeconds ? { alias: "States.HeartbeatTimeout" } : {};
    throw new StateFailed({ error: "States.Timeout", cause: undefined, catchable: true, ...alias });
  }

  /** `passed` resolves at the time, and is rejected when nobody waits for the test any more. */
  #timer(time: number): { readonly passed: Promise<undefined>; stop(): void } {
    const { clock, signal } = this.#options;
    let stop = (): void => {};
    const passed = new Promise<undefined>((resolve, reject) => {
      const giveUp = (): void => {
        stop();
        reject(signal.reason);
      };
      const stopClock = clock.at(time, () => {
        stop();
        resolve(undefined);
      });
      stop = () => {
        stopClock();
        signal.removeEventListener("abort", giveUp);
      };
      signal.addEventListener("abort", giveUp);
      if (signal.aborted) giveUp();
    });
    return { passed, stop: () => stop() };
  }
}

/** The test has taken its time: no retrier and no catcher has a say. */
function testTooLong(): StateFailed {
  return new StateFailed({ error: "States.Timeout", cause: undefined, catchable: false });
}
