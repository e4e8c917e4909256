/** Inputs, outputs and results hold at most this many bytes of UTF-8 (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
export const MAX_DATA_BYTES = 262_144;

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
