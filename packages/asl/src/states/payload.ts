import type { Fields } from "../fields.js";
import { compileTemplate } from "../payload-template.js";
import type { EvaluateOn } from "../query-language/query-language.js";

/** A field that holds a payload template (Parameters, ResultSelector, Assign, …); undefined where it is absent. */
export function compilePayload(fields: Fields, name: string): EvaluateOn | undefined {
  const value = fields.value(name);
  if (value === undefined) return undefined;
  const template = compileTemplate(value);
  for (const { message, pointer } of template.faults) fields.refuse(message, `${fields.at(name)}${pointer}`);
  return (input, scope) => template.evaluate(input, scope);
}
