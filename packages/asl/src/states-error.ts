/**
 * An error of the language: what makes a state fail while it is evaluated. Evaluation throws nothing else.
 *
 * `error` is an error name (spec, "Errors": `States.Runtime`, `States.IntrinsicFailure`, …); `cause` is the service's text
 * without the prefix "An error occurred while executing the state …", which the engine adds because it knows the event id.
 * `location` names the field for the EvaluationFailed event (`Output/result`), JSONata only.
 */
export class StatesError extends Error {
  readonly error: string;
  override readonly cause: string;
  readonly location: string | undefined;

  constructor(error: string, cause: string, location?: string) {
    super(`${error}: ${cause}`);
    this.name = "StatesError";
    this.error = error;
    this.cause = cause;
    this.location = location;
  }
}
