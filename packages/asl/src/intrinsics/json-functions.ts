import { type Json, mergeObjects, parseJson, printJson } from "../json.js";
import { IntrinsicFault, type IntrinsicFunction } from "./call.js";
import { booleanAt, objectAt, stringAt } from "./values.js";

/** Intrinsics for JSON data. */
export const JSON_FUNCTIONS: Record<string, IntrinsicFunction> = {
  "States.StringToJson": { arity: { least: 1, most: 1 }, apply: stringToJson },
  "States.JsonToString": { arity: { least: 1, most: 1 }, apply: (values) => printJson(values[0] ?? null) },
  "States.JsonMerge": { arity: { least: 3, most: 3 }, apply: merge },
};

/** A blank text is null, as in the service. */
function stringToJson(values: readonly Json[]): Json {
  const text = stringAt(values, 0);
  if (text.trim() === "") return null;
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new IntrinsicFault(`The argument at position 1 is not valid JSON: ${error.message}`);
  }
}

/** Members of the second object win. The service merges shallowly only, and so asks for `false`. */
function merge(values: readonly Json[]): Json {
  const merged = mergeObjects(objectAt(values, 0), objectAt(values, 1));
  if (booleanAt(values, 2))
    throw new IntrinsicFault("The argument at position 3 must be false: deep merge is not supported");
  return merged;
}
