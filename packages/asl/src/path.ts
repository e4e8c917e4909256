import type { Json } from "./json.js";
import { isObject } from "./json.js";
import type { Scope } from "./program.js";

/** A compiled path of the language: a JSONPath on the input (`$`), the context object (`$$`) or a variable (`$name`). */
export interface Path {
  readonly text: string;
  /** True when the path can reach one place only; an indefinite path gives an array. */
  readonly definite: boolean;
  /**
   * @param input the effective input, `$`
   * @throws PathMiss where a definite path finds nothing.
   */
  read(input: Json, scope: Scope): Json;
}

/** A definite path that finds nothing. The message is the service's: `No results for path: $['x']`. */
export class PathMiss extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PathMiss";
  }
}

/** A text that is no path. */
export class PathSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PathSyntaxError";
  }
}

/** @throws PathSyntaxError where the text is not a path. */
export function parsePath(text: string): Path {
  const match = /^(\$\$|\$[\p{L}_][\p{L}\p{N}_]*|\$)((?:\.[^.[\]()*?@,:'"\s]+)*)$/u.exec(text);
  if (match === null) throw new PathSyntaxError(`'${text}' is not a JSONPath`);
  const [, root = "$", tail = ""] = match;
  const names = tail.split(".").slice(1);
  return {
    text,
    definite: true,
    read(input, scope) {
      let value: Json | undefined = input;
      if (root === "$$") value = scope.context();
      else if (root !== "$") {
        const name = root.slice(1);
        value = Object.hasOwn(scope.variables, name) ? scope.variables[name] : undefined;
        if (value === undefined) throw new PathMiss(`No results for path: $['${name}']`);
      }
      for (const name of names) {
        if (!isObject(value) || !Object.hasOwn(value, name)) throw new PathMiss(`No results for path: $['${name}']`);
        value = value[name];
      }
      return value as Json;
    },
  };
}
