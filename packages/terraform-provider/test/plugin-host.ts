import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { decode, ExtData, type ExtensionCodecType, encode } from "@msgpack/msgpack";
import { onTestFinished } from "vitest";
import { buildTerraformProvider } from "../../../scripts/build-terraform-provider.mjs";
import { selfSigned } from "../../server/test/self-signed.js";
import { encodeMessage } from "../src/protocol/message-codec.js";
import type { Message, MessageName } from "../src/protocol/messages.js";
import { readMessage } from "./message-reader.js";

/** What Terraform is to the provider: starts its executable, shakes hands with it, and calls it over gRPC with mutual TLS. */

export const executable = fileURLToPath(new URL("../dist/terraform-provider-aws", import.meta.url));

const COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

export interface HostOptions {
  /** Over what Terraform sets; undefined takes a variable away. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly arguments?: readonly string[];
}

/** A process of the provider that may or may not shake hands. */
export interface Started {
  readonly child: ChildProcess;
  /** The first line on stdout; undefined where the process ended without one. */
  readonly line: Promise<string | undefined>;
  readonly stderr: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly client: { readonly cert: string; readonly key: string };
}

export async function start({ environment = {}, arguments: args = [] }: HostOptions = {}): Promise<Started> {
  await buildTerraformProvider();
  const client = selfSigned();
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:AWS_|PAWL_|TF_|PLUGIN_)/.test(name));
  const child = spawn(executable, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...Object.fromEntries(inherited),
      TF_PLUGIN_MAGIC_COOKIE: COOKIE,
      PLUGIN_PROTOCOL_VERSIONS: "5,6",
      PLUGIN_CLIENT_CERT: client.cert,
      PLUGIN_MIN_PORT: "10000",
      PLUGIN_MAX_PORT: "25000",
      ...environment,
    },
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  const lines = createInterface(child.stdout);
  const line = Promise.race([
    once(lines, "line").then(([text]) => String(text)),
    once(lines, "close").then(() => undefined),
  ]);
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
    // It could not do that itself.
    const { address } = handshakeOf((await line) ?? "");
    if (address !== "") await rm(address, { force: true });
  });
  return { child, line, stderr: () => stderr, ended, client };
}

/** The parts of a handshake line. */
export function handshakeOf(line: string) {
  const [core, protocol, network, address = "", kind, certificate = ""] = line.split("|");
  return { core, protocol, network, address, kind, certificate };
}

export interface Host extends Omit<Started, "line"> {
  /** Calls a method that gives one answer. */
  call<Request extends MessageName, Answer extends MessageName>(
    method: string,
    types: readonly [Request, Answer],
    message: Message<Request>,
  ): Promise<Message<Answer>>;
  /** Calls InvokeAction; `onProgress` gets each message as it comes. */
  invoke(config: unknown, onProgress?: (message: string) => void, type?: string): Promise<Invoked>;
  /** Opens a method's stream without ending the request. */
  open(path: string): ClientHttp2Stream;
  session(): ClientHttp2Session;
  readonly address: string;
}

export interface Invoked {
  readonly progress: readonly string[];
  /** In the order in which they came: `progress`, `completed`. */
  readonly order: readonly string[];
  readonly diagnostics: readonly Message<"Diagnostic">[];
}

/** An error of gRPC. */
export class CallError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Starts the provider and connects to it, as Terraform does. */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const started = await start(options);
  const line = await started.line;
  if (line === undefined) throw new Error(`no handshake: ${started.stderr()}`);
  const { address, certificate } = handshakeOf(line);
  const session = connectTo(address, certificate, started.client);
  await once(session, "connect");
  // The provider may go first.
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  return {
    ...started,
    address,
    session: () => session,
    call: async (method, [request, answer], message) => {
      const [only, ...others] = await messagesOf(requested(session, method, encodeMessage(request, message)));
      if (only === undefined || others.length > 0) throw new Error(`${others.length + 1} answers`);
      return readMessage(answer, only);
    },
    invoke: async (config, onProgress, type = "aws_sfn_start_execution") => {
      const progress: string[] = [];
      const order: string[] = [];
      let diagnostics: readonly Message<"Diagnostic">[] = [];
      const body = encodeMessage("ActionRequest", { action_type: type, config: dynamic(config) });
      await messagesOf(requested(session, "/tfplugin6.Provider/InvokeAction", body), (bytes) => {
        const event = readMessage("ActionEvent", bytes);
        order.push(...Object.keys(event));
        if (event.progress !== undefined) {
          progress.push(event.progress.message ?? "");
          onProgress?.(event.progress.message ?? "");
        }
        if (event.completed !== undefined) diagnostics = event.completed.diagnostics ?? [];
      });
      return { progress, order, diagnostics };
    },
    open: (path) => session.request(headersOf(path)),
  };
}

/** A connection with mutual TLS, or without where `certificate` is empty. */
export function connectTo(
  path: string,
  certificate: string,
  client: { readonly cert: string; readonly key: string } | undefined,
): ClientHttp2Session {
  // In megabytes: as much as a host in Go takes, whose limit for a message is larger still.
  const settings = { maxSessionMemory: 1024 };
  if (certificate === "") {
    return connect("http://localhost", { ...settings, createConnection: () => createConnection({ path }) });
  }
  const lines = certificate.replace(/.{64}(?!$)/g, "$&\n");
  const ca = `-----BEGIN CERTIFICATE-----\n${lines}${"=".repeat((4 - (certificate.length % 4)) % 4)}\n-----END CERTIFICATE-----\n`;
  const session = connect("https://localhost", {
    ...settings,
    createConnection() {
      const socket = connectTls({ path, servername: "localhost", ca, ALPNProtocols: ["h2"], ...client });
      // Who is refused may hear of it after the session is gone, when nobody else listens any more.
      socket.on("error", () => {});
      return socket;
    },
  });
  session.on("error", () => {});
  return session;
}

function headersOf(path: string) {
  return {
    ":method": "POST",
    ":path": path,
    ":authority": "localhost",
    te: "trailers",
    "content-type": "application/grpc",
    "user-agent": "grpc-go/1.79.1",
  };
}

function requested(session: ClientHttp2Session, path: string, message: Uint8Array): ClientHttp2Stream {
  const stream = session.request(headersOf(path.startsWith("/") ? path : `/tfplugin6.Provider/${path}`));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.write(head);
  stream.end(message);
  return stream;
}

/** The messages of an answer. @throws CallError where its status is not OK */
export async function messagesOf(
  stream: ClientHttp2Stream,
  each: (message: Uint8Array) => void = () => {},
): Promise<readonly Uint8Array[]> {
  let status: Record<string, unknown> = {};
  stream.on("response", (headers) => {
    status = { ...status, ...headers };
  });
  stream.on("trailers", (trailers) => {
    status = { ...status, ...trailers };
  });
  const messages: Uint8Array[] = [];
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      messages.push(rest.subarray(5, end));
      each(rest.subarray(5, end));
      rest = rest.subarray(end);
    }
  }
  const code = Number(status["grpc-status"] ?? -1);
  if (code !== 0) throw new CallError(code, decodeURIComponent(String(status["grpc-message"] ?? "no status")));
  return messages;
}

/** An unknown value, and one of which something is known, as Terraform writes them. */
export class Unknown {
  readonly type: number;
  readonly data: Uint8Array;

  constructor(type = 0, data: Uint8Array = new Uint8Array(1)) {
    this.type = type;
    this.data = data;
  }
}

/** Not null, and begins with "x-". */
export const refined = new Unknown(
  12,
  encode(
    new Map<unknown, unknown>([
      [1, false],
      [2, "x-"],
    ]),
  ),
);

const extensions: ExtensionCodecType<undefined> = {
  tryToEncode: (value) => (value instanceof Unknown ? new ExtData(value.type, value.data) : null),
  decode: (data, type) => new Unknown(type, data),
};

/** A value as Terraform sends it. */
export function dynamic(value: unknown): Message<"DynamicValue"> {
  return { msgpack: encode(value, { extensionCodec: extensions, useBigInt64: true }) };
}

/** A value that Terraform would read. */
export function plain(value: Message<"DynamicValue"> | undefined): unknown {
  return decode(value?.msgpack ?? new Uint8Array([0xc0]), { extensionCodec: extensions });
}
