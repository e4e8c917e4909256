import type { Block } from "../schema.js";
import type { Fields } from "../value.js";

/** The fields of a schema of which nothing is known: null, and [] for blocks in lists. */
export function unsetFields({ attributes, blocks = {} }: Block): Fields {
  return Object.fromEntries([
    ...Object.keys(attributes).map((name) => [name, null]),
    ...Object.entries(blocks).map(([name, { nesting }]) => [name, nesting === "single" ? null : []]),
  ]);
}
