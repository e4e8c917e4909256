import type { Fields } from "../fields.js";
import { INTRINSIC_FUNCTIONS } from "../intrinsics/functions.js";
import { isObject, type Json } from "../json.js";
import { compileTemplate } from "../payload-template.js";
import type { Evaluate, EvaluateOn, QueryLanguage } from "../query-language/query-language.js";

/** What a Pass or Task state works on: Parameters or Arguments, else its effective input. */
export function compileEffectivePayload(state: Fields, language: QueryLanguage, input: Evaluate): Evaluate {
  const payload = language.payload(state, input);
  // In JSONata nothing is applied to an input without Arguments, and so nothing is traced.
  if (payload === undefined && language.name === "JSONata") return input;
  const evaluate = payload ?? input;
  const step = `after${language.payloadField}` as const;
  return (scope) => {
    const value = evaluate(scope);
    scope.trace?.(step, value);
    return value;
  };
}

/** A field that holds a payload template (Parameters, ResultSelector, Assign, …); undefined where it is absent. */
export function compilePayload(fields: Fields, name: string): EvaluateOn | undefined {
  const value = fields.value(name);
  if (value === undefined) return undefined;
  const template = compileTemplate(value);
  for (const { message, pointer, unknownFunction } of template.faults) {
    refuseCall(fields, message, `${fields.at(name)}${pointer}`, unknownFunction);
  }
  warnOfPaths(fields, value, fields.at(name));
  return (input, scope) => template.evaluate(input, scope);
}

/**
 * Reports a text that is neither a path nor a function call.
 * @param unknownFunction the function it calls, where there is none of that name
 */
export function refuseCall(fields: Fields, message: string, location: string, unknownFunction: string | undefined) {
  if (unknownFunction === undefined) fields.refuse(message, location);
  else fields.refuseWord(message, location, unknownFunction, INTRINSIC_FUNCTIONS.keys());
}

/** True for a text that is probably meant as a path or an intrinsic function call. */
export function looksLikePath(value: Json | undefined): boolean {
  return (
    typeof value === "string" && /^(\$\$?([.[]|$)|\$\p{ID_Start}\p{ID_Continue}*$|States\.[A-Z]\w*\()/u.test(value)
  );
}

function warnOfPaths(fields: Fields, value: Json, location: string): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) warnOfPaths(fields, item, `${location}[${index}]`);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (looksLikePath(member) && !key.endsWith(".$")) {
        const message = `The value of '${key}' looks like a path or an intrinsic function call, but the name does not end with '.$': it is a literal`;
        fields.warn("NO_DOLLAR", message, `${location}/${key}`);
      } else warnOfPaths(fields, member, `${location}/${key}`);
    }
  }
}
