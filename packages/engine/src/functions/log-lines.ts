/** The longest piece of a line that is kept together. */
const LONGEST_LINE = 16_384;

/** Takes pieces of a text and gives its lines. A line that does not end is given in pieces. */
export class LogLines {
  #rest = "";
  readonly #give: (line: string) => void;

  constructor(give: (line: string) => void) {
    this.#give = give;
  }

  add(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#give(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (this.#rest.length > LONGEST_LINE) this.end();
  }

  /** Gives what is left. */
  end(): void {
    if (this.#rest !== "") this.#give(this.#rest);
    this.#rest = "";
  }
}
