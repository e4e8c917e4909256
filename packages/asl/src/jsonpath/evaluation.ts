import type { Json } from "../json.js";
import { spend, type Work, workOfState } from "../work.js";
import type { JsonPath } from "./ast.js";

/** One evaluation of a path on a document: what its nested paths share. */
export class Evaluation {
  readonly document: Json;
  readonly #work: Work;
  #memory: Map<JsonPath, Json | undefined> | undefined;

  /** @param work that it shares with others; default: its own */
  constructor(document: Json, work: Work = workOfState()) {
    this.document = document;
    this.#work = work;
  }

  /** @throws StatesError `States.Runtime` where the evaluation has done all the work it may do. */
  spend(work: number): void {
    spend(this.#work, work);
  }

  /** Computes a path on the document (`$`) once an evaluation, however many items a filter tests. */
  once(path: JsonPath, find: () => Json | undefined): Json | undefined {
    this.#memory ??= new Map();
    if (!this.#memory.has(path)) this.#memory.set(path, find());
    return this.#memory.get(path);
  }
}
