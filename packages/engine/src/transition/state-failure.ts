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

/** A failure with its names. */
export type EvaluationFailure = StateFailure & { readonly error: string; readonly cause: string };

/** The failure that an error of evaluation is, without the state in which it was met. */
export function failureOfEvaluation({ error, cause }: StatesError): EvaluationFailure {
  return {
    error,
    cause,
    catchable: error !== "States.Runtime",
    ...(error === "States.QueryEvaluationError" ? { evaluation: true } : {}),
  };
}

/** The failure that an error of evaluation is in a branch, in the words of the service. */
export function evaluationFailure(branch: Branch, error: StatesError): EvaluationFailure {
  const failure = failureOfEvaluation(error);
  // The service reports where a ResultPath cannot be applied without saying in which state.
  if (error.error === "States.ReferencePathConflict") return failure;
  const where = `An error occurred while executing the state '${branch.state}' (entered at the event id #${branch.enteredEventId}).`;
  return { ...failure, cause: `${where} ${error.cause}` };
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

/** The retrier that names the failure, whether it has an attempt left or not. */
export function matchingRetrier(retriers: readonly Retrier[], failure: StateFailure): Retrier | undefined {
  return failure.catchable ? retriers.find(({ errorEquals }) => names(errorEquals, failure)) : undefined;
}

/**
 * The delay before a retrier's next attempt in milliseconds, or undefined where it has none left.
 * @param attempts how many it has made
 * @param random in [0, 1), for JitterStrategy FULL
 */
export function backoff(retrier: Retrier, attempts: number, random: () => number): number | undefined {
  if (attempts >= retrier.maxAttempts) return undefined;
  const delay = Math.min(
    retrier.intervalSeconds * retrier.backoffRate ** attempts,
    retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY,
  );
  return (retrier.jitterStrategy === "FULL" ? delay * random() : delay) * 1000;
}

/** The delay before the state's next attempt, or undefined where no retrier has one left. Counts the attempt. */
export function retryDelay(
  retriers: readonly Retrier[],
  branch: Branch,
  failure: StateFailure,
  random: () => number,
): number | undefined {
  const retrier = matchingRetrier(retriers, failure);
  if (retrier === undefined) return undefined;
  const position = retriers.indexOf(retrier);
  const attempts = branch.retries?.[position] ?? 0;
  const delay = backoff(retrier, attempts, random);
  if (delay === undefined) return undefined;
  const counts = branch.retries ?? retriers.map(() => 0);
  counts[position] = attempts + 1;
  branch.retries = counts;
  return delay;
}

export function matchingCatcher(catchers: readonly Catcher[], failure: StateFailure): Catcher | undefined {
  return failure.catchable ? catchers.find(({ errorEquals }) => names(errorEquals, failure)) : undefined;
}

/** What a catcher sees of the failure (spec, "Error output"). */
export function errorOutput({ error, cause }: StateFailure): JsonObject {
  return { Error: error ?? "", Cause: cause ?? "" };
}
