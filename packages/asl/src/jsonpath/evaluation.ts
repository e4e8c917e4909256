import type { Json } from "../json.js";
import { StatesError } from "../states-error.js";
import type { JsonPath } from "./ast.js";

/**
 * The work that one evaluation may do, in visited places. A document of 256 KB has some 130,000 places; nested scans of it
 * would visit their square. Measured: ten million visits take about half a second.
 */
const MAX_WORK = 10_000_000;

/** One evaluation of a path on a document: what its nested paths share. */
export class Evaluation {
  readonly document: Json;
  #work = 0;
  #memory: Map<JsonPath, Json | undefined> | undefined;

  constructor(document: Json) {
    this.document = document;
  }

  /** @throws StatesError `States.Runtime` where the evaluation has done all the work it may do. */
  spend(work: number): void {
    this.#work += work;
    if (this.#work > MAX_WORK) throw new StatesError("States.Runtime", "The JSONPath takes too much work to evaluate.");
  }

  /** Computes a path on the document (`$`) once an evaluation, however many items a filter tests. */
  once(path: JsonPath, find: () => Json | undefined): Json | undefined {
    this.#memory ??= new Map();
    if (!this.#memory.has(path)) this.#memory.set(path, find());
    return this.#memory.get(path);
  }
}
