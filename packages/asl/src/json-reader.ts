import { ExactNumber, MARK, numberFromText } from "./exact-number.js";
import type { Json, JsonObject } from "./json.js";
import { ObjectBuilder } from "./json-object.js";

/**
 * What JSON.parse does not keep. In a text that is JSON, after a digit: an exponent; the end of a name that is all digits; the
 * end of a number that is -0, or has a fraction ending in 0, or 16 characters and more, or is less than 10^-6. What looks like
 * one of these within a string makes reading slower, nothing else.
 */
const SPECIAL =
  /\d(?:[eE](?<=[\s:,[]-?\d+(?:\.\d+)?[eE])|"\s*:(?<="(?:(?:\\u003)?\d)+"\s*:)|[,}\]\s](?<=(?:[.\d-]0|[\d.]{9}).)(?<=[\s:,[](?:-?\d+\.\d*0|-0|-?0\.000000\d*|-?[\d.]{16,}).))/s;

const INDEX_NAME = /"(?:(?:\\u003)?\d)+"\s*:/;

/** The numbers that {@link SPECIAL} finds. */
const SPECIAL_NUMBER =
  /(?<=[\s:,[])-?(?:\d+\.\d*0|(?<=-)0|0\.000000\d*|\d[\d.]{15,}|\d+(?:\.\d+)?[eE][-+]?\d+)(?=[,}\]\s])/g;

/** True where a text that is JSON may hold what JSON.parse does not keep. */
export function isSpecial(text: string): boolean {
  return SPECIAL.test(text);
}

/**
 * Reads a text that is JSON as it is written.
 * @param parsed what JSON.parse makes of it; not too deep
 */
export function readSpecial(text: string, parsed: Json): Json {
  if (INDEX_NAME.test(text) || text.includes(MARK) || MARK_ESCAPE.test(text)) return new Reader(text).value();
  let marks = 0;
  const marked = text.replace(SPECIAL_NUMBER, (number) => {
    if (String(Number(number)) === number) return number;
    marks++;
    return `"${MARK}${number}"`;
  });
  if (marks === 0) return parsed;
  try {
    return replaceMarks(JSON.parse(marked));
  } catch (error) {
    // Something in a string looks like a number. The mark has ended that string, and cannot stand outside of one.
    if (error instanceof SyntaxError) return new Reader(text).value();
    throw error;
  }
}

const MARK_ESCAPE = /\\u[eE]000/;

function replaceMarks(value: Json): Json {
  if (typeof value === "string") return value.startsWith(MARK) ? new ExactNumber(value.slice(1)) : value;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item = value[index] as Json;
      if (typeof item === "object" || typeof item === "string") value[index] = replaceMarks(item);
    }
  } else if (typeof value === "object" && value !== null) {
    const object = value as JsonObject;
    for (const key in object) {
      const member = object[key] as Json;
      // An own member, even where it is called __proto__: it is there already.
      if (typeof member === "object" || typeof member === "string") object[key] = replaceMarks(member);
    }
  }
  return value;
}

/** Reads a text that is JSON from its first to its last character. */

class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Json {
    switch (this.#next()) {
      case OPENING_BRACKET:
        return this.#array();
      case OPENING_BRACE:
        return this.#object();
      case QUOTE:
        return this.#string();
      default:
        return this.#word();
    }
  }

  /** The next character that says something: in a text that is JSON, commas and colons do not. */
  #next(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#position);
      if (code > SPACE && code !== COMMA && code !== COLON) return code;
      this.#position++;
    }
  }

  #array(): Json[] {
    const items: Json[] = [];
    this.#position++;
    while (this.#next() !== CLOSING_BRACKET) items.push(this.value());
    this.#position++;
    return items;
  }

  #object(): JsonObject {
    const object = new ObjectBuilder();
    this.#position++;
    while (this.#next() !== CLOSING_BRACE) {
      const key = this.#string();
      object.add(key, this.value());
    }
    this.#position++;
    return object.object();
  }

  #string(): string {
    const text = this.#text;
    const start = this.#position;
    let end = text.indexOf('"', start + 1);
    while (text.charCodeAt(end - 1) === BACKSLASH && this.#isEscaped(end)) end = text.indexOf('"', end + 1);
    this.#position = end + 1;
    const raw = text.slice(start + 1, end);
    return raw.includes("\\") ? (JSON.parse(text.slice(start, end + 1)) as string) : raw;
  }

  /** True after an odd number of backslashes. */
  #isEscaped(position: number): boolean {
    let before = position - 1;
    while (this.#text.charCodeAt(before) === BACKSLASH) before--;
    return (position - before) % 2 === 0;
  }

  /** true, false, null or a number. */
  #word(): Json {
    const text = this.#text;
    const start = this.#position;
    WORD_END.lastIndex = start;
    const end = WORD_END.test(text) ? WORD_END.lastIndex - 1 : text.length;
    this.#position = end;
    const word = text.slice(start, end);
    if (word === "true") return true;
    if (word === "false") return false;
    return word === "null" ? null : numberFromText(word);
  }
}

const WORD_END = /[,}\]\s]/g;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
