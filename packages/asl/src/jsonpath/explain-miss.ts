import { ExactNumber, isNumber, isObject, type Json, numberOf } from "../json.js";
import { shownJson } from "../shown-json.js";
import type { JsonPath } from "./ast.js";
import { PathMiss } from "./path-miss.js";
import { printPlace } from "./print-path.js";

/**
 * Tells why a definite path finds nothing in a document, in the words of Jayway on Jackson's tree model: the service
 * shows them (`Invalid path '$.a.b' : Missing property in path $['a']`).
 * @returns undefined where the path ends with an index past the end of an array: Jackson gives null there, as for an item
 *   that is null.
 */
export function explainMiss(path: JsonPath, document: Json): PathMiss | undefined {
  let place = document;
  for (const [position, segment] of path.segments.entries()) {
    const last = position === path.segments.length - 1;
    let next: Json | undefined;
    if (segment.kind === "member" || segment.kind === "members") {
      if (!isObject(place)) return notAnObject(path, position, place);
      if (segment.kind === "members") break;
      next = Object.hasOwn(place, segment.name) ? place[segment.name] : undefined;
      if (next === undefined && !last)
        return new PathMiss(`Missing property in path ${printPlace(path, position + 1)}`);
    } else if (segment.kind === "index") {
      if (!Array.isArray(place)) {
        const rest = printPlace({ ...path, segments: path.segments.slice(position) }, path.segments.length).slice(1);
        const context = shownJson(place);
        return new PathMiss(
          `Filter: ${rest} can only be applied to arrays. Current context is: ${context}`,
          "not an array",
        );
      }
      next = place.at(segment.index);
      if (next === undefined) {
        if (last) return undefined;
        // What lies past the end is Java's null, which is no node.
        return notAnObject(path, position + 1, undefined);
      }
    }
    if (next === undefined) break;
    place = next;
  }
  return new PathMiss(`No results for path: ${printPlace(path, path.segments.length)}`);
}

function notAnObject(path: JsonPath, position: number, found: Json | undefined): PathMiss {
  const property = printPlace({ ...path, segments: path.segments.slice(position, position + 1) }, 1).slice(1);
  return new PathMiss(
    `Expected to find an object with property ${property} in path ${printPlace(path, position)} but found ` +
      `'${javaClass(found)}'. This is not a json object according to the JsonProvider: ` +
      "'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
  );
}

/** The class of Jackson's node for a value. */
function javaClass(value: Json | undefined): string {
  if (value === undefined) return "null";
  return `com.fasterxml.jackson.databind.node.${nodeName(value)}`;
}

function nodeName(value: Json): string {
  if (value === null) return "NullNode";
  if (Array.isArray(value)) return "ArrayNode";
  if (isNumber(value)) return numberNodeName(value);
  switch (typeof value) {
    case "string":
      return "TextNode";
    case "boolean":
      return "BooleanNode";
    default:
      return "ObjectNode";
  }
}

/** A number that is written with a fraction or an exponent is a double, whatever its value. */
function numberNodeName(value: number | ExactNumber): string {
  const number = numberOf(value) ?? 0;
  if (!Number.isInteger(number) || (value instanceof ExactNumber && /[.eE]/.test(value.text))) return "DoubleNode";
  if (Math.abs(number) < 2 ** 31) return "IntNode";
  return Math.abs(number) < 2 ** 63 ? "LongNode" : "BigIntegerNode";
}
