/**
 * What a value of a request may be, in the terms of the service's API model
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/). Plain data: `check.ts` compiles it.
 */
export type Shape = TextShape | NumberShape | BooleanShape | ListShape | StructureShape;

export interface TextShape {
  readonly kind: "text";
  /** Lengths in characters; `maxBytes` counts UTF-8 bytes instead. */
  readonly min?: number;
  readonly max?: number;
  readonly maxBytes?: number;
  /** As the service prints it, which is Java's notation; `expression` is the same for this runtime. */
  readonly pattern?: string;
  readonly expression?: RegExp;
  /** The only allowed values, in the order in which the service lists them. */
  readonly values?: readonly string[];
  /** The service does not repeat such a value in its sentences. */
  readonly sensitive?: boolean;
}

export interface NumberShape {
  readonly kind: "integer" | "long" | "float";
  readonly min?: number;
  readonly max?: number;
}

export interface BooleanShape {
  readonly kind: "boolean";
}

export interface ListShape<Item extends Shape = Shape> {
  readonly kind: "list";
  readonly of: Item;
  /** Numbers of items. */
  readonly min?: number;
  readonly max?: number;
}

export interface StructureShape<Members extends MemberShapes = MemberShapes, Required extends string = string> {
  readonly kind: "structure";
  /** The service's name for it, which its sentences show. */
  readonly name: string;
  readonly required: readonly Required[];
  readonly members: Members;
}

export type MemberShapes = Readonly<Record<string, Shape>>;

/** The value of a shape once a request has passed its checks. Optional members may be present and undefined. */
export type ValueOf<S extends Shape> = S extends { readonly kind: "text"; readonly values: readonly (infer Value)[] }
  ? Value
  : S extends TextShape
    ? string
    : S extends NumberShape
      ? number
      : S extends BooleanShape
        ? boolean
        : S extends ListShape
          ? readonly ValueOf<S["of"]>[]
          : S extends StructureShape
            ? MembersOf<S>
            : never;

type MembersOf<S extends StructureShape> = {
  readonly [Name in keyof S["members"] & S["required"][number]]: ValueOf<S["members"][Name]>;
} & {
  readonly [Name in Exclude<keyof S["members"], S["required"][number]>]?: ValueOf<S["members"][Name]> | undefined;
};
