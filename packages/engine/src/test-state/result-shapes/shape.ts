/** What a value of an API's result looks like. Bounds are of a text's length or of a number, both included. */
export type Shape =
  | { readonly kind: "any" }
  | { readonly kind: "boolean" }
  | { readonly kind: "string" | "number"; readonly minimum: number; readonly maximum: number }
  | { readonly kind: "word"; readonly words: ReadonlySet<string> }
  | { readonly kind: "list" | "map"; readonly of: string }
  | { readonly kind: "structure"; readonly members: readonly Member[] };

export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly type: string;
}

/**
 * The shapes of an API's results, read from a text with a definition on each line:
 *
 *     putItem = PutItemOutput                                           the result of an action
 *     PutItemOutput = { Attributes: <AttributeValue>, Count!: number }  a structure; `!` marks what is required
 *     ReturnValue = | NONE | ALL_OLD                                    one of some words
 *
 * Types are names, `any`, `boolean`, `string`, `number`, the last two with bounds (`string(1..64)`, `number(0..)`), lists
 * `[Type]` and maps `<Type>`. Only what is asked for is parsed.
 */
export class ShapeTable {
  readonly #definitions = new Map<string, string>();
  readonly #shapes = new Map<string, Shape>();

  constructor(text: string) {
    for (const line of text.split("\n")) {
      const end = line.indexOf(" = ");
      if (end > 0) this.#definitions.set(line.slice(0, end), line.slice(end + 3));
    }
  }

  /** True where the name has a definition. */
  has(name: string): boolean {
    return this.#definitions.has(name);
  }

  /** @param type a type as it stands in a definition */
  shape(type: string): Shape {
    const known = this.#shapes.get(type);
    if (known !== undefined) return known;
    const shape = this.#parse(type);
    this.#shapes.set(type, shape);
    return shape;
  }

  #parse(type: string): Shape {
    if (type.startsWith("[")) return { kind: "list", of: type.slice(1, -1) };
    if (type.startsWith("<")) return { kind: "map", of: type.slice(1, -1) };
    const [, kind, bounds] = /^(any|boolean|string|number)(?:\((.*)\))?$/.exec(type) ?? [];
    if (kind === "any" || kind === "boolean") return { kind };
    if (kind === "string" || kind === "number") return { kind, ...parseBounds(bounds) };
    const definition = this.#definitions.get(type);
    if (definition === undefined) throw new Error(`the shape ${type} has no definition`);
    if (definition.startsWith("{")) return { kind: "structure", members: parseMembers(definition) };
    if (definition.startsWith("| ")) return { kind: "word", words: new Set(definition.slice(2).split(" | ")) };
    return this.shape(definition);
  }
}

function parseBounds(text = ".."): { readonly minimum: number; readonly maximum: number } {
  const [minimum, maximum] = text.split("..");
  return {
    minimum: minimum ? Number(minimum) : Number.NEGATIVE_INFINITY,
    maximum: maximum ? Number(maximum) : Number.POSITIVE_INFINITY,
  };
}

function parseMembers(definition: string): Member[] {
  return definition
    .slice(2, -2)
    .split(", ")
    .filter((text) => text !== "")
    .map((text) => {
      const end = text.indexOf(": ");
      const required = text.charAt(end - 1) === "!";
      return { name: text.slice(0, required ? end - 1 : end), required, type: text.slice(end + 2) };
    });
}
