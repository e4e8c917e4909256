import type { Value } from "./value.js";

/** The type of an attribute, as Terraform's schemas have it in JSON. */
export type Type =
  | "string"
  | "number"
  | "bool"
  | "dynamic"
  | readonly ["list" | "set" | "map", Type]
  | readonly ["object", Readonly<Record<string, Type>>];

/** One of `required`, `optional`, `computed` or `optional` with `computed` must be there. */
export interface Attribute {
  readonly type: Type;
  /** Markdown, for `terraform providers schema` and editors. */
  readonly description: string;
  readonly required?: true;
  readonly optional?: true;
  /** The provider sets it where the configuration does not. */
  readonly computed?: true;
  /** Not shown in plans. */
  readonly sensitive?: true;
  /** Terraform warns, with this text, where it is set. */
  readonly deprecated?: string;
  /**
   * Resources only: what it is where the configuration leaves an optional attribute out. The framework plans it, and tells
   * Terraform that the attribute is computed too.
   */
  readonly default?: Value;
  /** Resources only: another value means another resource, so the framework plans a replacement. */
  readonly forcesReplacement?: true;
}

export interface Block {
  readonly description: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly blocks?: Readonly<Record<string, NestedBlock>>;
}

export interface NestedBlock extends Block {
  /** `list` and `set`: the value is an array of objects. `single`: an object or null. */
  readonly nesting: "list" | "set" | "single";
  readonly minItems?: number;
  readonly maxItems?: number;
}
