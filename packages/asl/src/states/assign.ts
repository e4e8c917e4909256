import type { Fields } from "../fields.js";
import type { Json, JsonObject } from "../json.js";
import type { Scope } from "../program.js";
import { compilePayload } from "./payload.js";

/** Spec, "Variable names": a letter, then letters, digits and marks as Unicode's identifiers have them. */
const VARIABLE_NAME = /^\p{ID_Start}\p{ID_Continue}*$/u;

const LONGEST_NAME = 80;

/**
 * Assign: `$` is the state's result, or its input in a state without one; variables are those the state was entered with.
 * Undefined where nothing is assigned.
 */
export function compileAssign(fields: Fields): ((value: Json, scope: Scope) => JsonObject) | undefined {
  const members = checkAssign(fields, (member) => (member.endsWith(".$") ? member.slice(0, -2) : member));
  if (members === 0) return undefined;
  // A template that is an object gives an object.
  return compilePayload(fields, "Assign") as (value: Json, scope: Scope) => JsonObject;
}

/**
 * Checks the names of the variables.
 * @param nameOf the variable that a member of Assign assigns
 * @returns how many there are
 */
export function checkAssign(fields: Fields, nameOf: (member: string) => string): number {
  const assign = fields.child("Assign");
  if (assign === undefined) return 0;
  const members = Object.keys(assign.object);
  for (const member of members) {
    const name = nameOf(member);
    const refuse = (code: string, message: string) => assign.refuse(message, assign.at(member), code);
    if (name === "states") refuse("RESERVED_VARIABLE_NAME", "Cannot assign to reserved variable '$states'.");
    else if (!VARIABLE_NAME.test(name)) {
      const message = `Invalid variable name '${name}': the variable name contains invalid characters.`;
      refuse("INVALID_VARIABLE_NAME", message);
    } else if (name.length > LONGEST_NAME) {
      const message = `Invalid variable name '${name}': the variable name exceeds the ${LONGEST_NAME}-character limit.`;
      refuse("INVALID_VARIABLE_NAME", message);
    }
  }
  return members.length;
}
