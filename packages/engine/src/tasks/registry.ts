import type { Resource } from "@pawl/asl";
import { LambdaTask } from "./lambda.js";
import { TaskError, type TaskHandler } from "./task-handler.js";

export interface TaskOptions {
  /** An endpoint with Lambda's Invoke API. */
  readonly lambdaEndpoint?: string | undefined;
  readonly integrations?: Integrations | undefined;
}

/** Handlers by `service:action` (`aws-sdk:sfn:getActivityTask`, or `aws-sdk:sfn:*` for all actions of the service). */
export type Integrations = ReadonlyMap<string, TaskHandler>;

/** The handler of every task that a Task state can name: finds the one for its Resource. */
export function taskHandler({ lambdaEndpoint, integrations }: TaskOptions): TaskHandler {
  const lambda = new LambdaTask(lambdaEndpoint);
  const services = new Map<string, TaskHandler>(integrations);
  services.set("lambda:invoke", (request, signal) => lambda.invoke(request, signal));
  return (request, signal) => {
    const { resource } = request;
    if (resource.kind === "lambda") return lambda.callFunction(resource.arn, request, signal);
    const handler =
      resource.kind === "service"
        ? (services.get(`${resource.service}:${resource.action}`) ?? services.get(`${resource.service}:*`))
        : undefined;
    if (handler === undefined) throw unsupported(resource);
    return handler(request, signal);
  };
}

function unsupported({ arn }: Resource): TaskError {
  return new TaskError("States.TaskFailed", `Pawl has no integration for the resource ${arn}`);
}
