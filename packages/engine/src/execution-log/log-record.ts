import { EXECUTION_DATA } from "../history/execution-data.js";
import type { HistoryEvent } from "../history/history-event.js";

/** What a record tells of the execution besides the event. */
export interface LoggedExecution {
  readonly arn: string;
  readonly redriveCount: number;
}

/** An event as the service logs it. */
export interface LogEntry {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** JSON text of one line. */
  readonly message: string;
}

/**
 * The record of a history event: ids and times are texts, and the details stand under one name
 * (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
 */
export function logEntry(event: HistoryEvent, execution: LoggedExecution, includeExecutionData: boolean): LogEntry {
  const timestamp = Math.round(event.timestamp * 1000);
  const details = printDetails((event.details ?? {}) as Details, includeExecutionData);
  return {
    timestamp,
    message:
      `{"id":"${event.id}","type":"${event.type}","details":${details},"previous_event_id":"${event.previousEventId}",` +
      `"event_timestamp":"${timestamp}","execution_arn":${JSON.stringify(execution.arn)},"redrive_count":"${execution.redriveCount}"}`,
  };
}

type Details = Readonly<Record<string, unknown>>;

function printDetails(details: Details, includeExecutionData: boolean): string {
  const printed: Record<string, unknown> = {};
  const cut: string[] = [];
  for (const [name, value] of Object.entries(details)) {
    if (EXECUTION_DATA.has(name) && !includeExecutionData) continue;
    // A short text is not measured: no character has more than six bytes when it is escaped.
    const logged = typeof value === "string" && value.length * 6 > MAX_BYTES ? fit(value) : value;
    printed[name] = logged;
    if (logged !== value) cut.push(name);
  }
  for (const name of cut) {
    if (`${name}Details` in printed) printed[`${name}Details`] = { truncated: true };
  }
  return JSON.stringify(printed);
}

/** The service cuts inputs and outputs that are longer than this when they are escaped: with the rest they fill a log event. */
const MAX_BYTES = 248 * 1024;

/** The longest beginning of a text that, escaped, has at most {@link MAX_BYTES} bytes. */
function fit(text: string): string {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isPair = code >= 0xd800 && code < 0xdc00 && index + 1 < text.length;
    bytes += isPair ? 4 : escapedBytes(code);
    if (bytes > MAX_BYTES) return text.slice(0, index);
    if (isPair) index += 1;
  }
  return text;
}

/** Bytes of a character in UTF-8, where JSON escapes it. */
function escapedBytes(code: number): number {
  if (code === QUOTE || code === BACKSLASH) return 2;
  if (code < 0x20 || (code >= 0xd800 && code < 0xe000)) return 6;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
