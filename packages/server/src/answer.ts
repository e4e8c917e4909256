import type { ServerResponse } from "node:http";
import { ServiceError } from "@pawl/engine";
import { nextRequestId } from "./request-id.js";

/** The content type of the protocol, AWS JSON 1.0 (https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html). */
export const jsonType = "application/x-amz-json-1.0";

/** Writes a whole answer, head and body in one piece; `close` ends the connection with it. Gives its request id. */
export function answer(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  close: boolean,
): string {
  if (close) {
    response.shouldKeepAlive = false;
  }
  const requestId = startAnswer(response, status, contentType, body);
  response.end(body);
  return requestId;
}

/** Writes the head of an answer with this body. Gives its request id. */
export function startAnswer(response: ServerResponse, status: number, contentType: string, body: string): string {
  const requestId = nextRequestId();
  response.writeHead(status, [
    "x-amzn-RequestId",
    requestId,
    "Content-Type",
    contentType,
    "Content-Length",
    String(Buffer.byteLength(body)),
  ]);
  return requestId;
}

/** An error as the protocol puts it in a body: `__type`, the message where there is one, and what else the error says. */
export function errorBody(code: string, message: string, members?: Readonly<Record<string, string>>): string {
  if (message === "") {
    return JSON.stringify({ __type: code });
  }
  // The framework around the service spells the member so for this error of its own; clients read both.
  return JSON.stringify(
    code === "SerializationException" ? { __type: code, Message: message } : { __type: code, ...members, message },
  );
}

/** The body for what an operation threw; undefined where that is a fault of this program. */
export function faultBody(error: unknown): string | undefined {
  return error instanceof ServiceError ? errorBody(error.code, error.message, error.members) : undefined;
}

/** What the service answers to what is no request of this protocol: a browser, another content type, another path. */
export const notAnOperation = "<UnknownOperationException/>\n";

export const internalFailure = errorBody(
  "InternalFailure",
  "The request processing has failed because of an unknown error, exception or failure.",
);
