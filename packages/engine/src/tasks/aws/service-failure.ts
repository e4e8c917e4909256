import { randomUUID } from "node:crypto";
import { tooLarge } from "../../transition/data-limit.js";
import { AnswerTooLarge } from "../http/exchange.js";
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
  const refusal = refusalOf(error);
  if (refusal === undefined) return clientFailure(error, service);
  const { status, requestId, message } = refusal;
  const { extendedRequestId = serviceId === "S3" ? randomUUID() : undefined } = refusal;
  const name = sdk?.hasError(refusal.name) ? exceptionName(refusal.name) : `${service}Exception`;
  const extended = extendedRequestId === undefined ? "" : `, Extended Request ID: ${extendedRequestId}`;
  return new TaskError(
    `${service}.${name}`,
    `${message} (Service: ${service}, Status Code: ${status}, Request ID: ${requestId}${extended})`,
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
  const refusal = refusalOf(error);
  if (refusal === undefined) return clientFailure(error, names.prefix);
  const { status, requestId, message, code } = refusal;
  const name = sdk?.hasError(refusal.name) ? exceptionName(refusal.name) : names.exception;
  return new TaskError(
    `${names.prefix}.${name}`,
    `${message} (Service: ${names.service}; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`,
  );
}

interface Refusal {
  /** As the SDK calls it. */
  readonly name: string;
  /** As the service sent it. */
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly requestId: string;
  readonly extendedRequestId: string | undefined;
}

/** What the service said; undefined where it said nothing. */
function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const { $metadata, $fault, Code } = error as Partial<ServiceException>;
  const { httpStatusCode: status = 0, extendedRequestId } = $metadata ?? {};
  // What stands in for a service may not give the request an id.
  const requestId = $metadata?.requestId ?? randomUUID();
  if ($fault !== undefined) {
    const { name, message } = error;
    const said = message === "" || message === "UnknownError" ? "null" : message;
    return { name, code: Code ?? name, message: said, status, requestId, extendedRequestId };
  }
  // An answer with the status of an error that is not in the form of the service's errors, such as a proxy's page.
  if (status < 300) return undefined;
  return { name: "", code: String(status), message: "null", status, requestId, extendedRequestId };
}

/** The call never reached the service, or its answer could not be read. */
function clientFailure(error: unknown, service: string): unknown {
  if (error instanceof TaskError) return error;
  if (error instanceof AwsUnavailable) return new TaskError(`${service}.SdkClientException`, error.message);
  if (!(error instanceof Error)) return error;
  if (error instanceof AnswerTooLarge) {
    const { error: name, cause } = tooLarge(service);
    return new TaskError(name, cause);
  }
  if (error.name === "CredentialsProviderError") {
    const advice = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE), or an endpoint for the service";
    return new TaskError(
      `${service}.SdkClientException`,
      `The AWS SDK found no credentials (${error.message}): ${advice}`,
    );
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
