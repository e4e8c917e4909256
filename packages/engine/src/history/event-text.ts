import { type HistoryEvent, NOT_TRUNCATED } from "./history-event.js";

/**
 * Events as the store keeps them: one JSON text a line, as GetExecutionHistory reports them, so that a page is cut out
 * without parsing.
 *
 * Written by hand, because it is the largest part of what a short execution costs: JSON.stringify of each event takes twice
 * as long, and five times where states hand on a payload of 10 kB.
 */
export function printEvents(events: readonly HistoryEvent[]): string {
  let text = "";
  for (const { timestamp, type, id, previousEventId, detailsKey, details } of events) {
    if (text !== "") text += "\n";
    text += `{"timestamp":${timestampText(timestamp)},"type":"${type}","id":${id},"previousEventId":${previousEventId}`;
    text += details === undefined ? "}" : `,"${detailsKey}":${printDetails(details as Details)}}`;
  }
  return text;
}

/** The JSON text of each event of a chunk. JSON text as it is printed here holds no line break. */
export function splitEvents(text: string): string[] {
  return text.split("\n");
}

type Details = Readonly<Record<string, unknown>>;

/** The members are ours, not a user's: their names need no escapes. */
function printDetails(details: Details): string {
  let text = "{";
  for (const name in details) {
    const value = details[name];
    if (value === undefined) continue;
    if (text !== "{") text += ",";
    text += `"${name}":`;
    if (value === NOT_TRUNCATED) text += '{"truncated":false}';
    else text += name === "input" || name === "output" ? payloadText(value as string) : JSON.stringify(value);
  }
  return `${text}}`;
}

// What was printed last, because the next event often says the same: the events of one transition have one time, and what
// leaves a state enters the next.
let lastTimestamp = 0;
let lastTimestampText = "0";
let lastPayload = "";
let lastPayloadText = '""';

function timestampText(timestamp: number): string {
  if (timestamp !== lastTimestamp) {
    lastTimestamp = timestamp;
    lastTimestampText = String(timestamp);
  }
  return lastTimestampText;
}

/** The JSON text of a string that itself is JSON text. */
function payloadText(payload: string): string {
  if (payload !== lastPayload) {
    lastPayload = payload;
    lastPayloadText = JSON.stringify(payload);
  }
  return lastPayloadText;
}
