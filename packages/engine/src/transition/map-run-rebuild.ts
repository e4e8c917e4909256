import type { MapRunProgress } from "../execution.js";
import type { ExecutionStatus } from "../store/store.js";
import { count, newProgress } from "./map-run-counts.js";

/** A child execution as the store has it. */
export interface Child {
  readonly id: number;
  readonly index: number;
  readonly items: number;
  readonly status: ExecutionStatus;
  /** How often the map run had been redriven when it was last started. */
  readonly redrives: number;
}

const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] as const;

/**
 * The children, as the store has them, become the parent's knowledge of them again. What did not succeed before the last
 * redrive of the map run is to be begun once more. A million children take 18 MB meanwhile.
 */
export class MapRunRebuild {
  /** By index, each plus one, so that 0 is none. */
  #status = new Uint8Array(64);
  #items = new Uint32Array(64);
  #ids = new Float64Array(64);
  #redrives = new Uint32Array(64);
  #length = 0;

  /** The children come in the order in which they were first started. */
  add({ id, index, items, status, redrives }: Child): void {
    if (index >= this.#status.length) this.#grow(index + 1);
    this.#length = Math.max(this.#length, index + 1);
    // An express child is not redriven: another one takes its place, and the last one counts.
    this.#status[index] = STATUSES.indexOf(status) + 1;
    this.#items[index] = items;
    this.#ids[index] = id;
    this.#redrives[index] = redrives;
  }

  /** The ids of the children, by index: of each the last execution that took its place. */
  *ids(): Iterable<number> {
    for (let index = 0; index < this.#length; index++) {
      const id = this.#ids[index];
      if (id !== undefined && id !== 0) yield id;
    }
  }

  /** @param redrives how often the map run has been redriven */
  progress(redrives: number): MapRunProgress {
    const progress = newProgress();
    const { started, running, redo, ended } = progress;
    let gap: number | undefined;
    const known = new Set<number>();
    // The last of `redo` is the first to be begun.
    for (let index = this.#length - 1; index >= 0; index--) {
      const code = this.#status[index] ?? 0;
      if (code === 0) {
        gap = index;
        continue;
      }
      const status = STATUSES[code - 1] ?? "RUNNING";
      const items = this.#items[index] ?? 1;
      if (status === "RUNNING") running.set(index, items);
      else if (status !== "SUCCEEDED" && (this.#redrives[index] ?? 0) < redrives) {
        redo.push({ index, items, executionId: this.#ids[index] ?? 0 });
      } else {
        count(ended[status], items);
      }
    }
    // Children are stored in order. Where one is missing nevertheless, those after it are not started again.
    const end = gap ?? this.#length;
    for (let index = 0; index < end; index++) count(started, this.#items[index] ?? 1);
    for (let index = end; index < this.#length; index++) if (this.#status[index] !== 0) known.add(index);
    return known.size === 0 ? progress : { ...progress, known };
  }

  #grow(needed: number): void {
    let length = this.#status.length;
    while (length < needed) length *= 2;
    const grown = <Values extends Uint8Array | Uint32Array | Float64Array>(values: Values, larger: Values): Values => {
      larger.set(values);
      return larger;
    };
    this.#status = grown(this.#status, new Uint8Array(length));
    this.#items = grown(this.#items, new Uint32Array(length));
    this.#ids = grown(this.#ids, new Float64Array(length));
    this.#redrives = grown(this.#redrives, new Uint32Array(length));
  }
}
