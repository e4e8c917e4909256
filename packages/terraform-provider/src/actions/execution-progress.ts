import type { HistoryEvent } from "@aws-sdk/client-sfn";
import type { Outcome } from "./execution-outcome.js";
import { printable } from "./execution-outcome.js";

/** How many messages one look at the history may make; beyond that, those of one state become one. */
const MESSAGES_AT_ONCE = 25;

/** Follows an execution's events, which must come in order and from the first on. */
export interface ProgressReader {
  /** The messages that new events make: one for each state that was entered. */
  read(events: readonly HistoryEvent[]): readonly string[];
  /** The id of the last event that was read. */
  last(): number;
  /** The state that was entered last. */
  state(): string | undefined;
  /** How it has ended; undefined while it goes on. */
  outcome(): Outcome | undefined;
}

export function progressReader(): ProgressReader {
  /** Of each event: the event before, and the state where it entered one. */
  const places = new Map<number, { readonly previous: number; readonly entered: string | undefined }>();
  let last: HistoryEvent | undefined;
  let state: string | undefined;

  function read(events: readonly HistoryEvent[]): readonly string[] {
    const entered: { readonly name: string; readonly type: string }[] = [];
    for (const event of events) {
      const [, type] = /^(\w+)StateEntered$/.exec(event.type ?? "") ?? [];
      const name = type === undefined ? undefined : event.stateEnteredEventDetails?.name;
      places.set(event.id ?? 0, { previous: event.previousEventId ?? 0, entered: name });
      if (type !== undefined && name !== undefined) {
        entered.push({ name, type });
        state = name;
      }
      last = event;
    }
    return messages(entered);
  }

  /** The state that an event belongs to: the one that was entered before it, not in time but in the order of causes. */
  function stateOf(event: HistoryEvent): string | undefined {
    for (let id = event.previousEventId ?? 0; ; ) {
      const place = places.get(id);
      if (place === undefined || place.entered !== undefined) return place?.entered;
      id = place.previous;
    }
  }

  function outcome(): Outcome | undefined {
    switch (last?.type) {
      case "ExecutionSucceeded":
        return { status: "SUCCEEDED" };
      case "ExecutionFailed":
        return { status: "FAILED", ...last.executionFailedEventDetails, state: stateOf(last) ?? state };
      case "ExecutionTimedOut":
        return { status: "TIMED_OUT", ...last.executionTimedOutEventDetails, state: stateOf(last) ?? state };
      case "ExecutionAborted":
        return { status: "ABORTED", ...last.executionAbortedEventDetails, state: stateOf(last) ?? state };
      default:
        return undefined;
    }
  }

  return { read, last: () => last?.id ?? 0, state: () => state, outcome };
}

function messages(entered: readonly { readonly name: string; readonly type: string }[]): readonly string[] {
  const lines = entered.map(({ name, type }) => `Entered state ${printable(name, 80)} (${type})`);
  if (lines.length <= MESSAGES_AT_ONCE) return lines;
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, count]) => (count === 1 ? line : `${line} ${count} times`));
}
