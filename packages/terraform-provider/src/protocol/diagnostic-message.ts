import type { Diagnostic, Path } from "../diagnostic.js";
import type { Message } from "./messages.js";

const SEVERITY = { error: 1, warning: 2 } as const;

export function diagnosticMessages(diagnostics: readonly Diagnostic[]): readonly Message<"Diagnostic">[] {
  return diagnostics.map(({ severity, summary, detail, path }) => ({
    severity: SEVERITY[severity],
    summary,
    detail,
    attribute: path === undefined || path.length === 0 ? undefined : pathMessage(path),
  }));
}

export function pathMessage(path: Path): Message<"AttributePath"> {
  return {
    steps: path.map((step) => {
      if (typeof step === "number") return { element_key_int: step };
      return typeof step === "string" ? { attribute_name: step } : { element_key_string: step.key };
    }),
  };
}
