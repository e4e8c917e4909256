import type { TaskHandler, TaskRequest } from "../src/tasks/task-handler.js";

/** One call that a task made and that the test answers. */
export interface Call {
  readonly request: TaskRequest;
  readonly signal: AbortSignal;
  succeed(output: string): void;
  fail(error: Error): void;
}

/** A task whose calls wait for the test to answer them. */
export class AnsweredByHand {
  static readonly resource = "arn:aws:states:::aws-sdk:sqs:sendMessage";
  readonly calls: Call[] = [];

  /** For the engine. */
  readonly integrations: ReadonlyMap<string, TaskHandler> = new Map([
    [
      "aws-sdk:sqs:sendMessage",
      (request, signal) => new Promise<string>((succeed, fail) => this.calls.push({ request, signal, succeed, fail })),
    ],
  ]);

  /** The states' inputs that the calls were made with, in order. */
  get inputs(): unknown[] {
    return this.calls.map(({ request }) => (request.parameters as { input: unknown }).input);
  }

  /** A Task state that makes such a call. */
  static state(more: object = { End: true }): object {
    return { Type: "Task", Resource: AnsweredByHand.resource, Parameters: { "input.$": "$" }, ...more };
  }
}
