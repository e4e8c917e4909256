import { isObject, type Json, parseJson, type State } from "@pawl/asl";
import { refusal } from "./checks.js";
import type { MockInput } from "./request.js";
import { resultFault } from "./result-shapes/check-result.js";
import { knownResult } from "./result-shapes/known-results.js";

/** What stands in for the work of a state. */
export type Mock =
  | { readonly kind: "result"; readonly value: Json; readonly text: string }
  | { readonly kind: "error"; readonly error: string | undefined; readonly cause: string | undefined };

/**
 * Reads a mock that is for this state.
 * @throws ServiceError ValidationException where the state cannot have such a result
 */
export function readMock({ result, errorOutput, fieldValidationMode = "STRICT" }: MockInput, state: State): Mock {
  if (result === undefined) return { kind: "error", error: errorOutput?.error, cause: errorOutput?.cause };
  let value: Json;
  try {
    value = parseJson(result);
  } catch {
    throw refusal("Mocked result must be valid JSON");
  }
  checkForm(state, value);
  if (state.type === "Task" && fieldValidationMode !== "NONE") {
    const known = knownResult(state.resource);
    if (known !== undefined) {
      if (!isObject(value)) throw refusal("Mocked result must be a JSON object.");
      const fault = resultFault(known, value, fieldValidationMode === "STRICT");
      if (fault !== undefined) throw refusal(`Mock result schema validation error: ${fault}`);
    }
  }
  return { kind: "result", value, text: result };
}

/** The outputs of branches and iterations are an array; what tells where results were written is an object. */
function checkForm(state: State, value: Json): void {
  if (state.type === "Map" && state.writesResults) {
    if (!isObject(value)) throw refusal("Mocked result must be a JSON object.");
    return;
  }
  if (state.type !== "Map" && state.type !== "Parallel") return;
  if (!Array.isArray(value)) throw refusal("Mocked result must be an array.");
  if (state.type === "Parallel" && value.length !== state.branches.length) {
    throw refusal("Mocked result must contain the same number of items as number of Parallel branches.");
  }
}
