import { EVENTS_OF_A_PART, type HistoryChunk } from "../store/store.js";
import { type HistoryEvent, NOT_TRUNCATED } from "./history-event.js";

/**
 * Events as the store keeps them, one a line, and as GetExecutionHistory reports them.
 *
 * What the line before says already is left out: most events follow the one before, come at the same time, and hand on the payload
 * that the last one brought. Of the members of states' events, which most are, only the values are there. A history takes a third
 * of the bytes of its JSON texts so, and printing, storing and reading it that much less.
 *
 * A line is a kind, then fields with FIELD between; empty ones at the end are left out:
 *
 * - ENTERED and EXITED, of states: `Pass`, the state's name, the payload, the event that it follows, the time;
 * - OTHER: the type, the name of the details, the details, the event that it follows, the time.
 *
 * No payload means that of the line before, no event the one before, no time that of the line before. In details, AGAIN stands for
 * the last payload, and a new one stands between two PAYLOADs. A line that begins with a brace is the event's JSON text itself, as the
 * first versions wrote them. None of these characters can stand in JSON text.
 */
const ENTERED = "\x01";
const EXITED = "\x02";
const FIELD = "\x03";
const OTHER = "\x04";
const AGAIN = "\x05";
const PAYLOAD = "\x06";

/** What a commit adds to a history. */
export class HistoryText {
  #firstEventId = 0;
  #lastEventId = 0;
  #lines = 0;
  #text = "";
  /** Of the line before; undefined where the next line has to say it. */
  #payload: string | undefined;
  #timestamp: number | undefined;

  add(events: readonly HistoryEvent[]): void {
    let text = this.#text;
    for (const event of events) {
      if (this.#lines === 0) this.#firstEventId = event.id;
      else text += "\n";
      if (this.#lines % EVENTS_OF_A_PART === 0) {
        this.#payload = undefined;
        this.#timestamp = undefined;
      }
      text += this.#line(event);
      this.#lines += 1;
      this.#lastEventId = event.id;
    }
    this.#text = inOnePiece(text);
  }

  /** Undefined where there was no event. */
  get chunk(): HistoryChunk | undefined {
    if (this.#lines === 0) return undefined;
    return { firstEventId: this.#firstEventId, lastEventId: this.#lastEventId, events: this.#text };
  }

  #line({ timestamp, type, id, previousEventId, detailsKey, details }: HistoryEvent): string {
    const line =
      this.#stateLine(type, detailsKey, details as StateDetails | undefined) ??
      `${OTHER}${type}${FIELD}${detailsKey ?? ""}${FIELD}${details === undefined ? "" : this.#details(details as Details)}`;
    if (timestamp === this.#timestamp) {
      return previousEventId === id - 1 ? line : `${line}${FIELD}${previousEventId}`;
    }
    this.#timestamp = timestamp;
    return `${line}${FIELD}${previousEventId === id - 1 ? "" : previousEventId}${FIELD}${timestamp}`;
  }

  #stateLine(type: string, key: string | undefined, details: StateDetails | undefined): string | undefined {
    if (key === "stateEnteredEventDetails" && details?.input !== undefined && type.endsWith(STATE_ENTERED)) {
      return `${ENTERED}${type.slice(0, -STATE_ENTERED.length)}${FIELD}${nameText(details.name)}${FIELD}${this.#payloadField(details.input)}`;
    }
    const isExit = key === "stateExitedEventDetails" && type.endsWith(STATE_EXITED);
    if (isExit && details?.output !== undefined && details.assignedVariables === undefined) {
      return `${EXITED}${type.slice(0, -STATE_EXITED.length)}${FIELD}${nameText(details.name)}${FIELD}${this.#payloadField(details.output)}`;
    }
    return undefined;
  }

  #payloadField(payload: string): string {
    if (payload === this.#payload) return "";
    this.#payload = payload;
    return payloadText(payload);
  }

  /** The members are ours, not a user's: their names need no escapes. */
  #details(details: Details): string {
    let text = "{";
    for (const name in details) {
      const value = details[name];
      if (value === undefined) continue;
      if (text !== "{") text += ",";
      text += `"${name}":`;
      if (value === NOT_TRUNCATED) text += '{"truncated":false}';
      else if (name !== "input" && name !== "output") text += JSON.stringify(value);
      else if (value === this.#payload) text += AGAIN;
      else {
        this.#payload = value as string;
        text += `${PAYLOAD}${payloadText(value as string)}${PAYLOAD}`;
      }
    }
    return `${text}}`;
  }
}

/** The JSON text of each event of a chunk. */
export function splitEvents({ firstEventId, events }: HistoryChunk): string[] {
  let id = firstEventId - 1;
  let payload = '""';
  let timestamp = "0";
  const withPayloads = (details: string): string =>
    details.replace(PAYLOADS, (_match, text: string | undefined) => {
      if (text !== undefined) payload = text;
      return payload;
    });
  return events.split("\n").map((line) => {
    id += 1;
    const kind = line[0];
    if (kind === "{") return line;
    const [head = "", second = "", third = "", follows = "", time = ""] = line.split(FIELD);
    if (time !== "") timestamp = time;
    const type = head.slice(1);
    const previous = follows === "" ? id - 1 : follows;
    if (kind === OTHER) {
      const details = second === "" ? "" : `,"${second}":${withPayloads(third)}`;
      return `{"timestamp":${timestamp},"type":"${type}","id":${id},"previousEventId":${previous}${details}}`;
    }
    if (third !== "") payload = third;
    return kind === ENTERED
      ? `{"timestamp":${timestamp},"type":"${type}StateEntered","id":${id},"previousEventId":${previous},"stateEnteredEventDetails":{"name":${second},"input":${payload},"inputDetails":{"truncated":false}}}`
      : `{"timestamp":${timestamp},"type":"${type}StateExited","id":${id},"previousEventId":${previous},"stateExitedEventDetails":{"name":${second},"output":${payload},"outputDetails":{"truncated":false}}}`;
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are the characters that cannot stand in JSON text.
const PAYLOADS = /\x05|\x06([^\x06]*)\x06/g;

const STATE_ENTERED = "StateEntered";
const STATE_EXITED = "StateExited";

type Details = Readonly<Record<string, unknown>>;

interface StateDetails {
  readonly name: string;
  readonly input?: string;
  readonly output?: string;
  readonly assignedVariables?: unknown;
}

/**
 * V8 keeps a text that was put together as a tree of its parts until somebody looks at it; asked for its number, it makes one piece.
 * Otherwise the garbage collector copies the trees of all executions of a commit: 0.8 of the time of a durable transition.
 */
function inOnePiece(text: string): string {
  return Number(text) === 0 ? "" : text;
}

// What was printed last, because the next event often says the same: what leaves a state enters the next.
let lastPayload = "";
let lastPayloadText = '""';
let lastName = "";
let lastNameText = '""';

/** The JSON text of a string that itself is JSON text. */
function payloadText(payload: string): string {
  if (payload !== lastPayload) {
    lastPayload = payload;
    lastPayloadText = JSON.stringify(payload);
  }
  return lastPayloadText;
}

function nameText(name: string): string {
  if (name !== lastName) {
    lastName = name;
    lastNameText = JSON.stringify(name);
  }
  return lastNameText;
}
