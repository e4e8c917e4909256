import { compileCall } from "./intrinsics/compile-call.js";
import { parseCall } from "./intrinsics/parse-call.js";
import type { Json } from "./json.js";
import { parsePath } from "./path.js";
import type { Scope } from "./program.js";

/** What a payload template's `.$` member holds: a path or a call of an intrinsic function. */
export interface Expression {
  readonly text: string;
  /** What a path is read from; `function` for a call. */
  readonly root: "input" | "context" | "variable" | "function";
  /**
   * @param input what `$` means
   * @throws PathMiss where the expression is a definite path that finds nothing.
   * @throws StatesError `States.Runtime`, `States.IntrinsicFailure` from a call.
   */
  read(input: Json, scope: Scope): Json;
}

/** @throws PathSyntaxError where the text is neither a path nor a call of an intrinsic function. */
export function parseExpression(text: string): Expression {
  if (text.startsWith("$")) return parsePath(text);
  return { text, root: "function", read: compileCall(parseCall(text), text) };
}
