import type { Json } from "../json.js";
import type { Path } from "../path.js";
import type { Scope } from "../program.js";

/** A call of an intrinsic function as plain data. */
export interface Call {
  /** With its prefix: `States.Format`. */
  readonly name: string;
  readonly arguments: readonly Argument[];
}

export type Argument =
  /** A number, true, false, null */
  | { readonly kind: "literal"; readonly value: Json }
  /** A string in single quotes: `value` with its escapes resolved, `source` as it is written between the quotes. */
  | { readonly kind: "string"; readonly value: string; readonly source: string }
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "call"; readonly call: Call };

/** An intrinsic function: its values are given in the order of the call's arguments. */
export interface IntrinsicFunction {
  /** How many arguments it takes. */
  readonly arity: { readonly least: number; readonly most: number };
  /** @throws IntrinsicFault where the values cannot be taken. */
  apply(values: readonly Json[], scope: Scope): Json;
  /** For functions that read a literal first argument otherwise than as a value: compiles that argument's source. */
  compile?(source: string): (values: readonly Json[]) => Json;
}

/** What is wrong with the values of a call; the caller knows which call it is. */
export class IntrinsicFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "IntrinsicFault";
  }
}
