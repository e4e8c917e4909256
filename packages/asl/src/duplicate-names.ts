/** A member name that stands twice in one object of a JSON text. */
export interface DuplicateName {
  readonly name: string;
  /** The way to the object from the top: member names and array indexes. */
  readonly path: readonly (string | number)[];
}

interface Container {
  /** Undefined for an array. */
  readonly names: Set<string> | undefined;
  /** Name of the member, or index of the element, that the scan is in. */
  current: string | number;
}

/** A string, or anything that opens, closes or separates. What lies between cannot matter here. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]/g;

/**
 * Finds the names that JSON.parse drops silently: of two members with one name the last one wins.
 * @param text valid JSON
 */
export function findDuplicateNames(text: string): DuplicateName[] {
  const duplicates: DuplicateName[] = [];
  const stack: Container[] = [];
  let expectsName = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const container = stack.at(-1);
    if (token === "{" || token === "[") {
      stack.push({ names: token === "{" ? new Set() : undefined, current: 0 });
      expectsName = token === "{";
    } else if (token === "}" || token === "]") {
      stack.pop();
      expectsName = false;
    } else if (token === ",") {
      expectsName = container?.names !== undefined;
      if (typeof container?.current === "number") container.current++;
    } else if (token !== ":" && expectsName && container?.names !== undefined) {
      expectsName = false;
      const name = JSON.parse(token) as string;
      if (container.names.has(name)) {
        duplicates.push({ name, path: stack.slice(0, -1).map(({ current }) => current) });
      }
      container.names.add(name);
      container.current = name;
    }
  }
  return duplicates;
}
