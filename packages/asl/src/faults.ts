import type { Diagnostic } from "./diagnostic.js";
import { Suggestions } from "./suggestion.js";

/** The faults found in a definition so far. The same fault at the same place counts once, however often it is met. */
export class Faults {
  readonly #diagnostics = new Map<string, Diagnostic>();
  readonly #suggestions = new Suggestions();

  /**
   * @param location absent where the fault has no place
   * @param suggestion what was probably meant
   */
  refuse(code: string, message: string, location?: string, suggestion?: string): void {
    this.#add({
      severity: "ERROR",
      code,
      message,
      ...(location === undefined ? {} : { location }),
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }

  /** What was probably meant by a word that is none of the candidates. */
  suggest(word: string, candidates: Iterable<string>): string | undefined {
    return this.#suggestions.nearest(word, candidates);
  }

  warn(code: string, message: string, location: string): void {
    this.#add({ severity: "WARNING", code, message, location });
  }

  /** In the order in which they were found. */
  get diagnostics(): readonly Diagnostic[] {
    return [...this.#diagnostics.values()];
  }

  /** True where a fault refuses the definition. */
  get fatal(): boolean {
    return this.diagnostics.some(({ severity }) => severity === "ERROR");
  }

  #add(diagnostic: Diagnostic): void {
    const key = JSON.stringify([diagnostic.code, diagnostic.message, diagnostic.location ?? null]);
    if (!this.#diagnostics.has(key)) this.#diagnostics.set(key, diagnostic);
  }
}
