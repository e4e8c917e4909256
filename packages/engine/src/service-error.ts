/**
 * An error that the Step Functions API answers with: the service's code (`ExecutionDoesNotExist`) and text. Every fault that
 * a caller of the engine can cause is one of these.
 */
export class ServiceError extends Error {
  readonly code: string;
  /** What the error says besides its message, by the names of the API, such as `resourceName`. */
  readonly members: Readonly<Record<string, string>> | undefined;

  constructor(code: string, message: string, members?: Readonly<Record<string, string>>) {
    super(message);
    this.name = "ServiceError";
    this.code = code;
    this.members = members;
  }
}
