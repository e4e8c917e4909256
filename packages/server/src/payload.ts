import { checkJson } from "@pawl/asl";
import { ServiceError } from "@pawl/engine";
import { jsonFault } from "./json-fault.js";

/** The fault of a text that must be JSON, in the service's words; undefined where it is JSON. */
export function payloadFault(text: string): string | undefined {
  try {
    checkJson(text);
    return undefined;
  } catch (error) {
    return jsonFault(text) || (error instanceof Error ? error.message : String(error));
  }
}

/**
 * Why a text is no input for an execution; undefined where it is one.
 * Recorded: "Invalid execution input." for an empty text, the JSON parser's words for others.
 */
export function executionInputFault(input: string): ServiceError | undefined {
  const fault = input.trim() === "" ? "Invalid execution input." : payloadFault(input);
  return fault === undefined
    ? undefined
    : new ServiceError("InvalidExecutionInput", `Invalid State Machine Execution Input: '${fault}'`);
}
