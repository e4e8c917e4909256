import { numberFromText } from "./exact-number.js";
import type { Json } from "./json.js";
import { ObjectBuilder } from "./json-object.js";

/**
 * Reads a text that is known to be JSON, not too deep, and to hold something that JSON.parse does not keep: numbers as they
 * are written, the order of members.
 */
export function readExactly(text: string): Json {
  return new Reader(text).value();
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Json {
    switch (this.#next()) {
      case "[":
        return this.#array();
      case "{":
        return this.#object();
      case '"':
        return this.#string();
      default:
        return this.#word();
    }
  }

  /** The next character that says something: in a text that is JSON, commas and colons do not. */
  #next(): string {
    while (" \t\n\r,:".includes(this.#text.charAt(this.#position))) this.#position++;
    return this.#text.charAt(this.#position);
  }

  #array(): Json[] {
    const items: Json[] = [];
    this.#position++;
    while (this.#next() !== "]") items.push(this.value());
    this.#position++;
    return items;
  }

  #object(): Json {
    const object = new ObjectBuilder();
    this.#position++;
    while (this.#next() !== "}") {
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
    while (this.#isEscaped(end)) end = text.indexOf('"', end + 1);
    this.#position = end + 1;
    const raw = text.slice(start + 1, end);
    return raw.includes("\\") ? (JSON.parse(text.slice(start, end + 1)) as string) : raw;
  }

  /** True for a quote after an odd number of backslashes. */
  #isEscaped(position: number): boolean {
    let before = position - 1;
    while (this.#text.charCodeAt(before) === BACKSLASH) before--;
    return (position - before) % 2 === 0 && this.#text.charCodeAt(position) === QUOTE;
  }

  /** true, false, null or a number. */
  #word(): Json {
    WORD.lastIndex = this.#position;
    const word = WORD.exec(this.#text)?.[0] ?? "";
    this.#position += word.length;
    if (word === "true") return true;
    if (word === "false") return false;
    return word === "null" ? null : numberFromText(word);
  }
}

const WORD = /[^\s,\]}]+/y;
