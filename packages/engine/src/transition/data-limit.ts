import { isLongerThan, type Json, printJson, StatesError } from "@pawl/asl";

/** Inputs, outputs and results hold at most this many bytes of UTF-8 (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
export const MAX_DATA_BYTES = 262_144;

/** The longest text, in characters, that is made of a value within a state: what a task is sent, what a branch begins with. */
const MOST_CHARACTERS = 4_194_304;

/**
 * The JSON text of a value that a state has made.
 * @throws StatesError States.DataLimitExceeded where it is many times what a state may give on
 */
export function printData(value: Json): string {
  if (!isLongerThan(value, MOST_CHARACTERS)) return printJson(value);
  throw new StatesError("States.DataLimitExceeded", `The value has more than ${MOST_CHARACTERS} characters.`);
}

/** The JSON text of what a state gives on; undefined where it is too large for that. */
export function printOutput(value: Json): string | undefined {
  if (isLongerThan(value, MAX_DATA_BYTES)) return undefined;
  const text = printJson(value);
  return isTooLarge(text) ? undefined : text;
}

export function isTooLarge(text: string): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8: most texts need no count.
  return text.length * 3 > MAX_DATA_BYTES && Buffer.byteLength(text) > MAX_DATA_BYTES;
}

/** @param name of the state, or of the task's resource where its result is too large. */
export function tooLarge(name: string): { error: string; cause: string } {
  return {
    error: "States.DataLimitExceeded",
    cause: `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  };
}
