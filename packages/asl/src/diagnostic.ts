/**
 * One fault found in a definition, in the form of the ValidateStateMachineDefinition API
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html).
 */
export interface Diagnostic {
  /** `ERROR` refuses the definition; `WARNING` does not. */
  readonly severity: "ERROR" | "WARNING";
  /** The service's code: `SCHEMA_VALIDATION_FAILED`, `MISSING_TRANSITION_TARGET`, `INVALID_JSON_DESCRIPTION`, … */
  readonly code: string;
  readonly message: string;
  /** A JSON pointer into the definition (`/States/Hello/Next`); absent where the fault has no place. */
  readonly location?: string;
  /** The word that was probably meant by a misspelt one (`InputPath`). The service has no such thing, and never sees it. */
  readonly suggestion?: string;
}

/** The text of the InvalidDefinition error for a wrong definition: the service names one fault, or several in a row. */
export function invalidDefinitionMessage(diagnostics: readonly Diagnostic[]): string {
  const faults = diagnostics
    .filter(({ severity }) => severity === "ERROR")
    .map(({ code, message, location }) => `${code}: ${message} at ${location ?? null}`);
  return `Invalid State Machine Definition: '${faults.join(", ")}'`;
}
