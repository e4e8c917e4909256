import type { Catcher, JsonObject, Retrier, StatesError } from "@pawl/asl";
import type { Branch } from "../execution.js";

/** Why a state failed. */
export interface StateFailure {
  readonly error: string | undefined;
  readonly cause: string | undefined;
  /** False for what neither Retry nor Catch can name, not even by States.ALL: States.Runtime. */
  readonly catchable: boolean;
  /** A second name that retriers and catchers may use. */
  readonly alias?: string;
  /** True where an expression of JSONata failed. */
  readonly evaluation?: boolean;
}

/** The failure that an error of evaluation is, in the words of the service. */
export function evaluationFailure(
  branch: Branch,
  error: StatesError,
): StateFailure & { readonly error: string; readonly cause: string } {
  const where = `An error occurred while executing the state '${branch.state}' (entered at the event id #${branch.enteredEventId}).`;
  return {
    error: error.error,
    // The service reports where a ResultPath cannot be applied without saying in which state.
    cause: error.error === "States.ReferencePathConflict" ? error.cause : `${where} ${error.cause}`,
    catchable: error.error !== "States.Runtime",
    ...(error.error === "States.QueryEvaluationError" ? { evaluation: true } : {}),
  };
}

/** Whether `ErrorEquals` names the failure (spec, "Errors"). */
function names(errorEquals: readonly string[], failure: StateFailure): boolean {
  return errorEquals.some(
    (name) =>
      name === "States.ALL" ||
      name === failure.error ||
      (failure.alias !== undefined && name === failure.alias) ||
      (name === "States.TaskFailed" && failure.error !== "States.Timeout"),
  );
}

/**
 * The delay before the next attempt in milliseconds, or undefined where no retrier has an attempt left. Counts the attempt.
 * @param random in [0, 1), for JitterStrategy FULL
 */
export function retryDelay(
  retriers: readonly Retrier[],
  branch: Branch,
  failure: StateFailure,
  random: () => number,
): number | undefined {
  if (!failure.catchable) return undefined;
  const position = retriers.findIndex(({ errorEquals }) => names(errorEquals, failure));
  const retrier = retriers[position];
  if (retrier === undefined) return undefined;
  const attempts = branch.retries?.[position] ?? 0;
  if (attempts >= retrier.maxAttempts) return undefined;
  const counts = branch.retries ?? retriers.map(() => 0);
  counts[position] = attempts + 1;
  branch.retries = counts;
  const delay = Math.min(
    retrier.intervalSeconds * retrier.backoffRate ** attempts,
    retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY,
  );
  return (retrier.jitterStrategy === "FULL" ? delay * random() : delay) * 1000;
}

export function matchingCatcher(catchers: readonly Catcher[], failure: StateFailure): Catcher | undefined {
  return failure.catchable ? catchers.find(({ errorEquals }) => names(errorEquals, failure)) : undefined;
}

/** What a catcher sees of the failure (spec, "Error output"). */
export function errorOutput({ error, cause }: StateFailure): JsonObject {
  return { Error: error ?? "", Cause: cause ?? "" };
}
