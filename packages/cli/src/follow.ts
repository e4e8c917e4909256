import type { HistoryEvent } from "./history-event.js";

export interface HistoryPage {
  readonly events: readonly HistoryEvent[];
  readonly nextToken?: string | undefined;
}

/** One page of an execution's history, newest event first, as GetExecutionHistory has it with `reverseOrder`. */
export type ReadNewest = (page: { readonly maxResults: number; readonly nextToken?: string }) => Promise<HistoryPage>;

export interface Pace {
  /** Milliseconds between two looks; they double while nothing happens, up to `longest`. */
  readonly shortest: number;
  readonly longest: number;
}

/**
 * The events of an execution in order, from the first to the one that ends it, as they come. The API has no way to ask for
 * the events after one, so each look reads backwards from the newest to the last one known.
 */
export async function* follow(read: ReadNewest, pace: Pace, signal: AbortSignal): AsyncGenerator<HistoryEvent> {
  let last = 0;
  let wait = pace.shortest;
  while (!signal.aborted) {
    const events = await eventsAfter(last, read);
    yield* events;
    const newest = events.at(-1);
    // Not merely one of them: a redrive goes on after an end.
    if (newest !== undefined && ENDS.has(newest.type)) {
      return;
    }
    last = newest?.id ?? last;
    wait = events.length > 0 ? pace.shortest : Math.min(wait * 2, pace.longest);
    await pause(wait, signal);
  }
}

const ENDS = new Set(["ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"]);

async function eventsAfter(last: number, read: ReadNewest): Promise<HistoryEvent[]> {
  const newestFirst: HistoryEvent[] = [];
  // The first look may have a long history to catch up with; later ones expect little.
  const maxResults = last === 0 ? 1000 : 100;
  let nextToken: string | undefined;
  do {
    const page: HistoryPage = await read({ maxResults, ...(nextToken === undefined ? {} : { nextToken }) });
    for (const event of page.events) {
      if (event.id <= last) {
        return newestFirst.reverse();
      }
      newestFirst.push(event);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return newestFirst.reverse();
}

/** Waits, but not longer than until `signal` is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    if (signal.aborted) {
      done();
    }
  });
}
