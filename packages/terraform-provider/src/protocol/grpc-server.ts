import { createSecureServer, createServer, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { GrpcError, grpcStatus } from "./grpc-error.js";

/**
 * gRPC over HTTP/2 (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), as much of it as a plugin's host uses: a request of
 * one message without compression, answers of any number. Upon `node:http2` and not `@grpc/grpc-js`, because every command of Terraform starts
 * three or four providers and waits for each: docs/terraform-provider.md has the measured times.
 */

export interface GrpcCall {
  /** Aborted when the caller is gone or no longer wants an answer. */
  readonly signal: AbortSignal;
  /** Sends one message; the messages of a call arrive in their order. */
  send(message: Uint8Array): void;
}

/** A method: gets the request's message and sends its answers before it ends. */
export type GrpcMethod = (request: Uint8Array, call: GrpcCall) => Promise<void>;

export interface GrpcService {
  /** By their paths, `/package.Service/Method`. */
  readonly methods: ReadonlyMap<string, GrpcMethod>;
  /** Paths of streams that are opened and then never used. */
  readonly idleStreams: ReadonlySet<string>;
}

export interface GrpcServer {
  /** Serves a connection that was accepted. */
  serve(socket: Socket): void;
  /** Ends when nothing is being answered any more. */
  idle(): Promise<void>;
}

export interface GrpcOptions {
  readonly service: GrpcService;
  /** Mutual TLS: PEM of the server's key and certificate, and of the only certificate that clients may have. */
  readonly tls: { readonly key: string; readonly cert: string; readonly clientCert: string } | undefined;
  /** Gets to know of errors that no caller can be told of. */
  readonly report: (message: string, error: unknown) => void;
}

/** The limit of Terraform's own SDKs for a message, in bytes. */
const MAX_MESSAGE = 256 * 2 ** 20;

/** What may be on its way to us unread, of a stream and of all of them: a large plan should not wait for acknowledgements. */
const WINDOW = 8 * 2 ** 20;

export function createGrpcServer({ service, tls, report }: GrpcOptions): GrpcServer {
  const settings = {
    settings: { initialWindowSize: WINDOW },
    // In megabytes. The default, 10, refuses streams while a large message is on its way.
    maxSessionMemory: 2048,
  };
  const server =
    tls === undefined
      ? createServer(settings)
      : createSecureServer({
          ...settings,
          key: tls.key,
          cert: tls.cert,
          ca: tls.clientCert,
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: "TLSv1.2",
        });
  let running = 0;
  let becameIdle: (() => void) | undefined;

  server.on("session", (session) => {
    session.setLocalWindowSize(WINDOW);
    session.on("error", (error) => report("A connection failed", error));
  });
  server.on("sessionError", (error) => report("A connection failed", error));
  server.on("tlsClientError", (error: unknown) => report("A TLS handshake failed", error));
  server.on("stream", async (stream, headers) => {
    // Without a listener, a caller that goes away would end the process.
    stream.on("error", (error) => report("A call failed", error));
    running += 1;
    try {
      await answer(stream, String(headers[":path"]), service, report);
    } finally {
      running -= 1;
      if (running === 0) becameIdle?.();
    }
  });

  return {
    serve: (socket) => {
      server.emit("connection", socket);
    },
    idle: () =>
      new Promise((resolve) => {
        if (running === 0) resolve();
        else becameIdle = resolve;
      }),
  };
}

async function answer(
  stream: ServerHttp2Stream,
  path: string,
  service: GrpcService,
  report: GrpcOptions["report"],
): Promise<void> {
  if (service.idleStreams.has(path)) {
    stream.respond(RESPONSE_HEADERS);
    stream.resume();
    return;
  }
  const method = service.methods.get(path);
  if (method === undefined) {
    endWith(stream, grpcStatus.unimplemented, `${path} is not implemented`);
    return;
  }
  const gone = new AbortController();
  stream.once("close", () => gone.abort());
  const call: GrpcCall = {
    signal: gone.signal,
    send: (message) => {
      if (stream.destroyed || stream.closed) return;
      begin(stream);
      stream.write(framed(message));
    },
  };
  try {
    const request = await messageOf(stream);
    await method(request, call);
    endWith(stream, grpcStatus.ok);
  } catch (error) {
    if (error instanceof GrpcError) {
      endWith(stream, error.code, error.message);
    } else {
      report(`${path} failed`, error);
      endWith(stream, grpcStatus.internal, error instanceof Error ? error.message : String(error));
    }
  }
}

const RESPONSE_HEADERS = { ":status": 200, "content-type": "application/grpc" };

/** Sends the headers, once. */
function begin(stream: ServerHttp2Stream, trailers?: Readonly<Record<string, string>>): void {
  if (stream.headersSent) return;
  stream.respond(
    { ...RESPONSE_HEADERS, ...trailers },
    { endStream: trailers !== undefined, waitForTrailers: trailers === undefined },
  );
}

function endWith(stream: ServerHttp2Stream, code: number, message = ""): void {
  if (stream.destroyed || stream.closed) return;
  const trailers = {
    "grpc-status": String(code),
    ...(message === "" ? {} : { "grpc-message": percentEncoded(message) }),
  };
  if (stream.headersSent) {
    stream.once("wantTrailers", () => stream.sendTrailers(trailers));
    stream.end();
  } else {
    begin(stream, trailers);
  }
  // What is left of a request that nobody reads must not keep the stream open; a caller that has its status sends no more.
  if (!stream.readableEnded) stream.resume();
}

/** Reads the one message of a request: a byte that is 1 for a compressed one, its length in 4 bytes, the message. */
function messageOf(stream: ServerHttp2Stream): Promise<Uint8Array> {
  // Not `for await`, which destroys a stream that it does not read to its end: the caller is still to be told why.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let expected: number | undefined;
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      try {
        if (expected === undefined && size >= 5) {
          expected = lengthOf(chunks.length === 1 ? chunk : Buffer.concat(chunks));
        }
        if (expected !== undefined && size > expected + 5) {
          throw new GrpcError(grpcStatus.internal, "The request holds more than one message");
        }
      } catch (error) {
        stream.removeAllListeners("data");
        reject(error);
      }
    });
    stream.once("end", () => {
      if (expected === undefined || size < expected + 5) {
        reject(new GrpcError(grpcStatus.internal, "The request ended before its message was whole"));
        return;
      }
      const [only] = chunks;
      const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
      resolve(whole.subarray(5));
    });
    stream.once("close", () => reject(new GrpcError(grpcStatus.internal, "The caller has gone")));
  });
}

function lengthOf(head: Buffer): number {
  if (head[0] !== 0) {
    throw new GrpcError(grpcStatus.unimplemented, "Compressed messages are not supported");
  }
  const length = head.readUInt32BE(1);
  if (length > MAX_MESSAGE) {
    throw new GrpcError(
      grpcStatus.resourceExhausted,
      `The request's message has ${length} bytes, more than ${MAX_MESSAGE}`,
    );
  }
  return length;
}

function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(5 + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

/** As grpc-message has texts: printable ASCII without %, the other bytes of UTF-8 as %XX. */
function percentEncoded(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");
}
