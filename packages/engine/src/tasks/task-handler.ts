import type { Json, Resource } from "@pawl/asl";

/** What a Task state calls: takes the request, gives the result, or fails with an error of the called service. */
export type TaskHandler = (request: TaskRequest, signal: AbortSignal) => Promise<string>;

export interface TaskRequest {
  readonly resource: Resource;
  readonly parameters: Json;
  readonly credentials?: Json;
  readonly taskToken?: string;
  readonly execution: {
    readonly arn: string;
    readonly name: string;
    readonly region: string;
    readonly traceHeader: string | undefined;
  };
}

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
