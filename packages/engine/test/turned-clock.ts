import type { Clock } from "../src/clock.js";

/** A clock that stands still until the test turns it. */
export class TurnedClock implements Clock {
  #now: number;
  #alarms: Alarm[] = [];

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, callback: () => void): () => void {
    if (time <= this.#now) {
      const soon = setImmediate(callback);
      return () => clearImmediate(soon);
    }
    const alarm: Alarm = { time, callback };
    // After those of the same time: they ring in the order in which they were set.
    const place = this.#alarms.findIndex((other) => other.time > time);
    this.#alarms.splice(place === -1 ? this.#alarms.length : place, 0, alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  /** Times of the alarms that are set, earliest first. */
  get alarms(): readonly number[] {
    return this.#alarms.map(({ time }) => time);
  }

  /** Turns the clock on, stopping at every alarm on the way until what it woke has come to rest. */
  async turn(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settled();
    for (let alarm = this.#alarms[0]; alarm !== undefined && alarm.time <= end; alarm = this.#alarms[0]) {
      this.#alarms.shift();
      this.#now = alarm.time;
      alarm.callback();
      await settled();
    }
    this.#now = end;
    await settled();
  }

  /** Turns the clock to its next alarm; false where none is set. */
  async turnToNext(): Promise<boolean> {
    const [next] = this.alarms;
    if (next === undefined) return false;
    await this.turn(next - this.#now);
    return true;
  }
}

interface Alarm {
  readonly time: number;
  readonly callback: () => void;
}

/**
 * Lets everything run that waits for no more than turns of the event loop. A commit takes one turn, and an alarm at most four
 * commits one after the other (wake, hand out, look again, arm).
 */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
