/** A text that is no path. */
export class PathSyntaxError extends Error {
  /** The name of an intrinsic function that does not exist, where that is what is wrong. */
  readonly unknownFunction: string | undefined;

  constructor(message: string, unknownFunction?: string) {
    super(message);
    this.unknownFunction = unknownFunction;
    this.name = "PathSyntaxError";
  }
}
