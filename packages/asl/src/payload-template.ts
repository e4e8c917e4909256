import { type Expression, parseExpression } from "./expression.js";
import { isObject, type Json, type JsonObject, objectOf, setMember } from "./json.js";
import { isIndex } from "./json-object.js";
import { PathMiss, PathSyntaxError } from "./path.js";
import type { Scope } from "./program.js";
import { shownJson } from "./shown-json.js";
import { StatesError } from "./states-error.js";

/** A compiled payload template: Parameters, ResultSelector, ItemSelector or Assign of a JSONPath state. */
export interface PayloadTemplate {
  /** What is wrong with the template, in the order of the text. A template with faults must not be evaluated. */
  readonly faults: readonly TemplateFault[];
  /**
   * The payload. What is constant in the template is shared by all payloads made from it: treat it as frozen.
   * @param input what `$` means
   * @throws StatesError `States.Runtime` where a path finds nothing, `States.IntrinsicFailure` from a function.
   */
  evaluate(input: Json, scope: Scope): Json;
}

export interface TemplateFault {
  /** The member's name, with `.$`. */
  readonly field: string;
  /** Where the object that holds the member stands in the template: `""`, `/detail`, `/list[0]`. */
  readonly pointer: string;
  /** The service's words, of code SCHEMA_VALIDATION_FAILED. */
  readonly message: string;
  /** The name of an intrinsic function that does not exist, where that is what is wrong. */
  readonly unknownFunction?: string;
}

/**
 * Compiles a payload template (spec, "Payload Template"): a member whose name ends with `.$` holds a path or an intrinsic
 * function, whose value takes its place, under the name without `.$`.
 */
export function compileTemplate(template: Json): PayloadTemplate {
  const faults: TemplateFault[] = [];
  const evaluate = compile(template, "", faults) ?? (() => template);
  return { faults, evaluate };
}

type Evaluate = (input: Json, scope: Scope) => Json;

/** Undefined for a part of the template that is constant. */
function compile(template: Json, pointer: string, faults: TemplateFault[]): Evaluate | undefined {
  if (Array.isArray(template)) return compileArray(template, pointer, faults);
  return isObject(template) ? compileObject(template, pointer, faults) : undefined;
}

function compileArray(template: readonly Json[], pointer: string, faults: TemplateFault[]): Evaluate | undefined {
  const items = template.map((item, index) => compile(item, `${pointer}[${index}]`, faults));
  if (items.every((item) => item === undefined)) return undefined;
  const evaluates = template.map((item, index) => items[index] ?? (() => item));
  return (input, scope) => evaluates.map((evaluate) => evaluate(input, scope));
}

function compileObject(template: JsonObject, pointer: string, faults: TemplateFault[]): Evaluate | undefined {
  let constant = true;
  const members = Object.entries(template).map(([name, value]): [string, Evaluate] => {
    const dynamic = name.endsWith(".$");
    const evaluate = dynamic
      ? compileField(name, value, pointer, faults)
      : compile(value, `${pointer}/${name}`, faults);
    if (evaluate !== undefined) constant = false;
    return [dynamic ? name.slice(0, -2) : name, evaluate ?? (() => value)];
  });
  if (constant) return undefined;
  if (members.some(([name]) => isIndex(name))) {
    return (input, scope) => objectOf(members.map(([name, evaluate]) => [name, evaluate(input, scope)]));
  }
  return (input, scope) => {
    const payload: JsonObject = {};
    for (const [name, evaluate] of members) setMember(payload, name, evaluate(input, scope));
    return payload;
  };
}

function compileField(name: string, value: Json, pointer: string, faults: TemplateFault[]): Evaluate {
  const expression = parseField(value);
  if (expression instanceof PathSyntaxError) {
    const message = `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`;
    const { unknownFunction } = expression;
    faults.push({ field: name, pointer, message, ...(unknownFunction === undefined ? {} : { unknownFunction }) });
    return () => null;
  }
  return (input, scope) => {
    try {
      return expression.read(input, scope);
    } catch (error) {
      if (!(error instanceof PathMiss)) throw error;
      const searched = shownJson(expression.root === "context" ? scope.context() : input);
      throw new StatesError(
        "States.Runtime",
        `The JSONPath '${expression.text}' specified for the field '${name}' could not be found in the input '${searched}'`,
      );
    }
  };
}

/** The expression, or why the value is none. */
function parseField(value: Json): Expression | PathSyntaxError {
  if (typeof value !== "string") return new PathSyntaxError("expected a string");
  try {
    return parseExpression(value);
  } catch (error) {
    if (error instanceof PathSyntaxError) return error;
    throw error;
  }
}
