import type { Execution } from "../execution.js";
import type { HistoryEvent } from "../history/history-event.js";
import { ExecutionSpans } from "./execution-spans.js";
import type { Span, SpanExporter } from "./span.js";
import { SpanIds, spanIdAgain } from "./span-id.js";
import { handedOn, printTraceHeader, type TraceHeader, traceOf } from "./trace-header.js";

type Traced = Pick<
  Execution,
  "id" | "arn" | "name" | "type" | "startDate" | "traceHeader" | "stateMachineArn" | "stateMachineName"
>;

export interface TracingOptions {
  readonly exporters: readonly SpanExporter[];
  /** The part of traces that are kept where their headers do not say, 0 to 1. */
  readonly ratio: number;
  /** The events of an execution from the first to this one, as the store has them. */
  readonly history: (executionId: number, to: number) => Promise<readonly StoredEvent[]>;
  /** Told what an operator should know. */
  readonly log: (message: string) => void;
}

export type StoredEvent = Pick<HistoryEvent, "id" | "previousEventId" | "timestamp" | "type" | "details">;

/**
 * Makes spans of executions and hands them to exporters, from history events that are durable. What it knows of an execution can be
 * forgotten at any time: it is made again from the history. So an execution that waits holds no memory for it, and one that a crash has
 * interrupted has all its spans.
 */
export class Tracing {
  readonly #options: TracingOptions;
  /** Those that something happened to last come last. */
  readonly #known = new Map<number, Known>();

  constructor(options: TracingOptions) {
    this.#options = options;
  }

  /** The header that a call carries: it makes what the called one does a part of this attempt. */
  headerOf(execution: Traced, attempt: number): string | undefined {
    return this.#header(execution, () => new SpanIds(execution.arn).ofEvent(attempt));
  }

  /** The header that a child of a map run is started with. */
  headerOfChild(execution: Traced, mapRunArn: string, redrives: number): string | undefined {
    return this.#header(execution, () => spanIdAgain(mapRunArn, redrives));
  }

  /** Takes events that are durable, those of each execution in order. Returns at once. */
  add(execution: Traced, events: readonly HistoryEvent[]): void {
    const [first] = events;
    if (first === undefined) return;
    const trace = traceOf(execution);
    if (!this.#isSampled(trace)) return;
    let known = this.#known.get(execution.id);
    if (known === undefined || known.next !== first.id) {
      known = this.#begin(execution, trace, first.id);
    }
    known.next = (events.at(-1) ?? first).id + 1;
    // It was the last one that something happened to.
    this.#known.delete(execution.id);
    this.#known.set(execution.id, known);
    if (known.waiting === undefined) this.#take(execution.id, known, events);
    else known.waiting.push(...events);
    this.#forgetOld();
  }

  async close(): Promise<void> {
    await Promise.all(this.#options.exporters.map((exporter) => exporter.close()));
  }

  #header(execution: Traced, parentId: () => string): string | undefined {
    const trace = traceOf(execution);
    if (this.#isSampled(trace)) return printTraceHeader({ ...trace, parentId: parentId(), sampled: true });
    // Who is called must not begin a trace of its own.
    return handedOn(execution) ?? printTraceHeader({ ...trace, sampled: false });
  }

  /** The same answer whenever it is asked for. */
  #isSampled({ traceId, sampled }: TraceHeader): boolean {
    return sampled ?? Number.parseInt(traceId.slice(-8), 16) < this.#options.ratio * 2 ** 32;
  }

  #begin(execution: Traced, { traceId, parentId }: TraceHeader, firstId: number): Known {
    const { arn, name, startDate, stateMachineArn, stateMachineName, type } = execution;
    const attributes = {
      "aws.step_functions.state_machine.arn": stateMachineArn,
      "aws.step_functions.execution.arn": arn,
      "aws.step_functions.execution.name": name,
    };
    const known: Known = {
      spans: new ExecutionSpans({ arn, traceId, parentId, startDate, name: stateMachineName, attributes }, (span) => {
        known.ended.push(span);
      }),
      ended: [],
      next: firstId,
      waiting: undefined,
    };
    // The history of express executions is not kept: they are known for as long as they run.
    if (firstId > 1 && type === "STANDARD") void this.#recall(execution.id, known, firstId - 1);
    return known;
  }

  /** Reads what happened before. Its spans were exported when they ended. */
  async #recall(executionId: number, known: Known, to: number): Promise<void> {
    known.waiting = [];
    try {
      for (const event of await this.#options.history(executionId, to)) known.spans.add(event);
    } catch (error) {
      this.#options.log(`the trace of an execution has gaps: ${(error as Error).message}`);
    }
    known.ended.length = 0;
    const events = known.waiting;
    known.waiting = undefined;
    this.#take(executionId, known, events);
  }

  #take(executionId: number, known: Known, events: readonly StoredEvent[]): void {
    for (const event of events) known.spans.add(event);
    if (known.ended.length > 0) {
      const spans = known.ended.splice(0);
      for (const exporter of this.#options.exporters) exporter.add(spans);
    }
    if (END.test(events.at(-1)?.type ?? "") && this.#known.get(executionId) === known) this.#known.delete(executionId);
  }

  #forgetOld(): void {
    if (this.#known.size <= MOST_KNOWN) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

interface Known {
  readonly spans: ExecutionSpans;
  /** Not yet exported. */
  readonly ended: Span[];
  /** The id of the next event. */
  next: number;
  /** What came while the history is being read. */
  waiting: StoredEvent[] | undefined;
}

const END = /^Execution(?:Succeeded|Failed|TimedOut|Aborted)$/;

/** As many as a busy process works on at a time; those that wait are read back from their histories. */
const MOST_KNOWN = 2000;
