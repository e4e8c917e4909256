import { isObject, printJson } from "@pawl/asl";
import { TaskError, type TaskHandler, type TaskRequest, unusableParameters } from "../task-handler.js";
import { type AwsClient, type AwsClients, AwsUnavailable } from "./aws-clients.js";
import { capitalize } from "./java-names.js";
import { PackageFault } from "./sdk-package.js";
import { sdkFailure } from "./service-failure.js";
import { fromSdk, ParameterFault, SDK_STYLE, toSdk } from "./wire-data.js";

/**
 * SDK integrations: every action of every service that the AWS SDK has a client for, by rule
 * (https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html).
 */
export function awsSdkTask(clients: AwsClients): TaskHandler {
  return async (request, signal) => {
    const { service, action } = named(request);
    const client = clientFor(clients, service, request);
    try {
      const called = actionOf(client, action);
      const { parameters, idempotencyKey, execution } = request;
      const input = toSdk(called.operation.input, parameters, SDK_STYLE, idempotencyKey);
      const { output } = await client.send(called, input, { signal, traceHeader: execution.traceHeader });
      return printJson(await fromSdk(called.operation.output, output, SDK_STYLE));
    } catch (error) {
      throw error instanceof ParameterFault
        ? unusableParameters(request, error.message)
        : sdkFailure(error, client.serviceId, client.package);
    }
  };
}

function named({ resource }: TaskRequest): { readonly service: string; readonly action: string } {
  if (resource.kind !== "service") return { service: "", action: "" };
  return { service: resource.service.replace(/^aws-sdk:/, ""), action: resource.action };
}

/** The client for the state's region and role. @throws TaskError where there is none */
function clientFor(clients: AwsClients, service: string, request: TaskRequest): AwsClient {
  try {
    return clients.client(service, targetOf(request));
  } catch (error) {
    throw error instanceof AwsUnavailable ? sdkFailure(error, error.serviceId, undefined) : error;
  }
}

/** Where and as whom a task's call is made. */
export function targetOf({ execution, credentials }: TaskRequest): { region: string; roleArn?: string } {
  const roleArn = isObject(credentials) ? credentials.RoleArn : undefined;
  return { region: execution.region, ...(typeof roleArn === "string" ? { roleArn } : {}) };
}

/** @throws TaskError where the service has no such action, or its package is too old */
export function actionOf(client: AwsClient, action: string) {
  try {
    const found = client.action(action);
    if (found !== undefined) return found;
  } catch (error) {
    if (error instanceof PackageFault) throw new AwsUnavailable(client.serviceId, error.message);
    throw error;
  }
  const { name, version } = client.package;
  throw new TaskError(
    "States.TaskFailed",
    `${client.serviceId} has no action ${capitalize(action)}: the package ${name} ${version} has no such command`,
  );
}
