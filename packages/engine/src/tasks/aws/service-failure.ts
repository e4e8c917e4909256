import { randomUUID } from "node:crypto";
import { TaskError } from "../task-handler.js";
import { AwsUnavailable } from "./aws-clients.js";
import { exceptionName, serviceName } from "./java-names.js";
import type { SdkPackage } from "./sdk-package.js";

/** What the SDK throws where a service refused a call. */
interface ServiceException extends Error {
  readonly $metadata: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly extendedRequestId?: string;
  };
  readonly $fault: string;
  /** Of services with XML: the code as the service sent it, where the name of the error is another. */
  readonly Code?: string;
}

/**
 * How an SDK integration fails: `DynamoDb.ResourceNotFoundException` where the API documents the error, `DynamoDb.DynamoDbException`
 * where it does not (both recorded).
 */
export function sdkFailure(error: unknown, serviceId: string, sdk: SdkPackage | undefined): unknown {
  const service = serviceName(serviceId);
  if (!isServiceException(error)) return clientFailure(error, service);
  // What stands in for a service may not give the request an id.
  const { httpStatusCode: status = 0, requestId = randomUUID() } = error.$metadata;
  const { extendedRequestId = serviceId === "S3" ? randomUUID() : undefined } = error.$metadata;
  const name = sdk?.hasError(error.name) ? exceptionName(error.name) : `${service}Exception`;
  const extended = extendedRequestId === undefined ? "" : `, Extended Request ID: ${extendedRequestId}`;
  return new TaskError(
    `${service}.${name}`,
    `${messageOf(error)} (Service: ${service}, Status Code: ${status}, Request ID: ${requestId}${extended})`,
  );
}

/** The names that the SDK for Java 1 has for a service: `SQS`, `AmazonSQS` and `AmazonSQSException`. */
export interface OlderNames {
  /** In front of errors. */
  readonly prefix: string;
  readonly service: string;
  /** The error that stands for all which the API does not document. */
  readonly exception: string;
}

/** How an optimized integration fails, most of which use the older SDK: `SQS.AmazonSQSException` (recorded). */
export function olderFailure(error: unknown, names: OlderNames, sdk: SdkPackage | undefined): unknown {
  if (!isServiceException(error)) return clientFailure(error, names.prefix);
  const { httpStatusCode: status = 0, requestId = randomUUID() } = error.$metadata;
  const code = error.Code ?? error.name;
  const name = sdk?.hasError(error.name) ? exceptionName(error.name) : names.exception;
  return new TaskError(
    `${names.prefix}.${name}`,
    `${messageOf(error)} (Service: ${names.service}; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
  );
}

function isServiceException(error: unknown): error is ServiceException {
  return error instanceof Error && "$fault" in error && "$metadata" in error;
}

/** Services answer with a message, some with none. */
function messageOf(error: ServiceException): string {
  return error.message === "" || error.message === "UnknownError" ? "null" : error.message;
}

/** The call never reached the service, or its answer could not be read. */
function clientFailure(error: unknown, service: string): unknown {
  if (error instanceof TaskError) return error;
  if (error instanceof AwsUnavailable) return new TaskError(`${service}.SdkClientException`, error.message);
  if (!(error instanceof Error)) return error;
  const { $metadata: { httpStatusCode: status = 0 } = {} } = error as Partial<ServiceException>;
  if (status >= 300) {
    const text = `null (Service: ${service}, Status Code: ${status}, Request ID: null)`;
    return new TaskError(`${service}.${service}Exception`, text);
  }
  return new TaskError(`${service}.SdkClientException`, `Unable to execute HTTP request: ${networkFault(error)}`);
}

function networkFault(error: NodeJS.ErrnoException & { hostname?: string; address?: string; port?: number }): string {
  switch (error.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${error.hostname ?? "the host"}: Name or service not known`;
    case "ECONNREFUSED":
      return `Connect to ${error.address ?? "the host"}:${error.port ?? ""} failed: Connection refused`;
    case "ECONNRESET":
      return "Connection reset";
    default:
      return error.message || error.name;
  }
}
