import { createServer as createHttpServer, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Engine } from "@pawl/engine";
import { AccessCheck } from "./access/access-check.js";
import type { AccessKey } from "./access/access-key.js";
import { AllowedHosts } from "./allowed-hosts.js";
import type { CallHost } from "./call-host.js";
import { CallerHomes } from "./caller-homes.js";
import { Cors } from "./cors.js";
import { DirectConnection } from "./direct-connection.js";
import { HttpCall } from "./http-call.js";
import { createLog, type Log } from "./log.js";
import { OperatorRoutes } from "./operator-routes.js";
import { RequestCounts } from "./request-counts.js";
import { nextRequestId } from "./request-id.js";
import { listenError, ServerError } from "./server-error.js";
import { type Quotas, Throttle } from "./throttle.js";

export interface ServerOptions {
  /** The address to listen on, and no other. */
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Default: warnings and errors as text on standard error. */
  readonly log?: Log;
  readonly limits?: Partial<ServerLimits>;
  /** Who may call; absent or empty: everybody who reaches the address. */
  readonly accessKeys?: readonly AccessKey[];
  /** Certificate (with those that it stands on) and private key in PEM: HTTPS, and no HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Names in Host headers that are served besides those of this machine for itself and the address that is listened on. */
  readonly allowedHosts?: readonly string[];
  /** Origins whose pages may call from a browser, such as `https://example.com`. */
  readonly corsOrigins?: readonly string[];
  /** How often each operation may be called; absent: as often as callers like. */
  readonly quotas?: Quotas;
  /** Where a backup lies while it is sent; absent: none are. */
  readonly backupFolder?: string;
  /** Told to those who ask for health and metrics. */
  readonly version?: string;
  /** Milliseconds since the epoch, for signatures; default Date.now. */
  readonly now?: () => number;
}

export interface ServerLimits {
  /** Longest time in milliseconds for a request's head to arrive. */
  readonly headersTimeoutMs: number;
  /** Longest time in milliseconds for a whole request to arrive. */
  readonly requestTimeoutMs: number;
  /** How long in milliseconds a connection may be idle between two requests. */
  readonly keepAliveTimeoutMs: number;
  /** How long in milliseconds nothing may move on a connection whose request is being answered. */
  readonly stalledTimeoutMs: number;
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
  // A synchronous execution is silent for five minutes. Beyond that it is a caller that does not read its answer.
  stalledTimeoutMs: 600_000,
  // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: 1 MB per request.
  maxBodyBytes: 1024 * 1024,
};

/** Longest time that closing waits for answers that are being made, and then for connections to end. */
const answersMs = 10_000;
const connectionsMs = 500;

/**
 * Serves the Step Functions API over HTTP or HTTPS on top of an engine.
 * @throws ServerError where it cannot listen on the address, or a certificate or key cannot be used
 */
export async function createServer(engine: Engine, options: ServerOptions): Promise<PawlServer> {
  const limits = { ...defaultLimits, ...options.limits };
  const { accessKeys = [], now } = options;
  const access = accessKeys.length === 0 ? undefined : await AccessCheck.create(accessKeys, now);
  const calls = new Calls(engine, options, limits, access, () => connectionsOf(http));
  const http = createListener(options.tls, limits, calls);
  http.timeout = limits.stalledTimeoutMs;
  http.on("clientError", answerUnreadable);
  const direct =
    calls.takesAnyRequest && options.tls === undefined ? serveDirectly(http, calls, limits) : noConnections;
  const sockets = new Set<Socket>();
  if (options.tls !== undefined) {
    // Of a connection that is still in its handshake the server itself knows nothing when it closes.
    http.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
  }
  await listen(http, options.host, options.port);
  const { port } = http.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(options.tls === undefined ? "http" : "https", options.host, port),
    port,
    close: () => {
      closed ??= close(http, calls, sockets, direct);
      return closed;
    },
  };
}

type Listener = Server<typeof HttpCall>;

const noConnections: ReadonlyMap<Socket, DirectConnection> = new Map();

/** Lets connections be direct ones as long as their requests are plain. Gives those that are. */
function serveDirectly(http: Listener, calls: Calls, limits: ServerLimits): ReadonlyMap<Socket, DirectConnection> {
  const direct = new Map<Socket, DirectConnection>();
  const serve = http.listeners("connection") as ((socket: Socket) => void)[];
  const handOver = (socket: Socket): void => {
    direct.delete(socket);
    for (const listener of serve) {
      listener.call(http, socket);
    }
  };
  http.removeAllListeners("connection");
  http.on("connection", (socket) => {
    direct.set(socket, new DirectConnection(socket, calls, limits, handOver));
    socket.once("close", () => direct.delete(socket));
  });
  return direct;
}

function createListener(tls: ServerOptions["tls"], limits: ServerLimits, calls: Calls): Listener {
  const settings = {
    IncomingMessage: HttpCall,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(2_000, limits.headersTimeoutMs),
  };
  const serve = (call: HttpCall, response: ServerResponse): void => call.serve(calls, response);
  if (tls === undefined) {
    return createHttpServer(settings, serve);
  }
  try {
    return createHttpsServer({ ...settings, ...tls, handshakeTimeout: limits.headersTimeoutMs }, serve);
  } catch (error) {
    const { message } = error as Error;
    throw new ServerError(`The TLS certificate and key cannot be used: ${message}.`, { cause: error });
  }
}

function connectionsOf(http: Listener): Promise<number> {
  return new Promise((resolve) => http.getConnections((error, count) => resolve(error === null ? count : 0)));
}

/** What the server knows of the calls that it answers. */
class Calls implements CallHost {
  readonly homes: CallerHomes;
  readonly log: Log;
  readonly maxBodyBytes: number;
  readonly hosts: AllowedHosts;
  readonly cors: Cors | undefined;
  readonly access: AccessCheck | undefined;
  readonly throttle: Throttle | undefined;
  readonly requests = new RequestCounts();
  readonly operatorRoutes: OperatorRoutes;
  readonly polls = new Set<AbortController>();
  closing = false;
  #running = 0;
  #whenIdle: (() => void) | undefined;

  constructor(
    engine: Engine,
    options: ServerOptions,
    limits: ServerLimits,
    access: AccessCheck | undefined,
    connections: () => Promise<number>,
  ) {
    const { log = createLog(), allowedHosts = [], corsOrigins = [], quotas, version = "" } = options;
    this.homes = new CallerHomes(engine);
    this.log = log;
    this.maxBodyBytes = limits.maxBodyBytes;
    this.hosts = new AllowedHosts([options.host, ...allowedHosts]);
    this.cors = corsOrigins.length === 0 ? undefined : new Cors(corsOrigins);
    this.access = access;
    this.throttle = quotas === undefined ? undefined : new Throttle(quotas);
    this.operatorRoutes = new OperatorRoutes({
      engine,
      log,
      version,
      backupFolder: options.backupFolder,
      serverMetrics: async () => ({
        requests: this.requests,
        connections: await connections(),
        polls: this.polls.size,
      }),
    });
  }

  /** True where nothing is asked of a request besides what it says: no signature, no origin, no line in a log. */
  get takesAnyRequest(): boolean {
    return this.access === undefined && this.cors === undefined && !this.log.isDebug;
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

function listen(http: Listener, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(listenError(error, host, port));
    http.once("error", onError);
    http.listen({ host, port }, () => {
      http.off("error", onError);
      resolve();
    });
  });
}

async function close(
  http: Listener,
  calls: Calls,
  sockets: ReadonlySet<Socket>,
  direct: ReadonlyMap<Socket, DirectConnection>,
): Promise<void> {
  const ended = new Promise<void>((resolve) => http.close(() => resolve()));
  const endIdle = (): void => {
    for (const connection of direct.values()) {
      connection.endIdle();
    }
  };
  endIdle();
  await calls.end(answersMs);
  http.closeIdleConnections();
  // What is left has not sent its request whole, or does not read its answer.
  const timer = setTimeout(() => {
    http.closeAllConnections();
    for (const socket of [...sockets, ...direct.keys()]) {
      socket.destroy();
    }
  }, connectionsMs);
  await ended;
  clearTimeout(timer);
}

/** Answers bytes that are no HTTP request, and requests that take too long to arrive. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  // After an answer has begun there is nothing left to say; before the end of a TLS handshake nothing can be said.
  const isHandshake = /^ERR_(?:TLS|SSL)/.test(error.code ?? "");
  if (!socket.writable || isHandshake || error.code === "ECONNRESET" || socket.bytesWritten > 0) {
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
function urlOf(protocol: string, host: string, port: number): string {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `${protocol}://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}
