import { PathSyntaxError } from "./path-syntax-error.js";

/** A place in a text that is being parsed. */
export class Cursor {
  readonly text: string;
  position: number;

  constructor(text: string, position = 0) {
    this.text = text;
    this.position = position;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The character here, or the empty string at the end. */
  get current(): string {
    return this.text.charAt(this.position);
  }

  startsWith(token: string): boolean {
    return this.text.startsWith(token, this.position);
  }

  /** Moves past the token if it stands here. */
  take(token: string): boolean {
    if (!this.startsWith(token)) return false;
    this.position += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) throw this.problem(`expected '${token}'`);
  }

  skipBlanks(): void {
    while (this.position < this.text.length && isBlank(this.text.charCodeAt(this.position))) this.position++;
  }

  /** Moves on as long as the test holds and gives what lay between. */
  takeWhile(test: (code: number) => boolean): string {
    const start = this.position;
    while (this.position < this.text.length && test(this.text.charCodeAt(this.position))) this.position++;
    return this.text.slice(start, this.position);
  }

  /** The error to throw for what stands here. */
  problem(problem: string, unknownFunction?: string): PathSyntaxError {
    const found = this.atEnd ? "the end of the text" : `'${this.current}'`;
    return new PathSyntaxError(
      `${problem} but found ${found} at position ${this.position} of '${shorten(this.text)}'`,
      unknownFunction,
    );
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
