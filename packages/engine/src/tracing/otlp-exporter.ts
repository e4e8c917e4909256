import type { Span, SpanAttributes, SpanExporter } from "./span.js";

export interface OtlpOptions {
  /** Where spans are posted, such as `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the spans are of: `service.name` and more. */
  readonly resource: SpanAttributes;
  /** Milliseconds that a request may take. */
  readonly timeout: number;
  readonly version: string;
  /** Told what an operator should know. */
  readonly log: (message: string) => void;
  /** Milliseconds that spans wait for others; default 1000. */
  readonly delay?: number;
}

/**
 * Sends spans in the JSON form of the OpenTelemetry protocol over HTTP (https://opentelemetry.io/docs/specs/otlp/), many at a time. Spans
 * that cannot be sent for a while are given up, so that a collector that is not there costs a bounded amount of memory and nothing else.
 */
export class OtlpExporter implements SpanExporter {
  readonly #options: OtlpOptions;
  #queue: Span[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #lost = 0;
  #failing = false;
  #closed = false;

  constructor(options: OtlpOptions) {
    this.#options = options;
  }

  add(spans: readonly Span[]): void {
    const room = MOST_QUEUED - this.#queue.length;
    this.#queue.push(...(spans.length <= room ? spans : spans.slice(0, room)));
    this.#lost += Math.max(0, spans.length - room);
    if (this.#queue.length >= BATCH) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), this.#options.delay ?? 1000).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MILLISECONDS);
    });
    this.#send();
    await Promise.race([this.#sending, late]);
    clearTimeout(timer);
    if (this.#queue.length > 0)
      this.#options.log(`${this.#queue.length} spans could not be sent to ${this.#options.url}`);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  async #sendAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, BATCH);
      const fault = await this.#post(batch);
      this.#tell(fault?.message);
      if (fault?.mayPass === true) {
        if (this.#closed) return;
        await new Promise<void>((resolve) => setTimeout(resolve, RETRY_MILLISECONDS).unref());
        continue;
      }
      this.#queue = this.#queue.slice(batch.length);
    }
  }

  /** @returns what kept the spans from being taken */
  async #post(spans: readonly Span[]): Promise<Fault | undefined> {
    const { url, headers, timeout } = this.#options;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(this.#request(spans)),
        signal: AbortSignal.timeout(timeout),
      });
      await response.arrayBuffer();
      if (response.ok) return undefined;
      return { message: `it answers ${response.status}`, mayPass: [429, 502, 503, 504].includes(response.status) };
    } catch (error) {
      const { message, cause } = error as Error;
      return { message: cause instanceof Error ? cause.message || message : message, mayPass: true };
    }
  }

  /** Once when it begins to fail, and once when it works again. */
  #tell(fault: string | undefined): void {
    const { log, url } = this.#options;
    if (fault !== undefined && !this.#failing) log(`spans cannot be sent to ${url}: ${fault}`);
    if (fault === undefined && this.#failing) log(`spans are sent to ${url} again; lost were ${this.#lost}`);
    if (fault === undefined) this.#lost = 0;
    this.#failing = fault !== undefined;
  }

  #request(spans: readonly Span[]): object {
    const { resource, version } = this.#options;
    return {
      resourceSpans: [
        {
          resource: { attributes: keyValues(resource) },
          scopeSpans: [{ scope: { name: "pawl", version }, spans: spans.map(otlpSpan) }],
        },
      ],
    };
  }
}

interface Fault {
  readonly message: string;
  /** Whether it is worth to send the same again. */
  readonly mayPass: boolean;
}

const BATCH = 512;
const MOST_QUEUED = 20_000;
const RETRY_MILLISECONDS = 5000;
const CLOSE_MILLISECONDS = 2000;

/** The numbers of `SpanKind` in the protocol. */
const KINDS = { execution: 2, state: 1, iteration: 1, attempt: 3, retry: 1, mapRun: 1 } as const;

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto */
function otlpSpan({
  kind,
  traceId,
  spanId,
  parentSpanId,
  name,
  start,
  end,
  attributes,
  events,
  outcome,
}: Span): object {
  const failed = outcome.kind === "failed";
  const more = failed
    ? { "error.type": outcome.error, ...(outcome.cause === "" ? {} : { "exception.message": outcome.cause }) }
    : outcome.kind === "aborted"
      ? { "aws.step_functions.status": "ABORTED" }
      : {};
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: keyValues({ "pawl.span.kind": kind, ...attributes, ...more }),
    events: events.map((event) => ({ name: event.name, timeUnixNano: nanoseconds(event.time) })),
    status: failed ? { code: 2, message: outcome.error } : {},
  };
}

function keyValues(attributes: SpanAttributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
  }));
}

function nanoseconds(milliseconds: number): string {
  return `${milliseconds}000000`;
}
