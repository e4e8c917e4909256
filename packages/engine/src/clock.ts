/** Where the engine reads time and waits. The real one is {@link systemClock}; tests turn their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `callback` at `time` (milliseconds since the epoch) or soon after; returns what cancels it. */
  at(time: number, callback: () => void): () => void;
}

/**
 * Timers of the process count its own time: they know nothing of a clock that is set, and stand still while the machine sleeps. So long waits look
 * at the clock again this often.
 */
const LONGEST_TIMEOUT = 20_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(time, callback) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const delay = time - Date.now();
      timer = delay > LONGEST_TIMEOUT ? setTimeout(arm, LONGEST_TIMEOUT) : setTimeout(callback, Math.max(0, delay));
    };
    arm();
    return () => clearTimeout(timer);
  },
};
