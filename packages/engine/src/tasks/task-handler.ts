import { type Json, printJson, type Resource } from "@pawl/asl";
import type { MockedCall } from "../mocks/mocked-call.js";

/** What a Task state calls: takes the request, gives the result, or fails with an error of the called service. */
export type TaskHandler = (request: TaskRequest, signal: AbortSignal) => Promise<string>;

export interface TaskRequest {
  readonly resource: Resource;
  readonly parameters: Json;
  readonly credentials?: Json;
  readonly taskToken?: string;
  /**
   * What the call that started a job returned: this call is to wait for the end of that job. Only handlers of `.sync` patterns get it.
   */
  readonly submitted?: Json;
  /**
   * This call is to stop the job that the same attempt has started, and resolves when it is stopped or has ended. Where `submitted` is
   * absent, it is not known whether it was started. Only handlers of `.sync` patterns get it.
   */
  readonly stops?: true;
  /** Where the mock configuration answers it: nothing is called. */
  readonly mocked?: MockedCall;
  /** The same for every call of the same attempt, also by the next process. */
  readonly idempotencyKey: string;
  readonly execution: {
    readonly arn: string;
    readonly name: string;
    readonly region: string;
    readonly traceHeader: string | undefined;
  };
  /** Where somebody wants to see what is sent over HTTP: for handlers of HTTP Tasks. */
  readonly http?: HttpInspector;
}

/** Told of an HTTP request when it has been answered, or has failed without an answer. */
export interface HttpInspector {
  /** Whether what a connection adds to the request (headers, query parameters, body) may be shown. */
  readonly revealSecrets: boolean;
  exchanged(request: HttpRequest, response: HttpResponse | undefined): void;
}

/** As the TestState API shows it. Headers are a text: a JSON object. */
export interface HttpRequest {
  /** `https` or `http`. */
  readonly protocol?: string;
  readonly method?: string;
  readonly url?: string;
  readonly headers?: string;
  readonly body?: string;
}

export interface HttpResponse {
  readonly protocol?: string;
  readonly statusCode?: string;
  readonly statusMessage?: string;
  readonly headers?: string;
  readonly body?: string;
}

/** Why a call is aborted: nobody waits for the task any more. Aborted for another reason, the next process makes the call again. */
export const TASK_CANCELLED = "the task was cancelled";

/** The task failed with this error and cause, as its state's Retry and Catch see them. */
export class TaskError extends Error {
  readonly error: string | undefined;
  override readonly cause: string | undefined;

  constructor(error: string | undefined, cause: string | undefined) {
    super(`${error}: ${cause}`);
    this.name = "TaskError";
    this.error = error;
    this.cause = cause;
  }
}

/** The state's parameters are not what the integration takes: `fault` is why, in the service's words (recorded). */
export function unusableParameters({ parameters }: TaskRequest, fault: string): TaskError {
  const shown = printJson(parameters);
  return new TaskError("States.Runtime", `The Parameters '${shown}' could not be used to start the Task: [${fault}]`);
}

/** The error and cause that a call fails with, whatever was thrown: as much of them as a history event can hold. */
export function failureOfCall(thrown: unknown): { error: string | undefined; cause: string | undefined } {
  const { error, cause } =
    thrown instanceof TaskError
      ? thrown
      : { error: "States.TaskFailed", cause: thrown instanceof Error ? thrown.message : String(thrown) };
  return { error: error?.slice(0, MAX_ERROR), cause: cause?.slice(0, MAX_CAUSE) };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_TaskFailedEventDetails.html */
const MAX_ERROR = 256;
const MAX_CAUSE = 32_768;
