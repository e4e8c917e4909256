import type { SeededRandom } from "../simulation/random.js";

/**
 * Something that takes input from outside. A case is a text, so that it can be kept in a file; `run` throws where something happens
 * that must not.
 */
export interface Target {
  readonly name: string;
  /** Longest time that a case may take, in milliseconds. */
  readonly limit: number;
  open(): Promise<OpenTarget>;
}

export interface OpenTarget {
  draw(random: SeededRandom): string;
  /** A case that is like another. */
  mutate(text: string, random: SeededRandom): string;
  run(text: string): Promise<void>;
  close(): Promise<void>;
}
