import type { Json } from "./json.js";
import { parsePath } from "./path.js";
import type { Scope } from "./program.js";

/** What a payload template's `.$` member holds: a path or an intrinsic function call. */
export interface Expression {
  readonly text: string;
  /** @throws PathMiss | StatesError */
  read(input: Json, scope: Scope): Json;
}

/** @throws PathSyntaxError where the text is neither a path nor an intrinsic function call. */
export function parseExpression(text: string): Expression {
  return parsePath(text);
}
