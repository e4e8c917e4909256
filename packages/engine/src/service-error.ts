/**
 * An error that the Step Functions API answers with: the service's code (`ExecutionDoesNotExist`) and text. Every fault that
 * a caller of the engine can cause is one of these.
 */
export class ServiceError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "ServiceError";
    this.code = code;
  }
}
