import { variableReferences } from "@pawl/asl";
import type { InputOf } from "./request-model/inputs.js";

/**
 * The members of a state machine's description that tell its definition: the text, and which variables each state reads.
 * METADATA_ONLY is for callers who may not see the definition.
 */
export function reportedDefinition(
  definition: string,
  includedData: InputOf<"DescribeStateMachine">["includedData"],
): { readonly definition: string; readonly variableReferences?: Readonly<Record<string, readonly string[]>> } {
  if (includedData === "METADATA_ONLY") {
    return { definition: "{}" };
  }
  const references = variableReferences(definition);
  // A state may be called __proto__: `fromEntries` makes that a member like any other.
  return { definition, ...(references.size > 0 && { variableReferences: Object.fromEntries(references) }) };
}
