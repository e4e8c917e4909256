import type { Json } from "../json.js";

/**
 * A JSONPath as plain data. The dialect is that of the Jayway library, which the service uses
 * (https://github.com/json-path/JsonPath#operators).
 */
export interface JsonPath {
  /** `$`: the document; `@`: the item that a filter tests. */
  readonly root: "$" | "@";
  readonly segments: readonly Segment[];
}

export type Segment =
  /** `.name`, `['name']` */
  | { readonly kind: "member"; readonly name: string }
  /** `['a','b']`, two names or more */
  | { readonly kind: "members"; readonly names: readonly string[] }
  /** `[0]`, `[-1]` */
  | { readonly kind: "index"; readonly index: number }
  /** `[0,2]`, two indexes or more */
  | { readonly kind: "indexes"; readonly indexes: readonly number[] }
  /** `[from:to]`; at least one of them is given. */
  | { readonly kind: "slice"; readonly from?: number; readonly to?: number }
  /** `.*`, `[*]` */
  | { readonly kind: "wildcard" }
  /** `..`; another segment follows. */
  | { readonly kind: "scan" }
  /** `[?(…)]` */
  | { readonly kind: "filter"; readonly filter: Filter }
  /** `.length()`, `.append(1)` */
  | { readonly kind: "function"; readonly name: FunctionName; readonly parameters: readonly Parameter[] };

/** A parameter of a path function: a JSON value, or a path that is read from the document. */
export type Parameter =
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "path"; readonly path: JsonPath };

export type Filter =
  | { readonly kind: "or"; readonly operands: readonly Filter[] }
  | { readonly kind: "and"; readonly operands: readonly Filter[] }
  | { readonly kind: "not"; readonly operand: Filter }
  | { readonly kind: "exists"; readonly path: JsonPath }
  | { readonly kind: "relation"; readonly operator: Operator; readonly left: Operand; readonly right: Operand };

export type Operand =
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "path"; readonly path: JsonPath }
  /** `/source/flags` */
  | { readonly kind: "pattern"; readonly source: string; readonly flags: string };

export const OPERATORS = [
  "==",
  "===",
  "!=",
  "!==",
  "<",
  "<=",
  ">",
  ">=",
  "=~",
  "in",
  "nin",
  "contains",
  "all",
  "size",
  "empty",
  "subsetof",
  "anyof",
  "noneof",
] as const;

export type Operator = (typeof OPERATORS)[number];

export const FUNCTION_NAMES = [
  "min",
  "max",
  "avg",
  "stddev",
  "sum",
  "length",
  "size",
  "keys",
  "concat",
  "append",
  "first",
  "last",
  "index",
] as const;

export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** True where a path reaches one place at most; an indefinite path gives an array. */
export function isDefinite(path: JsonPath): boolean {
  // A scan whose end is a function is computed as one value: see compile-path.ts.
  if (path.segments[0]?.kind === "scan" && path.segments.at(-1)?.kind === "function") return true;
  return path.segments.every(
    ({ kind }, position) =>
      kind === "member" ||
      kind === "index" ||
      kind === "function" ||
      // Several names at the end are read as one object.
      (kind === "members" && position === path.segments.length - 1),
  );
}
