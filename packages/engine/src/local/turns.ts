/** Actions that run one after the other, so that each finds what the one before wrote. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the action when all that were given before have ended, well or badly. */
  take<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => {});
    return result;
  }
}
