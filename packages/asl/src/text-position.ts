import { JsonFault, type Outline, outlineJson } from "./json-outline.js";

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds the place that a diagnostic names; undefined for no location. */
export type PositionOf = (location: string | undefined) => Position | undefined;

/**
 * Finds the places that diagnostics name in a definition's JSON text. A location is a JSON pointer; array indices stand as
 * `/0` or `[0]`. Where it goes further than the text does (a missing field), the place is that of the last part there is.
 * For a text that is no JSON, every location is the place of the fault.
 */
export function positionsIn(text: string): PositionOf {
  try {
    return positionsOf(text, outlineJson(text));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const fault = positionAt(text, error.offset);
    return () => fault;
  }
}

/** The same in a text whose outline is known. */
export function positionsOf(text: string, outline: Outline): PositionOf {
  return (location) => (location === undefined ? undefined : positionAt(text, find(outline, location, outline.at).at));
}

/** @param offset counts from 0 */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

interface Found {
  readonly at: number;
  /** How many characters of the location led there: of several readings the one that goes furthest holds. */
  readonly used: number;
}

function find(value: Outline, location: string, at: number): Found {
  let best: Found = { at, used: 0 };
  const [part, index] = /^(?:\/(\d+)|\[(\d+)\])(?![^/[])/.exec(location)?.filter((match) => match !== undefined) ?? [];
  const element = value.elements[Number(index)];
  if (part !== undefined && element !== undefined) {
    best = further(part, element, location, element.at);
  }
  // Names may hold `/` themselves, escaped or not, so every member that the location can mean is tried.
  for (const member of value.members) {
    for (const name of new Set([member.name, member.name.replaceAll("~", "~0").replaceAll("/", "~1")])) {
      if (location.startsWith(`/${name}`) && ["", "/", "["].includes(location.charAt(name.length + 1))) {
        const found = further(`/${name}`, member.value, location, member.at);
        best = found.used > best.used ? found : best;
      }
    }
  }
  return best;
}

function further(part: string, value: Outline, location: string, at: number): Found {
  const found = find(value, location.slice(part.length), at);
  return { at: found.at, used: found.used + part.length };
}
