import { ItemReaderFault, itemTooLong, MAX_ITEM_LENGTH } from "./fault.js";

/**
 * Takes text in pieces and gives the rows of delimited text in it, with the service's rules
 * (https://docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html), which are those of OpenCSV rather than
 * RFC 4180:
 *
 * - Double quotes around a field let it hold delimiters and line breaks; within a field a quote is written as two. A single quote
 *   in the middle of a field is itself, and ends or begins what is quoted there.
 * - A backslash escapes a backslash, a double quote and the delimiter; before anything else it is dropped.
 * - White space before an opening quote is dropped; elsewhere it is kept.
 * - Lines end with LF, CRLF or CR. Empty lines are no rows.
 */
export class CsvRows {
  readonly #delimiter: string;
  /** What has no end yet. */
  #rest = "";
  #count = 0;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The rows that end in this piece. */
  push(piece: string): string[][] {
    const text = this.#rest === "" ? piece : this.#rest + piece;
    const rows: string[][] = [];
    let start = 0;
    let special = nextSpecial(text, 0);
    let delimiter = text.indexOf(this.#delimiter);
    while (start < text.length) {
      const lineFeed = text.indexOf("\n", start);
      if (special >= 0 && special < start) special = nextSpecial(text, start);
      const isCrLf = special >= 0 && special === lineFeed - 1 && text.charCodeAt(special) === CR;
      if (lineFeed >= 0 && (special < 0 || special > lineFeed || isCrLf)) {
        // Most rows: fields between delimiters, nothing else.
        const end = isCrLf ? special : lineFeed;
        if (end > start) {
          const row: string[] = [];
          if (delimiter < start && delimiter >= 0) delimiter = text.indexOf(this.#delimiter, start);
          for (; delimiter >= 0 && delimiter < end; delimiter = text.indexOf(this.#delimiter, start)) {
            row.push(text.slice(start, delimiter));
            start = delimiter + 1;
          }
          row.push(text.slice(start, end));
          rows.push(row);
        }
        start = lineFeed + 1;
        continue;
      }
      const next = special < 0 ? -1 : this.#row(text, start, false, rows);
      if (next < 0) break;
      start = next;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > MAX_ITEM_LENGTH) throw itemTooLong();
    this.#count += rows.length;
    return rows;
  }

  /** The last row, where no line break ends it. */
  end(): string[][] {
    const text = this.#rest;
    const rows: string[][] = [];
    this.#rest = "";
    for (let start = 0; start < text.length; ) start = this.#row(text, start, true, rows);
    return rows;
  }

  /**
   * Reads one row, character by character.
   * @param isLast true where the text ends the row that it holds
   * @returns where the next row begins; -1 where the row does not end in this text
   */
  #row(text: string, start: number, isLast: boolean, rows: string[][]): number {
    const delimiter = this.#delimiter.charCodeAt(0);
    const row: string[] = [];
    let field = "";
    /** Where the characters begin that are to be taken as they are. */
    let from = start;
    let quoted = false;
    let inField = false;
    let place = start;
    for (; place < text.length; place++) {
      const code = text.charCodeAt(place);
      if (code === QUOTE) {
        if (place + 1 === text.length && !isLast) return -1;
        const next = text.charCodeAt(place + 1);
        if ((quoted || inField) && next === QUOTE) {
          field += text.slice(from, ++place);
          from = place + 1;
          inField = true;
          continue;
        }
        const soFar = field + text.slice(from, place);
        if (!quoted && soFar.trim() === "") field = "";
        else if (place + 1 === text.length || next === delimiter || next === LF || next === CR) field = soFar;
        // In the middle of a field.
        else field = inField || quoted ? `${soFar}"` : soFar;
        from = place + 1;
        quoted = !quoted;
        inField = true;
      } else if (code === BACKSLASH) {
        if (place + 1 === text.length && !isLast) return -1;
        const next = text.charCodeAt(place + 1);
        field += text.slice(from, place);
        inField = true;
        from = place + 1;
        if (next === BACKSLASH || next === QUOTE || next === delimiter) place++;
      } else if (quoted) {
        // Whatever it is, up to the next of those two.
        QUOTE_OR_BACKSLASH.lastIndex = place;
        place = QUOTE_OR_BACKSLASH.test(text) ? QUOTE_OR_BACKSLASH.lastIndex - 2 : text.length - 1;
      } else if (code === delimiter) {
        row.push(field + text.slice(from, place));
        field = "";
        from = place + 1;
        inField = false;
      } else if (code === LF || code === CR) {
        if (code === CR && place + 1 === text.length && !isLast) return -1;
        row.push(field + text.slice(from, place));
        if (row.length > 1 || row[0] !== "" || inField) rows.push(row);
        return code === CR && text.charCodeAt(place + 1) === LF ? place + 2 : place + 1;
      } else if (!inField && code !== SPACE && code !== TAB) {
        inField = true;
      }
    }
    if (!isLast) return -1;
    if (quoted) {
      throw new ItemReaderFault(
        `The quotation mark that opens a field in row ${this.#count + rows.length + 1} is not closed.`,
      );
    }
    row.push(field + text.slice(from, place));
    if (row.length > 1 || row[0] !== "" || inField) rows.push(row);
    return text.length;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const QUOTE_OR_BACKSLASH = /["\\]/g;
const SPECIAL = /["\\\r]/g;

/** Where the next character stands that makes a line more than fields between delimiters. */
function nextSpecial(text: string, start: number): number {
  SPECIAL.lastIndex = start;
  return SPECIAL.exec(text)?.index ?? -1;
}
