type Tree = { [name: string]: unknown };

/**
 * What `addOverride()` has left, merged into a block as both libraries merge it into theirs: objects member by member,
 * lists one behind the other, undefined takes a member away. Only plain objects are looked into: a token stays whole.
 */
export function withOverrides(block: Tree, overrides: Tree): Tree {
  // A Map, because a name such as __proto__ is a name.
  const merged = new Map(Object.entries(block));
  for (const [name, value] of Object.entries(overrides)) {
    const under = merged.get(name);
    if (value === undefined) {
      merged.delete(name);
    } else if (Array.isArray(value) && Array.isArray(under)) {
      merged.set(name, [...under, ...value]);
    } else if (isPlain(value)) {
      merged.set(name, withOverrides(isPlain(under) ? under : {}, value));
    } else {
      merged.set(name, value);
    }
  }
  return Object.fromEntries(merged);
}

export function isPlain(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
