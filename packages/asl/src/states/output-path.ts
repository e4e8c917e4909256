import type { Fields } from "../fields.js";
import type { EvaluateOn } from "../query-language/query-language.js";
import { compilePath, readPath } from "./input-path.js";

/** OutputPath: what of the state's output is passed on; null: `{}`. Undefined where it is all of it. */
export function compileOutputPath(state: Fields): EvaluateOn | undefined {
  if (state.value("OutputPath") === null) return () => ({});
  const path = compilePath(state, "OutputPath");
  if (path === undefined || path.text === "$") return undefined;
  return (output, scope) => readPath(path, output, scope);
}
