import { type Engine, ServiceError, StoreError } from "@pawl/engine";
import { faultBody, internalFailure, jsonType } from "./answer.js";
import type { CallHost } from "./call-host.js";
import type { Log } from "./log.js";
import type { Caller, Operation } from "./operation.js";
import { operationOf } from "./operations/registry.js";
import { serializationError } from "./request-model/check.js";
import { quotaOf, type Throttle } from "./throttle.js";

/** The body of a request, not checked yet. @throws ServiceError SerializationException */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw serializationError();
  }
}

/** @param target the X-Amz-Target header. @throws ServiceError UnknownOperationException */
export function findOperation(target: string): Operation {
  const operation = operationOf(target);
  if (operation === undefined) {
    throw new ServiceError("UnknownOperationException", "");
  }
  return operation;
}

/** Runs an operation, within its quota where there are any: the parsed body in, JSON text out. @throws ServiceError */
export function runOperation(
  { throttle }: CallHost,
  engine: Engine,
  operation: Operation,
  body: unknown,
  caller: Caller,
): string | Promise<string> {
  return throttle === undefined
    ? operation.run(engine, body, caller)
    : runWithin(throttle, engine, operation, body, caller);
}

async function runWithin(
  throttle: Throttle,
  engine: Engine,
  operation: Operation,
  body: unknown,
  caller: Caller,
): Promise<string> {
  throttle.take(await quotaOf(engine, operation.name, body), `${engine.region}/${engine.accountId}`);
  return operation.run(engine, body, caller);
}

/** The answer where there is no other. */
export interface Failure {
  readonly status: number;
  readonly body: string;
  readonly code: string;
}

/** What is answered for an error; the operator is told of one that is a fault of this program or of the store. */
export function failureOf(error: unknown, target: string, log: Log): Failure {
  const fault = faultBody(error);
  if (fault !== undefined) {
    return { status: 400, body: fault, code: (error as ServiceError).code };
  }
  log.error(`${target}: ${operatorMessage(error)}`);
  return { status: 500, body: internalFailure, code: "InternalFailure" };
}

/** What the store says is made for operators, and on a full disk it is said for every call: no stack with it. */
export function operatorMessage(error: unknown): string {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return error instanceof StoreError ? message : (stack ?? message);
}

/** The content type of the answer, or undefined where the request's is not one of this protocol. */
export function contentTypeOf(header: string | undefined): string | undefined {
  if (header === jsonType) {
    return jsonType;
  }
  const type = header?.split(";", 1)[0]?.trim().toLowerCase();
  return type === jsonType || type === "application/json" || type === "application/x-amz-json-1.1" ? type : undefined;
}

/** The X-Amzn-Trace-Id header. Limited like the body's member; what does not fit is left out and not refused. */
export function traceIdOf(header: string | undefined): string | undefined {
  return header !== undefined && /^[\x20-\x7e]{1,256}$/.test(header) ? header : undefined;
}
