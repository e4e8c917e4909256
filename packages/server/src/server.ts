import { createServer as createHttpServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Engine } from "@pawl/engine";
import { type CallHost, HttpCall } from "./http-call.js";
import { nextRequestId } from "./request-id.js";
import { listenError } from "./server-error.js";

export interface ServerOptions {
  /** The address to listen on, and no other. */
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Gets a line for each request that failed through a fault of this program; standard error where absent. */
  readonly log?: (line: string) => void;
  readonly limits?: Partial<ServerLimits>;
}

export interface ServerLimits {
  /** Longest time in milliseconds for a request's head to arrive. */
  readonly headersTimeoutMs: number;
  /** Longest time in milliseconds for a whole request to arrive. */
  readonly requestTimeoutMs: number;
  /** How long in milliseconds a connection may be idle between two requests. */
  readonly keepAliveTimeoutMs: number;
  /** Longest body of a request. */
  readonly maxBodyBytes: number;
}

export interface PawlServer {
  /** What clients take as the endpoint, such as `http://127.0.0.1:8083`. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops accepting, answers polls that wait as if nothing came for them, lets answers that are being made finish, and
   * ends all connections. The engine stays open.
   */
  close(): Promise<void>;
}

const defaultLimits: ServerLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  // SDKs keep idle connections for a later call; one that the server ends at that moment fails that call. Load balancers
  // in between give up after 60 seconds.
  keepAliveTimeoutMs: 90_000,
  // The service's quota is 1 MB; here a definition of 1 MB fits with its escapes and gets the sentences about lengths.
  maxBodyBytes: 2 * 1024 * 1024,
};

/** Longest time that closing waits for answers that are being made, and then for connections to end. */
const answersMs = 10_000;
const connectionsMs = 500;

/**
 * Serves the Step Functions API over HTTP on top of an engine.
 * @throws ServerError where it cannot listen on the address
 */
export async function createServer(engine: Engine, options: ServerOptions): Promise<PawlServer> {
  const limits = { ...defaultLimits, ...options.limits };
  const calls = new Calls(engine, options.log ?? ((line) => process.stderr.write(`${line}\n`)), limits.maxBodyBytes);
  const http = createHttpServer(
    {
      IncomingMessage: HttpCall,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(2_000, limits.headersTimeoutMs),
    },
    (call: HttpCall, response: ServerResponse) => call.serve(calls, response),
  );
  http.on("clientError", answerUnreadable);
  await listen(http, options.host, options.port);
  const { port } = http.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(options.host, port),
    port,
    close: () => {
      closed ??= close(http, calls);
      return closed;
    },
  };
}

/** What the server knows of the calls that it answers. */
class Calls implements CallHost {
  readonly engine: Engine;
  readonly log: (line: string) => void;
  readonly maxBodyBytes: number;
  readonly polls = new Set<AbortController>();
  closing = false;
  #running = 0;
  #whenIdle: (() => void) | undefined;

  constructor(engine: Engine, log: (line: string) => void, maxBodyBytes: number) {
    this.engine = engine;
    this.log = log;
    this.maxBodyBytes = maxBodyBytes;
  }

  started(): void {
    this.#running++;
  }

  ended(): void {
    if (--this.#running === 0) {
      this.#whenIdle?.();
    }
  }

  /** Ends the polls and waits until nothing is being answered, `longest` milliseconds at most. */
  async end(longest: number): Promise<void> {
    this.closing = true;
    for (const poll of this.polls) {
      poll.abort();
    }
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, longest);
        this.#whenIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

function listen(http: Server<typeof HttpCall>, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(listenError(error, host, port));
    http.once("error", onError);
    http.listen({ host, port }, () => {
      http.off("error", onError);
      resolve();
    });
  });
}

async function close(http: Server<typeof HttpCall>, calls: Calls): Promise<void> {
  const ended = new Promise<void>((resolve) => http.close(() => resolve()));
  await calls.end(answersMs);
  http.closeIdleConnections();
  // What is left has not sent its request whole, or does not read its answer.
  const timer = setTimeout(() => http.closeAllConnections(), connectionsMs);
  await ended;
  clearTimeout(timer);
}

/** Answers bytes that are no HTTP request, and requests that take too long to arrive. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  // After an answer has begun there is nothing left to say.
  if (!socket.writable || error.code === "ECONNRESET" || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const status =
    error.code === "HPE_HEADER_OVERFLOW"
      ? "431 Request Header Fields Too Large"
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? "408 Request Timeout"
        : "400 Bad Request";
  const head = `HTTP/1.1 ${status}\r\nx-amzn-RequestId: ${nextRequestId()}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
  socket.end(head, () => socket.destroy());
}

/** The address as a client on this machine reaches it. */
function urlOf(host: string, port: number): string {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}
