/** Where the engine reads time and waits. The real one is {@link systemClock}; tests turn their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `callback` at `time` (milliseconds since the epoch) or soon after; returns what cancels it. */
  at(time: number, callback: () => void): () => void;
}

/** The longest delay that setTimeout keeps: above it, it fires at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

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
