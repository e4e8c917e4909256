/**
 * What the service would bill for an express execution (https://aws.amazon.com/step-functions/pricing): its duration in steps
 * of 100 milliseconds and its memory in steps of 64 MB. The duration is exact; the memory is an estimate, because what an
 * execution takes here is not what it takes there.
 */

const DURATION_STEP = 100;

const MEGABYTE = 1024 * 1024;
const MEMORY_STEP_MB = 64;
/** What the service counts for an execution before its data. */
const BASE_MB = 50;

/** @param milliseconds from start to end */
export function billedDuration(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / DURATION_STEP)) * DURATION_STEP;
}

/**
 * In MB.
 * @param payload bytes of input and output
 * @param branches lines of control that were started, each of which may hold as much
 */
export function billedMemory(payload: number, branches: number): number {
  const megabytes = BASE_MB + (payload * branches) / MEGABYTE;
  return Math.ceil(megabytes / MEMORY_STEP_MB) * MEMORY_STEP_MB;
}
