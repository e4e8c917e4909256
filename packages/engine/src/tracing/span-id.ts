import { createHash } from "node:crypto";

/** Beyond the ids of events. */
const RETRY = 2 ** 28;
const EXECUTION = 2 ** 29;

/** Ids of the spans of one execution: they follow from its ARN, so that they are known before a span ends and after a crash. */
export class SpanIds {
  readonly #high: string;
  readonly #low: number;

  constructor(arn: string) {
    // One hash for all of them: a busy process makes many spans.
    const hash = createHash("sha256").update(arn).digest();
    this.#high = hash.toString("hex", 0, 4);
    this.#low = hash.readUInt32BE(4);
  }

  /** Of what began with this event: a state, an attempt, an iteration. */
  ofEvent(id: number): string {
    return this.#id(id);
  }

  /** Of the wait that ended with this event. */
  ofRetry(scheduledEventId: number): string {
    return this.#id(RETRY + scheduledEventId);
  }

  ofExecution(redrives: number): string {
    return this.#id(EXECUTION + redrives);
  }

  #id(number: number): string {
    return this.#high + ((this.#low ^ number) >>> 0).toString(16).padStart(8, "0");
  }
}

/** Of a map run, or of what goes on in the place of a span after a redrive. */
export function spanIdAgain(id: string, redrives: number): string {
  return createHash("sha256").update(`${id} ${redrives}`).digest("hex").slice(0, 16);
}
