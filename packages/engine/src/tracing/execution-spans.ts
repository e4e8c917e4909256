import type { HistoryEvent } from "../history/history-event.js";
import type { Span, SpanAttributes, SpanEvent, SpanKind, SpanOutcome } from "./span.js";
import { SpanIds, spanIdAgain } from "./span-id.js";

/** What is the same for all spans of an execution. */
export interface SpanSource {
  readonly arn: string;
  readonly traceId: string;
  /** The span that the execution belongs to. */
  readonly parentId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startDate: number;
  readonly name: string;
  readonly attributes: SpanAttributes;
}

type Event = Pick<HistoryEvent, "id" | "previousEventId" | "timestamp" | "type" | "details">;

/** A span that has begun. */
interface Open {
  readonly kind: SpanKind;
  readonly spanId: string;
  /** Undefined for the execution's. */
  readonly around: Open | undefined;
  readonly name: string;
  readonly start: number;
  readonly attributes: SpanAttributes;
  readonly events: SpanEvent[];
  /** Those within that have not ended; most never have any. */
  inner: Set<Open> | undefined;
  outcome: SpanOutcome;
  isClosed: boolean;
  /** Of a state: its tries, and when the last one failed. */
  attempts: number;
  failedAt: number | undefined;
  /** Ids of events that several others may follow. */
  readonly fans: number[];
  /** What goes on in its place after a redrive. */
  successor: Open | undefined;
}

/** Where the events that follow one event belong. */
interface Place {
  readonly open: Open;
  /** Whether states that follow are inside of it, or beside it. */
  readonly inside: boolean;
}

/**
 * Makes spans of an execution's history: each event says which one it follows, and so to which state, attempt or iteration it belongs.
 * Spans are given when they end. Events must come in order and from the first one on.
 */
export class ExecutionSpans {
  readonly #source: SpanSource;
  readonly #emit: (span: Span) => void;
  readonly #ids: SpanIds;
  readonly #places = new Map<number, Place>();
  #root: Open;
  #redrives = 0;

  constructor(source: SpanSource, emit: (span: Span) => void) {
    this.#source = source;
    this.#emit = emit;
    this.#ids = new SpanIds(source.arn);
    this.#root = this.#newRoot(source.startDate);
  }

  add(event: Event): void {
    const { id, type, previousEventId } = event;
    const time = Math.round(event.timestamp * 1000);
    if (type === "ExecutionRedriven") this.#redriven(time);
    const before = this.#places.get(previousEventId) ?? { open: this.#root, inside: true };
    const place = this.#follow(event, { ...before, open: this.#alive(before.open, time) }, time);
    this.#places.set(id, place);
    // What became of something is told beside the way: what comes next may follow what this event follows.
    if (BESIDE.test(type)) return;
    // One event follows another, except where many begin and where a redrive begins again: these places stay until the exit.
    if (!before.open.fans.includes(previousEventId)) this.#places.delete(previousEventId);
    if (MANY_FOLLOW.test(type)) place.open.fans.push(id);
  }

  #follow({ id, type, details }: Event, before: Place, time: number): Place {
    const told = (details ?? {}) as Readonly<Record<string, string | number | undefined>>;
    if (type.endsWith("StateEntered")) {
      const around = before.inside ? before.open : (before.open.around ?? this.#root);
      const name = String(told.name ?? "");
      const attributes = {
        ...NAMES.state(name),
        "aws.step_functions.state.type": type.slice(0, -"StateEntered".length),
      };
      return { open: this.#open("state", around, name, time, this.#ids.ofEvent(id), attributes), inside: false };
    }
    if (type.endsWith("StateExited")) {
      const state = this.#outward(before.open, ({ kind, name }) => kind === "state" && name === told.name);
      if (state === this.#root) return before;
      this.#close(state, time);
      for (const fan of state.fans) this.#places.delete(fan);
      return { open: state.around ?? this.#root, inside: true };
    }
    if (type.endsWith("StateAborted")) {
      const state = this.#outward(before.open, ({ kind }) => kind === "state");
      if (state !== this.#root) this.#close(state, time, { kind: "aborted" });
      return { open: state, inside: false };
    }
    if (type.startsWith("MapIteration")) return this.#iteration(type, told, before, time, id);
    if (type.startsWith("MapRun")) return this.#mapRun(type, told, before, time);
    if (type.startsWith("MapState") || type.startsWith("ParallelState")) {
      const kind = type.startsWith("Map") ? "Map" : "Parallel";
      const state = this.#outward(
        before.open,
        ({ attributes }) => attributes["aws.step_functions.state.type"] === kind,
      );
      if (!type.endsWith("Started"))
        for (const inner of [...(state.inner ?? [])]) this.#close(inner, time, { kind: "aborted" });
      if (type.endsWith("Failed")) state.outcome = failureOf(told);
      return { open: state, inside: type.endsWith("Started") && kind === "Parallel" };
    }
    if (type.startsWith("Execution")) return this.#execution(type, told, before, time);
    if (type === "EvaluationFailed") {
      this.#outward(before.open, ({ kind }) => kind === "state").outcome = failureOf(told);
      return before;
    }
    return this.#attempt(type, told, before, time, id);
  }

  #attempt(type: string, told: Told, before: Place, time: number, id: number): Place {
    const state = this.#outward(before.open, ({ kind }) => kind === "state");
    if (type.endsWith("Scheduled")) {
      if (state.failedAt !== undefined) {
        const retry = this.#open(
          "retry",
          state,
          `retry ${state.attempts}`,
          state.failedAt,
          this.#ids.ofRetry(id),
          NAMES.state(state.name),
        );
        this.#close(retry, time);
      }
      state.attempts += 1;
      state.failedAt = undefined;
      const name =
        told.resourceType === undefined ? String(told.resource ?? "") : `${told.resourceType}:${told.resource}`;
      const attributes = {
        ...NAMES.state(state.name),
        "aws.step_functions.task.resource": name,
        "aws.step_functions.task.attempt": state.attempts,
      };
      const open = this.#open("attempt", state, shortName(name), time, this.#ids.ofEvent(id), attributes);
      return { open, inside: false };
    }
    const attempt = this.#outward(before.open, ({ kind }) => kind === "attempt");
    if (attempt.kind !== "attempt") return before;
    if (type.endsWith("Started") || type.endsWith("Submitted")) {
      attempt.events.push({ name: type, time });
      return before;
    }
    if (type.endsWith("Succeeded")) {
      this.#close(attempt, time);
      return { open: state, inside: false };
    }
    const outcome = failureOf(told);
    this.#close(attempt, time, outcome);
    state.failedAt = time;
    state.outcome = outcome;
    return { open: state, inside: false };
  }

  #iteration(type: string, told: Told, before: Place, time: number, id: number): Place {
    if (type === "MapIterationStarted") {
      const state = this.#outward(before.open, ({ kind, name }) => kind === "state" && name === told.name);
      const attributes = { ...NAMES.state(String(told.name)), "aws.step_functions.map.index": Number(told.index) };
      const open = this.#open(
        "iteration",
        state,
        `${told.name} #${told.index}`,
        time,
        this.#ids.ofEvent(id),
        attributes,
      );
      return { open, inside: true };
    }
    const iteration = this.#outward(before.open, ({ kind }) => kind === "iteration");
    const outcome = type.endsWith("Aborted")
      ? ({ kind: "aborted" } as const)
      : type.endsWith("Failed")
        ? failureOf(told)
        : undefined;
    if (iteration !== this.#root) this.#close(iteration, time, outcome);
    return { open: iteration.around ?? this.#root, inside: false };
  }

  #mapRun(type: string, told: Told, before: Place, time: number): Place {
    const state = this.#outward(before.open, ({ kind }) => kind === "state");
    if (type === "MapRunStarted" || type === "MapRunRedriven") {
      const arn = String(told.mapRunArn);
      const spanId = spanIdAgain(arn, Number(told.redriveCount ?? 0));
      const attributes = { ...NAMES.state(state.name), "aws.step_functions.map_run.arn": arn };
      return { open: this.#open("mapRun", state, `${state.name} map run`, time, spanId, attributes), inside: false };
    }
    const run = this.#outward(before.open, ({ kind }) => kind === "mapRun");
    const outcome = type.endsWith("Aborted")
      ? ({ kind: "aborted" } as const)
      : type.endsWith("Failed")
        ? failureOf(told)
        : undefined;
    if (run.kind === "mapRun") this.#close(run, time, outcome);
    if (outcome !== undefined) state.outcome = outcome;
    return { open: state, inside: false };
  }

  #execution(type: string, told: Told, before: Place, time: number): Place {
    if (type === "ExecutionStarted" || type === "ExecutionRedriven") return { open: this.#root, inside: true };
    const outcome: SpanOutcome | undefined =
      type === "ExecutionSucceeded"
        ? undefined
        : type === "ExecutionTimedOut"
          ? { kind: "failed", error: String(told.error ?? "States.Timeout"), cause: String(told.cause ?? "") }
          : type === "ExecutionAborted" && told.error === undefined
            ? { kind: "aborted" }
            : failureOf(told);
    this.#close(this.#root, time, outcome);
    return before;
  }

  #redriven(time: number): void {
    this.#redrives += 1;
    this.#root.successor = this.#newRoot(time);
    this.#root = this.#root.successor;
  }

  #newRoot(start: number): Open {
    const { name, attributes } = this.#source;
    const spanId = this.#ids.ofExecution(this.#redrives);
    const redrives = this.#redrives === 0 ? {} : { "aws.step_functions.execution.redrive_count": this.#redrives };
    return this.#open("execution", undefined, name, start, spanId, { ...attributes, ...redrives });
  }

  /** What goes on in the place of a span that has ended: only after a redrive is there such a thing. */
  #alive(open: Open, time: number): Open {
    if (!open.isClosed || this.#redrives === 0 || open.around === undefined) return open.successor ?? open;
    if (open.successor === undefined) {
      const { kind, name, attributes, spanId } = open;
      const around = this.#alive(open.around, time);
      open.successor = this.#open(kind, around, name, time, spanIdAgain(spanId, this.#redrives), attributes);
    }
    return this.#alive(open.successor, time);
  }

  #open(
    kind: SpanKind,
    around: Open | undefined,
    name: string,
    start: number,
    spanId: string,
    attributes: SpanAttributes,
  ): Open {
    const open: Open = {
      kind,
      spanId,
      around,
      name,
      start,
      attributes,
      events: [],
      inner: undefined,
      outcome: { kind: "ok" },
      isClosed: false,
      attempts: 0,
      failedAt: undefined,
      fans: [],
      successor: undefined,
    };
    if (around !== undefined) {
      around.inner ??= new Set();
      around.inner.add(open);
    }
    return open;
  }

  /** Ends a span, and before it those inside that nothing else has ended. A state that has come to its exit is not the worse for a failure before. */
  #close(open: Open, end: number, outcome?: SpanOutcome): void {
    if (open.isClosed) return;
    const isExit = open.kind === "state" && outcome === undefined;
    for (const inner of open.inner === undefined ? [] : [...open.inner]) {
      this.#close(inner, end, inner.outcome.kind === "ok" ? (outcome ?? { kind: "aborted" }) : inner.outcome);
    }
    open.isClosed = true;
    open.around?.inner?.delete(open);
    const { kind, spanId, name, start, attributes, events } = open;
    this.#emit({
      kind,
      traceId: this.#source.traceId,
      spanId,
      parentSpanId: open.around?.spanId ?? this.#source.parentId,
      name,
      start,
      end: Math.max(start, end),
      attributes,
      events,
      outcome: outcome ?? (isExit ? { kind: "ok" } : open.outcome),
    });
  }

  /** The nearest span around a place, or at it, that is wanted; else the execution's. */
  #outward(from: Open, wanted: (open: Open) => boolean): Open {
    let open: Open | undefined = from;
    while (open !== undefined && !wanted(open)) open = open.around;
    return open ?? this.#root;
  }
}

const BESIDE = /(?:State(?:Succeeded|Failed|Aborted)|IterationAborted)$/;
const MANY_FOLLOW = /(?:StateEntered|StateStarted|MapRunStarted)$/;

type Told = Readonly<Record<string, string | number | undefined>>;

const NAMES = {
  state: (name: string) => ({ "aws.step_functions.state.name": name }),
};

/** `f` for a function's ARN, `queue` for an activity's; others are short. */
function shortName(resource: string): string {
  return /^arn:[^:]*:(?:lambda|states):[^:]*:[^:]*:(?:function|activity):(.+)$/.exec(resource)?.[1] ?? resource;
}

function failureOf({ error, cause }: Told): SpanOutcome {
  return { kind: "failed", error: String(error ?? ""), cause: String(cause ?? "").slice(0, LONGEST_CAUSE) };
}

/** Causes may be as long as a stack is deep. */
const LONGEST_CAUSE = 1000;
