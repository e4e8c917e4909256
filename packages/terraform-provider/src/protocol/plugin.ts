import { createCertificate } from "./certificate.js";
import { GrpcError, grpcStatus } from "./grpc-error.js";
import type { GrpcMethod, GrpcServer } from "./grpc-server.js";
import { handshakeLine, reattachSettings } from "./handshake.js";
import { type Listener, listen } from "./listener.js";
import type { Log } from "./log.js";
import { decodeMessage, encodeMessage } from "./message-codec.js";

export interface PluginOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly methods: ReadonlyMap<string, GrpcMethod>;
  readonly log: Log;
  /** Where Terraform does not start the process but finds it by TF_REATTACH_PROVIDERS: the source address to name there. */
  readonly debug?: string;
}

/** How long the process goes on without a connection, in milliseconds: before the first one, and after the last. */
const PATIENCE = { first: 60_000, last: 3_000 };

/**
 * Serves as a plugin of Terraform until it is told to shut down, or until Terraform is gone. Ends the process.
 * @throws Error where it cannot listen
 */
export async function servePlugin({ environment, methods, log, debug }: PluginOptions): Promise<void> {
  // Without PLUGIN_CLIENT_CERT the host wants no TLS.
  const clientCert = debug === undefined ? environment.PLUGIN_CLIENT_CERT || undefined : undefined;
  const certificate = clientCert === undefined ? undefined : createCertificate();
  const waiting: Parameters<GrpcServer["serve"]>[0][] = [];
  let server: GrpcServer | undefined;
  let connections = 0;
  let shuttingDown = false;
  let patience: NodeJS.Timeout | undefined;

  const listener: Listener = await listen(environment, (socket) => {
    connections += 1;
    clearTimeout(patience);
    socket.once("close", () => {
      connections -= 1;
      if (connections > 0 || debug !== undefined) return;
      if (shuttingDown) leave(0);
      else patience = setTimeout(leaveWhenDone, PATIENCE.last);
    });
    // A reset is the end of a connection like any other.
    socket.on("error", () => {});
    if (server === undefined) waiting.push(socket);
    else server.serve(socket);
  });

  function leave(code: number): never {
    listener.close();
    process.exit(code);
  }

  /** Terraform has gone without a word: what is being done was told to stop and gets as long again. */
  async function leaveWhenDone(): Promise<void> {
    log("warn", "Terraform has gone");
    const limit = setTimeout(() => leave(1), PATIENCE.last);
    await server?.idle();
    clearTimeout(limit);
    if (connections === 0) leave(1);
  }

  function shutDown(answered: AbortSignal): void {
    shuttingDown = true;
    // The host closes its connection when it has the answer. Should it not, the answer is at least out; and it waits for two seconds.
    answered.addEventListener("abort", () => setTimeout(() => leave(0), 100));
    setTimeout(() => leave(0), 1000);
  }

  endBySignals(leave, debug !== undefined);
  if (debug === undefined) {
    patience = setTimeout(() => leave(1), PATIENCE.first);
    process.stdout.write(handshakeLine(listener.address, certificate?.der, environment));
  } else {
    process.stdout.write(
      `Terraform uses this process where this is in its environment:\n\n` +
        `export TF_REATTACH_PROVIDERS='${reattachSettings(debug, listener.address, process.pid)}'\n\n` +
        `Ctrl-C ends it.\n`,
    );
  }

  // While the host reads the line and connects.
  const { createGrpcServer } = await import("./grpc-server.js");
  server = createGrpcServer({
    service: { methods: new Map([...methods, ...pluginMethods(shutDown)]), idleStreams: IDLE_STREAMS },
    tls:
      certificate === undefined || clientCert === undefined
        ? undefined
        : { key: certificate.key, cert: certificate.cert, clientCert },
    report: (message, error) => log("warn", message, { error: String(error) }),
  });
  for (const socket of waiting.splice(0)) server.serve(socket);
}

/** What go-plugin's hosts open and, with this provider, never use: a second output, and streams between plugins. */
const IDLE_STREAMS: ReadonlySet<string> = new Set(["/plugin.GRPCStdio/StreamStdio", "/plugin.GRPCBroker/StartStream"]);

const SERVING = 1;

function pluginMethods(shutDown: (answered: AbortSignal) => void): ReadonlyMap<string, GrpcMethod> {
  return new Map<string, GrpcMethod>([
    [
      "/plugin.GRPCController/Shutdown",
      async (_request, call) => {
        call.send(encodeMessage("Empty", {}));
        shutDown(call.signal);
      },
    ],
    [
      "/grpc.health.v1.Health/Check",
      async (request, call) => {
        const { service = "" } = decodeMessage("HealthRequest", request);
        if (service !== "" && service !== "plugin") throw new GrpcError(grpcStatus.notFound, "unknown service");
        call.send(encodeMessage("HealthResponse", { status: SERVING }));
      },
    ],
  ]);
}

function endBySignals(leave: (code: number) => never, debug: boolean): void {
  // A terminal sends Ctrl-C to Terraform and to its providers; Terraform then says what is to be done.
  process.on("SIGINT", () => {
    if (debug) leave(0);
  });
  process.on("SIGTERM", () => leave(0));
  // Whoever read these is gone, and with it the reason to write.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
}
