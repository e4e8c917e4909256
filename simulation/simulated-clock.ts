import type { Clock } from "../packages/engine/src/index.js";
import type { Schedule } from "./schedule.js";

/**
 * The clock of one process: it may be put forward or back, as clocks of machines are. Alarms ring after the time that was left
 * when they were set, as a process's timers do, whatever the clock shows by then. When the process dies they are gone.
 */
export class SimulatedClock implements Clock {
  readonly #schedule: Schedule;
  #offset: number;
  #stopped = false;
  #alarms = 0;

  constructor(schedule: Schedule, offset: number) {
    this.#schedule = schedule;
    this.#offset = offset;
  }

  now(): number {
    return this.#schedule.now + this.#offset;
  }

  at(time: number, callback: () => void): () => void {
    this.#alarms += 1;
    let isSet = true;
    const end = (): void => {
      if (isSet) this.#alarms -= 1;
      isSet = false;
    };
    const cancel = this.#schedule.after(time - this.now(), () => {
      end();
      if (!this.#stopped) callback();
    });
    return () => {
      end();
      cancel();
    };
  }

  /** How many alarms are set. A process does not end before there are none. */
  get alarms(): number {
    return this.#alarms;
  }

  get offset(): number {
    return this.#offset;
  }

  jump(milliseconds: number): void {
    this.#offset += milliseconds;
  }

  stop(): void {
    this.#stopped = true;
  }
}
