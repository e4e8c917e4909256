import { ItemReaderFault, itemTooLong, MAX_ITEM_LENGTH } from "./fault.js";

/**
 * A place in a JSON text that comes in pieces. It holds only what stands between that place and the end of the last piece. What is
 * stepped over is not checked, but for its brackets.
 */
export class JsonCursor {
  readonly #pieces: AsyncIterator<string>;
  #text = "";
  #place = 0;

  constructor(pieces: AsyncIterable<string>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  /** The next character that is no white space; "" at the end of the text. */
  async peek(): Promise<string> {
    for (;;) {
      while (this.#place < this.#text.length) {
        const code = this.#text.charCodeAt(this.#place);
        if (code !== SPACE && code !== LF && code !== CR && code !== TAB) return this.#text.charAt(this.#place);
        this.#place++;
      }
      if (!(await this.#more())) return "";
    }
  }

  /** Steps over this character. */
  async expect(character: string): Promise<void> {
    const found = await this.peek();
    if (found !== character) {
      throw notJson(`expected '${character}' but found ${found === "" ? "the end" : `'${found}'`}`);
    }
    this.#place++;
  }

  /** Reads a string. */
  async string(): Promise<string> {
    if ((await this.peek()) !== '"') throw notJson("expected a name in double quotes");
    const start = 0;
    this.#forget();
    const end = await this.#endOfString(start + 1);
    const text = this.#text.slice(start, end);
    this.#place = end;
    return parsed<string>(text);
  }

  /** Steps over a value. */
  async skip(): Promise<void> {
    const first = await this.peek();
    if (first === '"') {
      await this.#skipString();
    } else if (first === "{" || first === "[") {
      let depth = 0;
      do {
        if (this.#place === this.#text.length && !(await this.#more())) throw notJson("it ends too early");
        const code = this.#text.charCodeAt(this.#place);
        if (code === QUOTE) {
          await this.#skipString();
          continue;
        }
        if (code === OPENING_BRACE || code === OPENING_BRACKET) depth++;
        else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) depth--;
        this.#place++;
      } while (depth > 0);
    } else {
      for (;;) {
        while (this.#place < this.#text.length) {
          if (/[\s,\]}]/.test(this.#text.charAt(this.#place))) return;
          this.#place++;
        }
        if (!(await this.#more())) return;
      }
    }
  }

  /**
   * The elements up to the end of the array or object that the place is in, as they are written, commas between them: as many at a time as
   * have arrived.
   */
  async *elements(closing: "]" | "}"): AsyncIterable<string> {
    this.#forget();
    let scanned = 0;
    let depth = 0;
    let lastComma = -1;
    let any = false;
    for (;;) {
      const text = this.#text;
      for (; scanned < text.length; scanned++) {
        const code = text.charCodeAt(scanned);
        if (code === QUOTE) {
          const end = endOfString(text, scanned + 1);
          if (end < 0) break;
          scanned = end - 1;
        } else if (code === OPENING_BRACE || code === OPENING_BRACKET) {
          depth++;
        } else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) {
          if (depth === 0) {
            if (text.charAt(scanned) !== closing)
              throw notJson(`expected '${closing}' but found '${text.charAt(scanned)}'`);
            const last = text.slice(0, scanned);
            this.#place = scanned + 1;
            if (last.trim() !== "") yield last;
            else if (any) throw notJson("a comma has nothing after it");
            return;
          }
          depth--;
        } else if (code === COMMA && depth === 0) {
          lastComma = scanned;
        }
      }
      if (lastComma >= 0) {
        any = true;
        const ready = text.slice(0, lastComma);
        this.#text = text.slice(lastComma + 1);
        scanned -= lastComma + 1;
        lastComma = -1;
        if (ready.trim() === "") throw notJson("a comma has nothing before it");
        yield ready;
      }
      if (this.#text.length > MAX_ITEM_LENGTH) throw itemTooLong();
      if (!(await this.#append())) throw notJson("it ends too early");
    }
  }

  /** Where the string ends whose first character stands there: after the quote. */
  async #endOfString(start: number): Promise<number> {
    for (;;) {
      const end = endOfString(this.#text, start);
      if (end >= 0) return end;
      if (this.#text.length > MAX_ITEM_LENGTH) throw itemTooLong();
      if (!(await this.#append())) throw notJson("a string has no end");
    }
  }

  async #skipString(): Promise<void> {
    this.#place++;
    for (;;) {
      const end = endOfString(this.#text, this.#place);
      if (end >= 0) {
        this.#place = end;
        return;
      }
      // Backslashes at the end may belong to what comes.
      let kept = this.#text.length;
      while (kept > this.#place && this.#text.charCodeAt(kept - 1) === BACKSLASH) kept--;
      this.#place = kept;
      this.#forget();
      if (!(await this.#append())) throw notJson("a string has no end");
    }
  }

  /** Goes on to the next piece, when all of this one has been seen. */
  async #more(): Promise<boolean> {
    this.#text = "";
    this.#place = 0;
    return this.#append();
  }

  #forget(): void {
    this.#text = this.#text.slice(this.#place);
    this.#place = 0;
  }

  async #append(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    if (done === true) return false;
    this.#text += value;
    return true;
  }
}

/** Where the string ends, after its quote; -1 where it does not end in this text. */
function endOfString(text: string, start: number): number {
  let quote = text.indexOf('"', start);
  while (quote >= 0) {
    let before = quote - 1;
    while (before >= start && text.charCodeAt(before) === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
  return -1;
}

export function notJson(reason: string): ItemReaderFault {
  return new ItemReaderFault(`The dataset is not JSON: ${reason}.`);
}

export function parsed<Value>(text: string, parse: (text: string) => unknown = JSON.parse): Value {
  try {
    return parse(text) as Value;
  } catch (error) {
    throw notJson(error instanceof Error ? error.message : String(error));
  }
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
