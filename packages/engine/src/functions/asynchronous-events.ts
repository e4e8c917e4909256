import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { TaskError } from "../tasks/task-handler.js";
import type { EventFolder } from "./event-folder.js";
import type { FunctionAnswer, FunctionCall, FunctionTarget } from "./function-call.js";
import { emptyAnswer } from "./local-answer.js";
import { serviceRefusal } from "./service-refusal.js";

/**
 * Invocations of the type Event: the caller has its answer when the event is kept, and the function runs afterwards, three times at
 * most, a minute and two minutes apart, as Lambda does
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). Without a folder they wait in memory.
 */
export class AsynchronousEvents {
  readonly #log: (message: string) => void;
  readonly #folder: EventFolder | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #controller = new AbortController();
  #waiting = 0;

  constructor(log: (message: string) => void, folder?: EventFolder) {
    this.#log = log;
    this.#folder = folder;
    // Each event that waits listens.
    setMaxListeners(0, this.#controller.signal);
  }

  /** @throws TaskError where the event cannot be kept */
  async accept(target: FunctionTarget, call: FunctionCall): Promise<FunctionAnswer> {
    let id: string | undefined;
    try {
      id = await this.#folder?.keep(call);
    } catch (error) {
      throw serviceRefusal(500, "ServiceException", `The event could not be kept: ${(error as Error).message}`);
    }
    this.#begin(target, call, id);
    return emptyAnswer(202, randomUUID());
  }

  /** Begins anew what the last process has left. */
  async takeUp(targetOf: (call: FunctionCall) => FunctionTarget | undefined): Promise<void> {
    for (const { id, call } of (await this.#folder?.kept(this.#log)) ?? []) {
      const target = targetOf(call);
      if (target !== undefined) this.#begin(target, call, id);
      else
        this.#log(`an event for the function ${call.functionName} waits: the configuration does not name it any more`);
    }
  }

  close(): void {
    if (this.#waiting > 0 && this.#folder === undefined) {
      this.#log(
        `events for functions (InvocationType Event) that had not been worked off and are lost: ${this.#waiting}`,
      );
    }
    for (const timer of this.#timers) clearTimeout(timer);
    this.#controller.abort();
  }

  #begin(target: FunctionTarget, call: FunctionCall, id: string | undefined): void {
    this.#waiting += 1;
    void this.#run(target, call)
      .then(() => (id === undefined || this.#controller.signal.aborted ? undefined : this.#folder?.forget(id)))
      .catch((error: Error) => this.#log(`an event for a function that has run is still kept: ${error.message}`))
      .finally(() => {
        this.#waiting -= 1;
      });
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
