import type { Fields } from "../fields.js";
import type { Json } from "../json.js";
import { PathSyntaxError } from "../path.js";
import { parseReferencePath } from "../reference-path.js";

/**
 * ResultPath: where a result (or a catcher's error output) goes in the raw input. Absent or `$`: it replaces the input;
 * null: it is discarded.
 */
export function compileResultPath(fields: Fields): (input: Json, result: Json) => Json {
  if (fields.value("ResultPath") === null) return (input) => input;
  const text = fields.string("ResultPath");
  if (text === undefined || text === "$") return (_input, result) => result;
  try {
    const path = parseReferencePath(text);
    return (input, result) => path.write(input, result);
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    const message = text.startsWith("$") ? "Value is not a Reference Path" : "Value must be a valid JSONPath.";
    fields.refuse(message, fields.at("ResultPath"));
    return (input) => input;
  }
}
