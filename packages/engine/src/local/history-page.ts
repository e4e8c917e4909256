import { splitEvents } from "../history/event-text.js";
import type { Store } from "../store/store.js";

export interface HistoryRange {
  /** The id of the first event of the page; in reverse order it is the highest. */
  readonly start: number;
  /** The id of the execution's last event. */
  readonly last: number;
  readonly maxResults: number;
  readonly reverseOrder: boolean;
}

export interface HistoryPage {
  /** JSON texts, as GetExecutionHistory reports them. */
  readonly events: string[];
  /** The id of the event that the next page begins with; undefined where there is none. */
  readonly next: number | undefined;
}

/**
 * Characters of a page, about: an event may have half a million, and a page of a thousand of them would not fit into memory many times.
 * A page that is full before it has its number of events has a next one, as in the service.
 */
const FULL = 8_388_608;

/** Events that are read first, and in each next step twice as many: a step may be as large as its events are. */
const FIRST_STEP = 64;

/** Reads a page of a history, whole chunks at a time, none of them twice. */
export async function historyPage(store: Store, executionId: number, range: HistoryRange): Promise<HistoryPage> {
  const { start, last, maxResults, reverseOrder } = range;
  const end = reverseOrder ? Math.max(1, start - maxResults + 1) : Math.min(last, start + maxResults - 1);
  const isWithin = (id: number): boolean => (reverseOrder ? id >= end && id <= start : id >= start && id <= end);
  const isOver = (id: number): boolean => (reverseOrder ? id < end : id > end);
  const events: string[] = [];
  let characters = 0;
  let next = start;
  for (let step = FIRST_STEP; !isOver(next) && characters < FULL; step *= 2) {
    const [from, to] = reverseOrder ? [Math.max(end, next - step + 1), next] : [next, Math.min(end, next + step - 1)];
    const chunks = await store.history(executionId, from, to);
    const ordered = reverseOrder ? chunks.reverse() : chunks;
    for (const chunk of ordered) {
      if (characters >= FULL) break;
      const texts = splitEvents(chunk).map((text, index) => ({ id: chunk.firstEventId + index, text }));
      for (const { id, text } of reverseOrder ? texts.reverse() : texts) {
        if (!isWithin(id)) continue;
        events.push(text);
        characters += text.length;
        next = reverseOrder ? id - 1 : id + 1;
        if (characters >= FULL) break;
      }
    }
    // A history has no gaps; one that ends before its last event was cut short meanwhile.
    if (chunks.length === 0) return { events, next: undefined };
  }
  const hasMore = reverseOrder ? next >= 1 : next <= last;
  return { events, next: hasMore ? next : undefined };
}
