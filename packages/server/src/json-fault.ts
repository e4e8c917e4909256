/**
 * Why a text is not JSON, in the words of the parser that the service uses (Jackson): the first fault in reading order.
 * For texts that are known to be faulty; '' for one in which it finds no fault.
 */
export function jsonFault(text: string): string {
  try {
    new Reader(text).readDocument();
    return "";
  } catch (error) {
    if (error instanceof Fault) {
      return error.message;
    }
    throw error;
  }
}

class Fault extends Error {}

const values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const identifierStart = /[\p{L}\p{Nl}\p{Sc}\p{Pc}]/u;
const identifierPart = /[\p{L}\p{Nl}\p{Sc}\p{Pc}\p{Nd}\p{Mn}\p{Mc}]/u;
/** What Jackson shows of a wrong word. */
const longestToken = 256;
/** What Jackson shows of the text. */
const longestSource = 500;

interface Open {
  readonly kind: "Object" | "Array";
  readonly at: number;
}

/** Keeps the open objects and arrays in a list instead of on the stack, so that no depth overflows it. */
class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readDocument(): void {
    const open: Open[] = [];
    this.#skipSpace();
    for (;;) {
      const started = this.#readValue(open);
      if (!started && this.#closeOrContinue(open)) {
        return;
      }
    }
  }

  /** Reads a scalar or the start of an object or array; true where a value must follow at once. */
  #readValue(open: Open[]): boolean {
    const character = this.#peek();
    if (character === undefined) {
      throw this.#endOfInput(open);
    }
    const at = this.#position;
    if (character === "{" || character === "[") {
      this.#position++;
      open.push({ kind: character === "{" ? "Object" : "Array", at });
      this.#skipSpace();
      if (this.#peek() === undefined) {
        throw this.#endOfInput(open);
      }
      if (this.#peek() === "}" || this.#peek() === "]") {
        return false;
      }
      if (character === "{") {
        this.#readFieldName();
      }
      return true;
    }
    if (character === '"') {
      this.#readString(": was expecting closing quote for a string value");
    } else if (character === "-" || isDigit(character)) {
      this.#readNumber(open);
    } else {
      this.#readWord(character);
    }
    return false;
  }

  /** After a value: closes what closes, and stands before the next value. True at the end of the document. */
  #closeOrContinue(open: Open[]): boolean {
    for (;;) {
      this.#skipSpace();
      const character = this.#peek();
      const innermost = open.at(-1);
      if (innermost === undefined) {
        if (character === undefined) {
          return true;
        }
        this.#readValue(open);
        throw new Fault("Trailing token found after the value");
      }
      if (character === undefined) {
        throw this.#endOfInput(open);
      }
      if (character === "}" || character === "]") {
        this.#close(character, innermost);
        open.pop();
        continue;
      }
      if (character !== ",") {
        throw this.#unexpected(character, `was expecting comma to separate ${innermost.kind} entries`);
      }
      this.#position++;
      this.#skipSpace();
      if (this.#peek() === undefined) {
        throw new Fault(`Unexpected end-of-input within/between ${innermost.kind} entries`);
      }
      if (innermost.kind === "Object") {
        this.#readFieldName();
      }
      return false;
    }
  }

  #close(character: string, innermost: Open): void {
    const expected = innermost.kind === "Object" ? "}" : "]";
    if (character !== expected) {
      const start = `${innermost.kind} starting at ${this.#location(innermost.at)}`;
      throw new Fault(`Unexpected close marker '${character}': expected '${expected}' (for ${start})`);
    }
    this.#position++;
  }

  #readFieldName(): void {
    const character = this.#peek() ?? "";
    if (character !== '"') {
      throw this.#unexpected(character, "was expecting double-quote to start field name");
    }
    this.#readString(" in field name");
    this.#skipSpace();
    const colon = this.#peek();
    if (colon === undefined) {
      throw new Fault("Unexpected end-of-input within/between Object entries");
    }
    if (colon !== ":") {
      throw this.#unexpected(colon, "was expecting a colon to separate field name and value");
    }
    this.#position++;
    this.#skipSpace();
    if (this.#peek() === undefined) {
      throw new Fault("Unexpected end-of-input within/between Object entries");
    }
  }

  #readString(ended: string): void {
    this.#position++;
    for (;;) {
      const character = this.#peek();
      if (character === undefined) {
        throw new Fault(`Unexpected end-of-input${ended}`);
      }
      if (character === '"') {
        this.#position++;
        return;
      }
      if (character < " ") {
        const shown = describe(character);
        throw new Fault(
          `Illegal unquoted character (${shown}): has to be escaped using backslash to be included in string value`,
        );
      }
      this.#position++;
      if (character === "\\") {
        this.#readEscape();
      }
    }
  }

  #readEscape(): void {
    const character = this.#peek();
    if (character === undefined) {
      throw new Fault("Unexpected end-of-input in character escape sequence");
    }
    this.#position++;
    if (character === "u") {
      for (let digits = 0; digits < 4; digits++) {
        const digit = this.#peek();
        if (digit === undefined) {
          throw new Fault("Unexpected end-of-input in character escape sequence");
        }
        if (!/[0-9a-fA-F]/.test(digit)) {
          throw this.#unexpected(digit, "expected a hex-digit for character escape sequence");
        }
        this.#position++;
      }
    } else if (!'"\\/bfnrt'.includes(character)) {
      throw new Fault(`Unrecognized character escape ${describe(character)}`);
    }
  }

  #readNumber(open: readonly Open[]): void {
    if (this.#peek() === "-") {
      this.#position++;
    }
    this.#readDigits("expected digit (0-9) to follow minus sign, for valid numeric value", true);
    if (this.#peek() === ".") {
      this.#position++;
      this.#readDigits("Decimal point not followed by a digit", false);
    }
    if (this.#peek() === "e" || this.#peek() === "E") {
      this.#position++;
      if (this.#peek() === "+" || this.#peek() === "-") {
        this.#position++;
      }
      this.#readDigits("Exponent indicator not followed by a digit", false);
    }
    const next = this.#peek();
    if (open.length === 0 && next !== undefined && !isSpace(next)) {
      throw this.#unexpected(next, "Expected space separating root-level values");
    }
  }

  #readDigits(missing: string, isInteger: boolean): void {
    const first = this.#peek();
    if (first === undefined) {
      throw new Fault("Unexpected end-of-input in a Number value");
    }
    if (!isDigit(first)) {
      throw new Fault(`Unexpected character (${describe(first)}) in numeric value: ${missing}`);
    }
    this.#position++;
    for (let next = this.#peek(); next !== undefined && isDigit(next); next = this.#peek()) {
      if (first === "0" && isInteger) {
        throw new Fault("Invalid numeric value: Leading zeroes not allowed");
      }
      this.#position++;
    }
  }

  #readWord(character: string): void {
    const start = this.#position;
    const word = /[a-z]+/y;
    word.lastIndex = start;
    const literal = word.exec(this.#text)?.[0] ?? "";
    const next = this.#text.charAt(start + literal.length);
    if ((literal === "null" || literal === "true" || literal === "false") && !identifierPart.test(next)) {
      this.#position += literal.length;
      return;
    }
    for (const token of ["NaN", "Infinity"]) {
      if (this.#text.startsWith(token, start)) {
        const enable = "enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow";
        throw new Fault(`Non-standard token '${token}': ${enable}`);
      }
    }
    if (!identifierStart.test(character)) {
      throw this.#unexpected(character, character === "}" ? "expected a value" : `expected a valid value ${values}`);
    }
    let end = start + 1;
    while (end < this.#text.length && end - start < longestToken && identifierPart.test(this.#text.charAt(end))) {
      end++;
    }
    const shown = this.#text.slice(start, end) + (end - start < longestToken ? "" : "...");
    throw new Fault(`Unrecognized token '${shown}': was expecting ${values}`);
  }

  #endOfInput(open: readonly Open[]): Fault {
    const innermost = open.at(-1);
    if (innermost === undefined) {
      return new Fault("No content to map due to end-of-input");
    }
    const start = `start marker at ${this.#location(innermost.at)}`;
    return new Fault(`Unexpected end-of-input: expected close marker for ${innermost.kind} (${start})`);
  }

  #unexpected(character: string, comment: string): Fault {
    return new Fault(`Unexpected character (${describe(character)}): ${comment}`);
  }

  #location(position: number): string {
    const before = this.#text.slice(0, position);
    const line = before.split("\n").length;
    const column = position - before.lastIndexOf("\n");
    const more = this.#text.length - longestSource;
    const source = more > 0 ? `"${this.#text.slice(0, longestSource)}"[truncated ${more} chars]` : `"${this.#text}"`;
    return `[Source: (String)${source}; line: ${line}, column: ${column}]`;
  }

  #peek(): string | undefined {
    return this.#text[this.#position];
  }

  #skipSpace(): void {
    while (this.#position < this.#text.length && isSpace(this.#text.charAt(this.#position))) {
      this.#position++;
    }
  }
}

function isSpace(character: string): boolean {
  return character === " " || character === "\n" || character === "\r" || character === "\t";
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

function describe(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) {
    return `(CTRL-CHAR, code ${code})`;
  }
  return code > 0xff ? `'${character}' (code ${code} / 0x${code.toString(16)})` : `'${character}' (code ${code})`;
}
