/** A time of the engine (milliseconds since the epoch) as the API writes it: seconds, with a fraction. */
export function epochSeconds(milliseconds: number): number {
  return milliseconds / 1000;
}
