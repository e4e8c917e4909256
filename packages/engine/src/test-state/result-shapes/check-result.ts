import { isObject, type Json, type JsonObject, numberOf } from "@pawl/asl";
import { memberName } from "../../tasks/aws/java-names.js";
import type { KnownResult } from "./known-results.js";
import type { Shape, ShapeTable } from "./shape.js";

/**
 * What is wrong with a result, in the service's words; undefined where nothing is. Members that the API does not have are
 * let pass.
 * @param strict whether what the API always returns has to be there
 */
export function resultFault({ table, type }: KnownResult, result: JsonObject, strict: boolean): string | undefined {
  return fault(table, table.shape(type), "", result, strict);
}

function fault(table: ShapeTable, shape: Shape, field: string, value: Json, strict: boolean): string | undefined {
  switch (shape.kind) {
    case "any":
      return undefined;
    case "boolean":
      return typeof value === "boolean" ? undefined : `Field '${field}' must be a boolean`;
    case "number": {
      const number = numberOf(value);
      if (number === undefined) return `Field '${field}' must be a number`;
      if (number < shape.minimum) return `Field '${field}' is less than the minimum value`;
      return number > shape.maximum ? `Field '${field}' exceeds the maximum value` : undefined;
    }
    case "string":
      if (typeof value !== "string") return `Field '${field}' must be a string`;
      if (value.length < shape.minimum) return `Field '${field}' is smaller than the minimum length`;
      return value.length > shape.maximum ? `Field '${field}' exceeds the maximum length` : undefined;
    case "word":
      if (typeof value !== "string") return `Field '${field}' must be a string`;
      return shape.words.has(value) ? undefined : `Field '${field}' is not an expected value`;
    case "list":
      if (!Array.isArray(value)) return `Field '${field}' must be an array`;
      return faultOfAny(table, table.shape(shape.of), field, value, strict);
    case "map":
      if (!isObject(value)) return `Field '${field}' must be an object`;
      return faultOfAny(table, table.shape(shape.of), field, Object.values(value), strict);
    case "structure":
      if (!isObject(value)) return `Field '${field}' must be an object`;
      for (const { name, required, type } of shape.members) {
        // SDK integrations spell acronyms in their own way.
        const given = Object.hasOwn(value, name) ? name : memberName(name);
        const member = Object.hasOwn(value, given) ? value[given] : undefined;
        if (member === undefined) {
          if (required && strict) return `Required field '${name}' is missing`;
          continue;
        }
        const found = fault(table, table.shape(type), name, member, strict);
        if (found !== undefined) return found;
      }
      return undefined;
  }
}

function faultOfAny(
  table: ShapeTable,
  shape: Shape,
  field: string,
  values: readonly Json[],
  strict: boolean,
): string | undefined {
  for (const value of values) {
    const found = fault(table, shape, field, value, strict);
    if (found !== undefined) return found;
  }
  return undefined;
}
