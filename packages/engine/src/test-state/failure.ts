import { StatesError } from "@pawl/asl";
import { failureOfEvaluation, type StateFailure } from "../transition/state-failure.js";

/** Thrown where a tested state fails for another reason than an expression. */
export class StateFailed extends Error {
  readonly failure: StateFailure;

  constructor(failure: StateFailure) {
    super(`${failure.error}: ${failure.cause}`);
    this.name = "StateFailed";
    this.failure = failure;
  }
}

/** The failure that something thrown is; what is none is thrown on. */
export function failureOf(thrown: unknown): StateFailure {
  if (thrown instanceof StateFailed) return thrown.failure;
  // The service says nothing of where the state was entered: it was entered for the test.
  if (thrown instanceof StatesError) return failureOfEvaluation(thrown);
  throw thrown;
}
