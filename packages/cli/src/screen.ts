import { styleText } from "node:util";

/** What every command that prints data accepts: `--json` and `--no-json`. */
export interface OutputOptions {
  readonly json?: boolean;
}

/** JSON is for programs: the default where nobody watches because stdout is a pipe or a file. */
export function wantsJson(options: OutputOptions): boolean {
  return options.json ?? process.stdout.isTTY !== true;
}

/** A colour or a weight of `styleText`. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Styles a text for stdout; leaves it as it is where stdout is no terminal or NO_COLOR is set. */
export function styled(style: Style, text: string): string {
  // One style a call: Node 20 looks at the stream only then, not for a list of styles.
  return styleText(style, text, { stream: process.stdout });
}

/** Writes one line of text to stdout. */
export function writeLine(text = ""): void {
  process.stdout.write(`${text}\n`);
}

/** Writes a line for the person, not for the data's reader, to stderr. */
export function writeNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Writes one JSON document; dates become ISO 8601 texts. */
export function writeDocument(value: unknown): void {
  writeLine(JSON.stringify(value, null, 2));
}

/** Writes one JSON object of a stream, alone on its line. */
export function writeRecord(value: unknown): void {
  writeLine(JSON.stringify(value));
}

// Control characters: C0, DEL and C1. Names, causes and outputs come from elsewhere and must not steer the terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A text from elsewhere with its control characters escaped; line ends and tabs stay. */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** {@link printable} on one line, cut to `length` characters. */
export function oneLine(text: string, length = Number.POSITIVE_INFINITY): string {
  const line = printable(text.replace(/\s+/g, " ").trim());
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** The time of day of a date, local, to the millisecond: `14:03:59.012`. */
export function timeOfDay(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

/** Date and time of a date, local, to the second: `2026-11-23 14:03:59`. */
export function dateAndTime(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${timeOfDay(date).slice(0, 8)}`;
}

/** A span of time with two significant units at most: `12 ms`, `3.4 s`, `2 min 5 s`, `3 h 20 min`. */
export function span(milliseconds: number): string {
  if (milliseconds < 1000) {
    return `${milliseconds} ms`;
  }
  if (milliseconds < 59_950) {
    return `${(milliseconds / 1000).toFixed(1)} s`;
  }
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 1440
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}
