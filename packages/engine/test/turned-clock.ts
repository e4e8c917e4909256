import type { Clock } from "../src/clock.js";

/** A clock that stands still until the test turns it. */
export class TurnedClock implements Clock {
  #now: number;
  #alarms: Alarm[] = [];
  readonly #isBusy: () => boolean;

  /** @param isBusy true while something is at work elsewhere that the clock has to wait for before it is turned on */
  constructor(now = Date.UTC(2026, 0, 1), isBusy = () => false) {
    this.#now = now;
    this.#isBusy = isBusy;
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
    await settled(this.#isBusy);
    for (let alarm = this.#alarms[0]; alarm !== undefined && alarm.time <= end; alarm = this.#alarms[0]) {
      this.#alarms.shift();
      this.#now = alarm.time;
      alarm.callback();
      await settled(this.#isBusy);
    }
    this.#now = end;
    await settled(this.#isBusy);
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
export async function settled(isBusy = () => false): Promise<void> {
  for (let quiet = 0; quiet < 12; quiet = isBusy() ? 0 : quiet + 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
