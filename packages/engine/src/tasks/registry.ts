import type { Resource } from "@pawl/asl";
import type { Functions } from "../functions/functions.js";
import type { MockedCall } from "../mocks/mocked-call.js";
import type { Mocks } from "../mocks/mocks.js";
import { apiGatewayTask } from "./apigateway.js";
import type { AwsClients } from "./aws/aws-clients.js";
import { awsSdkTask } from "./aws/aws-sdk.js";
import { invokeModelTask } from "./bedrock.js";
import { eksCallTask, eksRunJobTask } from "./eks-kubernetes.js";
import type { HttpRules } from "./http/address-guard.js";
import { type Connections, ConnectionTable } from "./http/connections.js";
import { HttpExchange } from "./http/exchange.js";
import { httpTask } from "./http/http-task.js";
import { LambdaTask } from "./lambda.js";
import { mockedTask } from "./mocked-task.js";
import { optimizedIntegrations } from "./optimized-integrations.js";
import { TaskError, type TaskHandler } from "./task-handler.js";

export interface TaskOptions {
  /** What Lambda functions are there. */
  readonly functions: Functions;
  readonly integrations?: Integrations | undefined;
  readonly mocks?: Mocks | undefined;
  /** Calls AWS services. */
  readonly aws: AwsClients;
  /** Which addresses HTTP tasks may call; default: all but link-local ones. */
  readonly http?: HttpRules | undefined;
  /** For HTTP tasks. */
  readonly connections?: Connections | undefined;
  /** Milliseconds between the first two looks at a job that is waited for; default 250. */
  readonly pollMilliseconds?: number | undefined;
}

/** Handlers by `service:action` (`aws-sdk:sfn:getActivityTask`, or `aws-sdk:sfn:*` for all actions of the service). */
export type Integrations = ReadonlyMap<string, TaskHandler>;

/** The handler of every task that a Task state can name: finds the one for its Resource. */
export function taskHandler(options: TaskOptions): TaskHandler {
  const { functions, integrations, aws, mocks, http = {}, connections = {}, pollMilliseconds = 250 } = options;
  const lambda = new LambdaTask(functions);
  const exchange = new HttpExchange(http);
  const kubernetes = { exchange, clients: aws, pollMilliseconds };
  const anyAction = awsSdkTask(aws);
  const services = new Map<string, TaskHandler>([
    ...optimizedIntegrations({ clients: aws, pollMilliseconds }),
    ["apigateway:invoke", apiGatewayTask(exchange, aws)],
    ["bedrock:invokeModel", invokeModelTask(aws)],
    ["eks:call", eksCallTask(kubernetes)],
    ["eks:runJob", eksRunJobTask(kubernetes)],
    ["http:invoke", httpTask(exchange, new ConnectionTable(connections, exchange))],
    ["lambda:invoke", (request, signal) => lambda.invoke(request, signal)],
    ...(integrations ?? []),
  ]);
  const mocked = mocks === undefined ? undefined : mockedTask(mocks);
  return (request, signal) => {
    const { resource } = request;
    if (request.mocked !== undefined) {
      // A file of mocks was given when it was started. It must not call what it was not meant to call.
      if (mocked === undefined) throw withoutMocks(request.mocked);
      return mocked(request, request.mocked);
    }
    if (resource.kind === "lambda") return lambda.callFunction(resource.arn, request, signal);
    const handler =
      resource.kind === "service"
        ? (services.get(`${resource.service}:${resource.action}`) ??
          services.get(`${resource.service}:*`) ??
          (resource.service.startsWith("aws-sdk:") ? anyAction : undefined))
        : undefined;
    if (handler === undefined) throw unsupported(resource);
    return handler(request, signal);
  };
}

function withoutMocks({ testCase }: MockedCall): TaskError {
  return new TaskError("States.Runtime", `The test case '${testCase}' needs a mock configuration (SFN_MOCK_CONFIG)`);
}

function unsupported({ arn }: Resource): TaskError {
  return new TaskError("States.TaskFailed", `Pawl has no integration for the resource ${arn}`);
}
