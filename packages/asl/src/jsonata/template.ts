import { isObject, type Json, type JsonObject, objectOf, setMember } from "../json.js";
import { isIndex } from "../json-object.js";
import type { Scope } from "../program.js";
import { type Expression, type Given, JsonataSyntaxError, parseExpression } from "./expression.js";

/** Something in the text of a definition that is wrong, and where: below the field that was compiled. */
export interface TemplateFault {
  readonly code: "SCHEMA_VALIDATION_FAILED" | "INVALID_JSONATA_EXPRESSION" | "UNSUPPORTED_JSONATA_EXPRESSION";
  readonly message: string;
  /** `""`, `/detail`, `/list[0]`. */
  readonly pointer: string;
}

/** A compiled value of a field: JSON in which strings between `{%` and `%}` are expressions of JSONata. */
export interface Template {
  /** What is wrong with it. A template with faults must not be evaluated. */
  readonly faults: readonly TemplateFault[];
  /** The expression, where the value is nothing but one. */
  readonly expression: Expression | undefined;
  /**
   * The value. What is constant in the template is shared by all values made from it: treat it as frozen.
   * @throws StatesError `States.QueryEvaluationError`
   */
  evaluate(scope: Scope, given: Given): Json;
}

/** True for a string that stands for an expression, or was meant to. */
export function looksLikeExpression(value: Json | undefined): value is string {
  return typeof value === "string" && value.startsWith("{%");
}

/**
 * @param field where the value stands in its state: `Output`, `Catch[0]/Assign`
 * @param catches true where `$states.errorOutput` can be read
 */
export function compileTemplate(template: Json, field: string, catches: boolean): Template {
  const compiler = new TemplateCompiler(field, catches);
  const expression = looksLikeExpression(template) ? compiler.expression(template, "") : undefined;
  const evaluate = expression === undefined ? compiler.compile(template, "") : compiler.read(expression, "");
  return { faults: compiler.faults, expression, evaluate: evaluate ?? (() => template) };
}

type Evaluate = (scope: Scope, given: Given) => Json;

class TemplateCompiler {
  readonly faults: TemplateFault[] = [];
  readonly #field: string;
  readonly #catches: boolean;

  constructor(field: string, catches: boolean) {
    this.#field = field;
    this.#catches = catches;
  }

  /** Undefined for a part of the template that is constant. */
  compile(template: Json, pointer: string): Evaluate | undefined {
    if (looksLikeExpression(template)) {
      const expression = this.expression(template, pointer);
      return expression && this.read(expression, pointer);
    }
    if (Array.isArray(template)) return this.#array(template, pointer);
    return isObject(template) ? this.#object(template, pointer) : undefined;
  }

  read(expression: Expression, pointer: string): Evaluate {
    const field = this.#field + pointer;
    return (scope, given) => expression.read(field, scope, given);
  }

  expression(text: string, pointer: string): Expression | undefined {
    if (!text.endsWith("%}") || text.length < 4) {
      const message = "JSONata string must start with {% and end with %}";
      this.faults.push({ code: "SCHEMA_VALIDATION_FAILED", message, pointer });
      return undefined;
    }
    try {
      const expression = parseExpression(text.slice(2, -2).trim());
      this.#checkReferences(expression, pointer);
      return expression;
    } catch (error) {
      if (!(error instanceof JsonataSyntaxError)) throw error;
      this.faults.push({ code: "INVALID_JSONATA_EXPRESSION", message: error.message, pointer });
      return undefined;
    }
  }

  /** An expression has no context: what it reads, it reads from `$states` and variables. */
  #checkReferences({ references }: Expression, pointer: string): void {
    const refuse = (message: string) => {
      this.faults.push({ code: "UNSUPPORTED_JSONATA_EXPRESSION", message, pointer });
    };
    for (const name of references.topLevel) refuse(`Reference to '${name}' at the top level is not supported.`);
    if (references.root) refuse("Reference to '$$' is not supported.");
    if (!this.#catches && references.states?.has("errorOutput")) refuse("Field '$states.errorOutput' does not exist.");
  }

  #array(template: readonly Json[], pointer: string): Evaluate | undefined {
    const items = template.map((item, index) => this.compile(item, `${pointer}[${index}]`));
    if (items.every((item) => item === undefined)) return undefined;
    const evaluates = template.map((item, index) => items[index] ?? (() => item));
    return (scope, given) => evaluates.map((evaluate) => evaluate(scope, given));
  }

  #object(template: JsonObject, pointer: string): Evaluate | undefined {
    let constant = true;
    const members = Object.entries(template).map(([name, value]): [string, Evaluate] => {
      const evaluate = this.compile(value, `${pointer}/${name}`);
      if (evaluate !== undefined) constant = false;
      return [name, evaluate ?? (() => value)];
    });
    if (constant) return undefined;
    if (members.some(([name]) => isIndex(name))) {
      return (scope, given) => objectOf(members.map(([name, evaluate]) => [name, evaluate(scope, given)]));
    }
    return (scope, given) => {
      const object: JsonObject = {};
      for (const [name, evaluate] of members) setMember(object, name, evaluate(scope, given));
      return object;
    };
  }
}
