import { type AnyNode, type ObjectNode, parse, type ValueNode } from "@humanwhocodes/momoa";

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Finds the places that diagnostics name in a definition's text. A location is a JSON pointer; array indices stand as
 * `/0` or `[0]`. Where it goes further than the text does (a missing field), the place is that of the last part there is.
 * For a text that is no JSON, every location is the place of the fault.
 */
export function positionsIn(text: string): (location: string | undefined) => Position | undefined {
  try {
    const { body } = parse(text, { mode: "json" });
    return (location) => (location === undefined ? undefined : startOf(find(body, location).node));
  } catch (error) {
    const fault = faultPosition(error);
    return () => fault;
  }
}

interface Found {
  readonly node: AnyNode;
  /** How many characters of the location led there: of several readings the one that goes furthest holds. */
  readonly used: number;
}

function find(value: ValueNode, location: string, at: AnyNode = value): Found {
  const here: Found = { node: at, used: 0 };
  if (value.type === "Array") {
    const [part, index] =
      /^(?:\/(\d+)|\[(\d+)\])(?![^/[])/.exec(location)?.filter((match) => match !== undefined) ?? [];
    const element = index === undefined ? undefined : value.elements[Number(index)]?.value;
    return part === undefined || element === undefined ? here : further(part, element, location, element);
  }
  return value.type === "Object" ? findMember(value, location, here) : here;
}

/** Names may hold `/` themselves, escaped or not, so every member that the location can mean is tried. */
function findMember(object: ObjectNode, location: string, here: Found): Found {
  let best = here;
  for (const member of object.members) {
    const name = member.name.type === "String" ? member.name.value : member.name.name;
    for (const part of new Set([`/${name}`, `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`])) {
      if (location.startsWith(part) && ["", "/", "["].includes(location.charAt(part.length))) {
        const found = further(part, member.value, location, member.name);
        best = found.used > best.used ? found : best;
      }
    }
  }
  return best;
}

function further(part: string, value: ValueNode, location: string, at: AnyNode): Found {
  const found = find(value, location.slice(part.length), at);
  return { node: found.node, used: found.used + part.length };
}

function startOf(node: AnyNode): Position {
  return { line: node.loc.start.line, column: node.loc.start.column };
}

function faultPosition(error: unknown): Position | undefined {
  const { line, column } = error as { line?: unknown; column?: unknown };
  return typeof line === "number" && typeof column === "number" ? { line, column } : undefined;
}
