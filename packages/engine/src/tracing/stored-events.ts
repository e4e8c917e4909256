import { splitEvents } from "../history/event-text.js";
import type { Store } from "../store/store.js";
import type { StoredEvent } from "./tracing.js";

/** An execution's events from the first to `to`, as they were written. */
export async function storedEvents(store: Store, executionId: number, to: number): Promise<StoredEvent[]> {
  const chunks = await store.history(executionId, 1, to);
  return chunks
    .flatMap(splitEvents)
    .map(readEvent)
    .filter(({ id }) => id <= to);
}

function readEvent(text: string): StoredEvent {
  const { id, previousEventId, timestamp, type, ...rest } = JSON.parse(text) as StoredEvent & Record<string, unknown>;
  // There is one member more, named after the kind of event.
  const [details] = Object.values(rest);
  return { id, previousEventId, timestamp, type, details: details as object | undefined };
}
