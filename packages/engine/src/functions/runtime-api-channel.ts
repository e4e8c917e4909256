import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { InvocationHead } from "./frames.js";
import { MAX_RESPONSE_BYTES, responseTooLarge } from "./function-failure.js";
import type { CommandFunction } from "./function-settings.js";
import type { Channel, ChannelEvents, OpenChannel } from "./worker.js";

/**
 * Serves the Lambda Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) to one process, on a port of its own:
 * runtime clients take a host and a port, and nothing that would tell one process from another.
 */
export function runtimeApiChannel({ command, cwd }: CommandFunction, env: Record<string, string>): OpenChannel {
  return async (events) => {
    const api = new RuntimeApi(events);
    const port = await api.listen();
    return {
      command,
      options: {
        cwd,
        env: { ...env, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` },
        stdio: ["ignore", "pipe", "pipe"],
      },
      send: (head, payload) => api.send(head, payload),
      close: () => api.close(),
    };
  };
}

const PREFIX = "/2018-06-01/runtime/";
const OUTCOME = /^invocation\/([^/]+)\/(response|error)$/;

class RuntimeApi implements Pick<Channel, "send" | "close"> {
  readonly #events: ChannelEvents;
  readonly #server = createServer((request, response) => this.#serve(request, response));
  #host = "";
  /** The process asks for an event and waits. */
  #waiting: ServerResponse | undefined;
  #next: { readonly head: InvocationHead; readonly payload: string } | undefined;
  /** The invocation that the process has been given and not answered. */
  #requestId: string | undefined;

  constructor(events: ChannelEvents) {
    this.#events = events;
    // A process may think as long as it likes between two requests.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      // Later ones are of single connections, whose process sees them itself.
      this.#server.on("error", reject);
      this.#server.listen(0, "127.0.0.1", () => {
        const { port } = this.#server.address() as AddressInfo;
        this.#host = `127.0.0.1:${port}`;
        resolve(port);
      });
    });
  }

  send(head: InvocationHead, payload: string): void {
    this.#next = { head, payload };
    this.#hand();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = "" } = request;
    // A page in a browser must not take events from the process.
    if (request.headers.host !== this.#host || request.headers.origin !== undefined) {
      answer(response, 403, "InvalidHost", `This is the Lambda Runtime API of ${this.#host}`);
      return;
    }
    const path = url.startsWith(PREFIX) ? url.slice(PREFIX.length) : undefined;
    if (method === "GET" && path === "invocation/next") {
      this.#await(response);
      return;
    }
    const [, requestId, what] = OUTCOME.exec(path ?? "") ?? [];
    const isInit = path === "init/error";
    if (method !== "POST" || (what === undefined && !isInit)) {
      answer(response, 404, "InvalidPath", `The Lambda Runtime API has no ${method} ${url}`);
      return;
    }
    read(request, (body) => {
      if (isInit) {
        answer(response, 202);
        this.#events.broken(withType(body ?? responseTooLarge(), request));
      } else if (requestId === undefined || requestId !== this.#requestId) {
        answer(response, 400, "InvalidRequestID", `The invocation ${requestId} is not under way`);
      } else if (body === undefined) {
        answer(
          response,
          413,
          "RequestEntityTooLarge",
          `Exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
        );
        this.#settle(requestId, "failed", responseTooLarge());
      } else {
        answer(response, 202);
        this.#settle(
          requestId,
          what === "response" ? "returned" : "failed",
          what === "error" ? withType(body, request) : body,
        );
      }
    });
  }

  #await(response: ServerResponse): void {
    this.#waiting = response;
    response.on("close", () => {
      if (this.#waiting === response) this.#waiting = undefined;
    });
    // It forgot to answer: what it was given is over.
    if (this.#requestId !== undefined) {
      this.#settle(
        this.#requestId,
        "failed",
        JSON.stringify({
          errorType: "Runtime.Unknown",
          errorMessage: "The runtime asked for the next event without an answer to the last one",
        }),
      );
    }
    this.#events.ready();
  }

  #settle(requestId: string, kind: "returned" | "failed", payload: string): void {
    this.#requestId = undefined;
    this.#events.settled(requestId, { kind, payload });
  }

  /** Gives the process its event, when both are there. */
  #hand(): void {
    const response = this.#waiting;
    const next = this.#next;
    if (response === undefined || next === undefined) return;
    this.#waiting = undefined;
    this.#next = undefined;
    const { head, payload } = next;
    this.#requestId = head.requestId;
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(payload),
      "Lambda-Runtime-Aws-Request-Id": head.requestId,
      "Lambda-Runtime-Deadline-Ms": String(head.deadline),
      "Lambda-Runtime-Invoked-Function-Arn": head.invokedFunctionArn,
      ...(head.traceHeader === undefined ? {} : { "Lambda-Runtime-Trace-Id": headerText(head.traceHeader) }),
      ...(head.clientContext === undefined ? {} : { "Lambda-Runtime-Client-Context": decoded(head.clientContext) }),
    });
    response.end(payload);
  }
}

/** Gives the body, or undefined where it is larger than a function may return. */
function read(request: IncomingMessage, give: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_RESPONSE_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.on("end", () => give(size > MAX_RESPONSE_BYTES ? undefined : Buffer.concat(chunks).toString()));
  request.on("error", () => {});
}

/** Some runtimes name the error's type only in a header. */
function withType(body: string, { headers }: IncomingMessage): string {
  const type = headers["lambda-runtime-function-error-type"];
  if (typeof type !== "string") return body;
  try {
    const failure = JSON.parse(body === "" ? "{}" : body) as { errorType?: unknown };
    if (typeof failure !== "object" || failure === null || Array.isArray(failure) || failure.errorType !== undefined)
      return body;
    return JSON.stringify({ errorType: type, ...failure });
  } catch {
    return JSON.stringify({ errorType: type, errorMessage: body });
  }
}

/** The header holds JSON as it is. */
function decoded(clientContext: string): string {
  return headerText(Buffer.from(clientContext, "base64").toString());
}

/** A header's value holds no line ends. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, " ");
}

function answer(response: ServerResponse, status: number, errorType?: string, errorMessage?: string): void {
  const body = errorType === undefined ? '{"status":"OK"}' : JSON.stringify({ errorType, errorMessage });
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": randomUUID(),
  });
  response.end(body);
}
