import { type Json, parseJson, printJson } from "@pawl/asl";
import { recordOf } from "./result-record.js";
import type { ChildResult } from "./result-writer.js";

/** What becomes of a child's result: one value, or none, or several where arrays are flattened. */
export function resultsOf(child: ChildResult, transformation: string, now: number): readonly Json[] {
  // What did not succeed is told with all that is known of it, whatever the transformation.
  if (transformation === "NONE" || child.status !== "SUCCEEDED") return [recordOf(child, now)];
  const output = parseJson(child.output ?? "null");
  return transformation === "FLATTEN" && Array.isArray(output) ? output : [output];
}

/** The same as JSON texts of one line each. */
export function resultTexts(child: ChildResult, transformation: string, now: number): string[] {
  return resultsOf(child, transformation, now).map((result) => printJson(result));
}
