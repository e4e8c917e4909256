import { type Expression, parseExpression } from "./expression.js";
import type { Json, JsonObject } from "./json.js";
import { isObject, printJson, setMember } from "./json.js";
import { PathMiss, PathSyntaxError } from "./path.js";
import type { Scope } from "./program.js";
import { StatesError } from "./states-error.js";

/** A compiled payload template: Parameters, ResultSelector, ItemSelector or Assign of a JSONPath state. */
export interface PayloadTemplate {
  /** What is wrong with the template, in the order of the text. A template with faults must not be evaluated. */
  readonly faults: readonly TemplateFault[];
  /**
   * @param input what `$` means
   * @throws StatesError `States.Runtime` where a path finds nothing, `States.IntrinsicFailure` from a function.
   */
  evaluate(input: Json, scope: Scope): Json;
}

export interface TemplateFault {
  /** The member's name, with `.$`. */
  readonly field: string;
  /** JSON pointer within the template to the object that holds the member; `""` is the template itself. */
  readonly pointer: string;
  /** The service's words, of code SCHEMA_VALIDATION_FAILED. */
  readonly message: string;
}

/** Compiles a payload template (spec, "Payload Template"). */
export function compileTemplate(template: Json): PayloadTemplate {
  const faults: TemplateFault[] = [];
  const evaluate = compile(template, "", faults);
  return { faults, evaluate };
}

type Evaluate = (input: Json, scope: Scope) => Json;

function compile(template: Json, pointer: string, faults: TemplateFault[]): Evaluate {
  if (Array.isArray(template)) {
    const items = template.map((item, index) => compile(item, `${pointer}/${index}`, faults));
    return (input, scope) => items.map((item) => item(input, scope));
  }
  if (!isObject(template)) return () => template;
  const members = Object.entries(template).map(([key, value]): [string, Evaluate] => {
    if (!key.endsWith(".$")) return [key, compile(value, `${pointer}/${key}`, faults)];
    let expression: Expression | undefined;
    try {
      if (typeof value === "string") expression = parseExpression(value);
    } catch (error) {
      if (!(error instanceof PathSyntaxError)) throw error;
    }
    if (expression === undefined) {
      const message = `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`;
      faults.push({ field: key, pointer, message });
      return [key, () => null];
    }
    return [key.slice(0, -2), field(key, expression)];
  });
  return (input, scope) => {
    const result: JsonObject = {};
    for (const [key, evaluate] of members) setMember(result, key, evaluate(input, scope));
    return result;
  };
}

function field(name: string, expression: Expression): Evaluate {
  return (input, scope) => {
    try {
      return expression.read(input, scope);
    } catch (error) {
      if (!(error instanceof PathMiss)) throw error;
      const cause = `The JSONPath '${expression.text}' specified for the field '${name}' could not be found in the input '${printJson(input)}'`;
      throw new StatesError("States.Runtime", cause);
    }
  };
}
