import { randomUUID } from "node:crypto";
import { TaskError } from "../tasks/task-handler.js";
import type { FunctionAnswer, FunctionCall, FunctionTarget } from "./function-call.js";
import { emptyAnswer } from "./local-answer.js";

/**
 * Invocations of the type Event: the caller has its answer at once, and the function runs afterwards, three times at most, a minute
 * and two minutes apart, as Lambda does (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). They wait
 * in memory: what has not run when Pawl ends is told in its log.
 */
export class AsynchronousEvents {
  readonly #log: (message: string) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #controller = new AbortController();
  #waiting = 0;

  constructor(log: (message: string) => void) {
    this.#log = log;
  }

  accept(target: FunctionTarget, call: FunctionCall): FunctionAnswer {
    this.#waiting += 1;
    void this.#run(target, call).finally(() => {
      this.#waiting -= 1;
    });
    return emptyAnswer(202, randomUUID());
  }

  close(): void {
    if (this.#waiting > 0)
      this.#log(
        `events for functions (InvocationType Event) that had not been worked off and are lost: ${this.#waiting}`,
      );
    for (const timer of this.#timers) clearTimeout(timer);
    this.#controller.abort();
  }

  async #run(target: FunctionTarget, call: FunctionCall): Promise<void> {
    const { signal } = this.#controller;
    for (const wait of [...WAITS, undefined]) {
      let failure: string;
      try {
        const { isFailure, payload } = await target.invoke(call, signal);
        if (!isFailure) return;
        failure = errorTypeOf(payload);
      } catch (error) {
        failure = error instanceof TaskError ? String(error.error) : (error as Error).message;
      }
      if (signal.aborted) return;
      const next = wait === undefined ? "it is given up" : `the next try is in ${wait} seconds`;
      this.#log(`an event for the function ${call.functionName} failed, ${next}: ${failure}`);
      if (wait === undefined) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.#timers.delete(timer);
          resolve();
        }, wait * 1000).unref();
        this.#timers.add(timer);
      });
    }
  }
}

/** The failure's text may tell of the event: its type does not. */
function errorTypeOf(payload: string): string {
  try {
    const { errorType } = JSON.parse(payload) as { readonly errorType?: unknown };
    return typeof errorType === "string" ? errorType.slice(0, 200) : "Unknown";
  } catch {
    return "Unknown";
  }
}

const WAITS = [60, 120] as const;
