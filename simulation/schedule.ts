/** What happens when, in milliseconds of simulated time. Everything that takes time in the world stands here. */
export class Schedule {
  #now: number;
  #order = 0;
  /** A heap by time, then by the order in which it was entered. */
  readonly #heap: Entry[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  get now(): number {
    return this.#now;
  }

  /** Runs `action` after so many milliseconds; returns what cancels it. */
  after(milliseconds: number, action: () => void): () => void {
    const entry: Entry = { time: this.#now + Math.max(0, Math.ceil(milliseconds)), order: this.#order++, action };
    this.#push(entry);
    return () => {
      entry.action = undefined;
    };
  }

  /** Resolves after so many milliseconds. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /** Does what comes next. False where nothing is left, or nothing until `end`. */
  step(end = Number.POSITIVE_INFINITY): boolean {
    for (;;) {
      const [next] = this.#heap;
      if (next === undefined || next.time > end) return false;
      this.#pop();
      if (next.action === undefined) continue;
      this.#now = next.time;
      next.action();
      return true;
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(entry, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      let least = left;
      if (right !== undefined && isBefore(right, left)) {
        least = right;
        child += 1;
      }
      if (!isBefore(least, last)) break;
      heap[place] = least;
      place = child;
    }
    heap[place] = last;
  }
}

interface Entry {
  readonly time: number;
  readonly order: number;
  action: (() => void) | undefined;
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.time < other.time || (one.time === other.time && one.order < other.order);
}

/**
 * Lets everything run that waits for nothing but turns of the event loop. The most that the engine takes between two things that
 * take simulated time is a handful of them.
 */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
