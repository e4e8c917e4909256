import { javaText } from "../java-text.js";
import type { Json } from "../json.js";
import { IntrinsicFault, type IntrinsicFunction } from "./call.js";
import { stringAt } from "./values.js";

/** The longest text that a template may grow to, in characters: many times what a state may give on. */
const MAX_LENGTH = 4_194_304;

/** The generic intrinsic: a template whose `{}` are replaced by the values that follow it. */
export const FORMAT_FUNCTIONS: Record<string, IntrinsicFunction> = {
  "States.Format": {
    arity: { least: 1, most: Number.POSITIVE_INFINITY },
    apply: (values) => fill(pieces(stringAt(values, 0)), values),
    compile(source) {
      const literal = pieces(source, true);
      return (values) => fill(literal, values);
    },
  },
};

/**
 * The texts around the placeholders. `\{` and `\}` stand for braces.
 * @param escaped whether the text is as written in a definition, where `\\` and `\'` are escapes too
 */
function pieces(template: string, escaped = false): string[] {
  const found: string[] = [];
  let piece = "";
  for (let index = 0; index < template.length; index++) {
    const character = template.charAt(index);
    const following = template.charAt(index + 1);
    if (character === "\\" && (following === "{" || following === "}" || (escaped && following !== ""))) {
      piece += following;
      index++;
    } else if (character === "{" && following === "}") {
      found.push(piece);
      piece = "";
      index++;
    } else {
      piece += character;
    }
  }
  found.push(piece);
  return found;
}

function fill(template: readonly string[], values: readonly Json[]): string {
  if (template.length !== values.length) {
    throw new IntrinsicFault(
      `The template has ${template.length - 1} occurrences of {} but ${values.length - 1} values are given`,
    );
  }
  let text = template[0] ?? "";
  for (let index = 1; index < values.length; index++) {
    text += javaText(values[index] ?? null) + (template[index] ?? "");
    if (text.length > MAX_LENGTH) throw new IntrinsicFault(`The text is longer than ${MAX_LENGTH} characters`);
  }
  return text;
}
