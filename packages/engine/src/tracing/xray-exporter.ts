import { createSocket, type Socket } from "node:dgram";
import type { Span, SpanExporter } from "./span.js";
import { rootOf } from "./trace-header.js";

export interface XrayOptions {
  readonly host: string;
  readonly port: number;
  /** Told what an operator should know. */
  readonly log: (message: string) => void;
}

/**
 * Sends spans as segments to the X-Ray daemon (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html): an execution is a
 * segment, what is inside of it are subsegments, each sent when it ends. Nobody says whether a datagram has come.
 */
export class XrayExporter implements SpanExporter {
  readonly #options: XrayOptions;
  readonly #socket: Socket;
  #failing = false;
  #sending = 0;
  #whenSent: (() => void) | undefined;

  constructor(options: XrayOptions) {
    this.#options = options;
    this.#socket = createSocket(options.host.includes(":") ? "udp6" : "udp4");
    this.#socket.unref();
    this.#socket.on("error", (error) => this.#tell(error));
  }

  add(spans: readonly Span[]): void {
    const { host, port } = this.#options;
    for (const span of spans) {
      this.#sending += 1;
      this.#socket.send(`${HEAD}${JSON.stringify(segmentOf(span))}`, port, host, (error) => {
        this.#sending -= 1;
        if (error === null) this.#failing = false;
        else this.#tell(error);
        if (this.#sending === 0) this.#whenSent?.();
      });
    }
  }

  async close(): Promise<void> {
    if (this.#sending > 0) {
      await new Promise<void>((resolve) => {
        this.#whenSent = resolve;
        setTimeout(resolve, CLOSE_MILLISECONDS).unref();
      });
    }
    this.#socket.close();
  }

  #tell(error: Error): void {
    if (!this.#failing) {
      this.#options.log(`segments cannot be sent to ${this.#options.host}:${this.#options.port}: ${error.message}`);
    }
    this.#failing = true;
  }
}

const HEAD = '{"format": "json", "version": 1}\n';
const CLOSE_MILLISECONDS = 1000;

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
function segmentOf(span: Span): object {
  const { kind, traceId, spanId, parentSpanId, name, start, end, attributes, outcome } = span;
  return {
    name: nameOf(name),
    id: spanId,
    trace_id: rootOf(traceId),
    ...(parentSpanId === undefined ? {} : { parent_id: parentSpanId }),
    start_time: start / 1000,
    end_time: end / 1000,
    ...(kind === "execution"
      ? { origin: "AWS::StepFunctions::StateMachine" }
      : { type: "subsegment", ...(kind === "attempt" ? { namespace: "remote" } : {}) }),
    ...(outcome.kind === "failed" ? { fault: true, cause: causeOf(spanId, outcome.error, outcome.cause) } : {}),
    metadata: { pawl: { kind, ...(outcome.kind === "aborted" ? { aborted: true } : {}), ...attributes } },
  };
}

function causeOf(spanId: string, type: string, message: string): object {
  return { working_directory: "", exceptions: [{ id: spanId, type, message }] };
}

/** What a name can hold. */
function nameOf(name: string): string {
  return name.replace(/[^\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]/gu, "_").slice(0, 200) || "_";
}
