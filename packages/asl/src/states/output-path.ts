import type { Fields } from "../fields.js";
import type { EvaluateOn } from "../query-language/query-language.js";
import { compilePath, readPath } from "./input-path.js";

/** OutputPath: what of the state's output is passed on. Undefined where it is all of it; null in the definition: `{}`. */
export function compileOutputPath(state: Fields): EvaluateOn | undefined {
  if (state.value("OutputPath") === null) return () => ({});
  const path = compilePath(state, "OutputPath");
  return path && ((output, scope) => readPath(path, output, scope));
}
