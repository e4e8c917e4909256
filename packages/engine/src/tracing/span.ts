/** A part of an execution that has come to its end. */
export interface Span {
  readonly kind: SpanKind;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly attributes: SpanAttributes;
  readonly events: readonly SpanEvent[];
  readonly outcome: SpanOutcome;
}

/** `attempt` is one try of a task, `retry` the time until the next one. */
export type SpanKind = "execution" | "state" | "iteration" | "attempt" | "retry" | "mapRun";

export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanEvent {
  readonly name: string;
  readonly time: number;
}

export type SpanOutcome =
  | { readonly kind: "ok" }
  /** Something else ended it. */
  | { readonly kind: "aborted" }
  | { readonly kind: "failed"; readonly error: string; readonly cause: string };

/** Takes spans somewhere. */
export interface SpanExporter {
  /** Returns at once: nothing of it fails or holds an execution up. */
  add(spans: readonly Span[]): void;
  /** Sends what is left, for a short time. */
  close(): Promise<void>;
}
