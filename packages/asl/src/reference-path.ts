import type { Json } from "./json.js";
import { isObject, setMember } from "./json.js";
import { PathSyntaxError } from "./path.js";

/** A Reference Path (spec, "Reference Paths"): it names one place, to be written. */
export interface ReferencePath {
  readonly text: string;
  /**
   * The target with `value` at the path. The target stays as it is; what lies beside the path is shared with the result.
   * @throws StatesError `States.ResultPathMatchFailure` where the path cannot be applied to the target.
   */
  write(target: Json, value: Json): Json;
}

/** @throws PathSyntaxError where the text is not a Reference Path. */
export function parseReferencePath(text: string): ReferencePath {
  if (!/^\$(\.[^.[\]]+)*$/.test(text)) throw new PathSyntaxError(`'${text}' is not a Reference Path`);
  const names = text.split(".").slice(1);
  const write = (target: Json | undefined, value: Json, depth: number): Json => {
    const name = names[depth];
    if (name === undefined) return value;
    const copy = isObject(target) ? { ...target } : {};
    setMember(copy, name, write(Object.hasOwn(copy, name) ? copy[name] : undefined, value, depth + 1));
    return copy;
  };
  return { text, write: (target, value) => write(target, value, 0) };
}
