/** A definite path that finds nothing. The message is the service's: `No results for path: $['x']`. */
export class PathMiss extends Error {
  /** `not an array`: an index was applied to something else, which the service words differently in places. */
  readonly reason: "missing" | "not an array";

  constructor(message: string, reason: "missing" | "not an array" = "missing") {
    super(message);
    this.name = "PathMiss";
    this.reason = reason;
  }
}
