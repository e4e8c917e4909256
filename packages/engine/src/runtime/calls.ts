import type { Execution } from "../execution.js";
import { failureOfCall, TASK_CANCELLED, type TaskHandler } from "../tasks/task-handler.js";
import type { Invocation } from "../transition/effect.js";
import type { ExecutionEvent } from "../transition/event.js";

/** The calls that tasks have under way in this process: from their start until what came of them is durable. */
export class Calls {
  readonly #run: TaskHandler;
  readonly #post: (executionId: number, event: ExecutionEvent) => Promise<void>;
  readonly #underWay = new Map<string, AbortController>();

  /** @param post resolves when the event is durable, or never will be */
  constructor(run: TaskHandler, post: (executionId: number, event: ExecutionEvent) => Promise<void>) {
    this.#run = run;
    this.#post = post;
  }

  /** Makes a call; does nothing where it is under way. */
  start(execution: Execution, invocation: Invocation): void {
    const { branchId, attempt, resource, parameters, credentials, taskToken, submitted, mocked } = invocation;
    const { id, arn, name, region, traceHeader } = execution;
    // The call that waits for a job begins while the one that started it is still being written.
    const key = submitted === undefined ? `${id}/${attempt}` : `${id}/${attempt}/job`;
    if (this.#underWay.has(key)) return;
    const controller = new AbortController();
    this.#underWay.set(key, controller);
    const request = {
      resource,
      parameters,
      execution: { arn, name, region, traceHeader },
      ...(credentials === undefined ? {} : { credentials }),
      ...(taskToken === undefined ? {} : { taskToken }),
      ...(submitted === undefined ? {} : { submitted }),
      ...(mocked === undefined ? {} : { mocked }),
      idempotencyKey: `${arn}#${attempt}`,
    };
    // A handler that throws at once must not reach the commit that released it.
    Promise.resolve()
      .then(() => this.#run(request, controller.signal))
      .then(
        (output) => ({ kind: "callReturned", branchId, attempt, output }) as const,
        (error: unknown) => ({ kind: "callFailed", branchId, attempt, ...failureOfCall(error) }) as const,
      )
      .then((event) => (controller.signal.aborted ? undefined : this.#post(id, event)))
      .finally(() => {
        if (this.#underWay.get(key) === controller) this.#underWay.delete(key);
      });
  }

  abort({ id }: Execution, attempt: number): void {
    for (const key of [`${id}/${attempt}`, `${id}/${attempt}/job`]) {
      this.#underWay.get(key)?.abort(TASK_CANCELLED);
      this.#underWay.delete(key);
    }
  }

  abortAll(): void {
    for (const controller of this.#underWay.values()) controller.abort();
    this.#underWay.clear();
  }
}
