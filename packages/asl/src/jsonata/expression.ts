import { checkDepth, isNumber, type Json, type JsonObject } from "../json.js";
import type { EvaluationRequest, EvaluationResult, Scope } from "../program.js";
import { shownJson } from "../shown-json.js";
import { StatesError } from "../states-error.js";
import { analyse, type References } from "./analysis.js";
import { withDoubles } from "./doubles.js";
import type { JsonataExpression } from "./evaluator.js";
import { serviceFunctions } from "./functions.js";
import { evaluator, inWorld, type World } from "./host.js";
import {
  DEEPEST,
  LimitExceeded,
  MOST_STEPS,
  OUT_OF_MEMORY,
  STACK_OVERFLOW,
  STEPS_AT_ONCE,
  TakesTooLong,
  TIMED_OUT,
} from "./limits.js";
import { toJson, UnsupportedResult } from "./result.js";
import { compileSimple, isNotSimple } from "./simple-expression.js";

/** The text is not an expression of JSONata; the message is the parser's. */
export class JsonataSyntaxError extends Error {}

/** Members of `$states` that only some fields see. */
export interface Given {
  readonly result?: Json;
  readonly errorOutput?: Json;
}

/** A compiled expression of JSONata, as it stands between `{%` and `%}`. */
export interface Expression {
  readonly text: string;
  readonly references: References;
  /**
   * @param field where the expression stands in its state: `Output/values[0]`
   * @throws StatesError `States.QueryEvaluationError` where the expression fails or gives nothing.
   */
  read(field: string, scope: Scope, given: Given): Json;
}

/** @throws JsonataSyntaxError */
export function parseExpression(text: string): Expression {
  const { source, references } = parse(text);
  const simple = compileSimple(source.ast());
  const evaluate = (field: string, scope: Scope, given: Given): Json => {
    const { elsewhere } = scope;
    const known = elsewhere?.result(field);
    if (known !== undefined) return unwrap(known, field);
    const world = new ScopeWorld(scope);
    try {
      const value = run(source, text, field, bindingsOf(references, scope, given), world);
      elsewhere?.done(field, value, world.taken);
      return value;
    } catch (error) {
      if (!(error instanceof TakesTooLong) || elsewhere === undefined) throw error;
      return elsewhere.ask({ text, field, bindings: bindingsOf(references, scope, given), now: scope.now });
    }
  };
  if (simple === undefined) return { text, references, read: evaluate };
  return {
    text,
    references,
    read(field, scope, given) {
      const value = simple(scope, given);
      if (isNotSimple(value)) return evaluate(field, scope, given);
      if (value === undefined) throw undefinedResult(text, field);
      return value;
    },
  };
}

/**
 * Evaluates an expression that took too long where it stood: to the full bounds, and with regular expressions that may
 * take exponential time. Whoever calls this bounds the time from outside as well.
 * @param expired true where the time is over; asked now and then, with the number of steps taken so far
 */
export function evaluateRequest(
  { text, field, bindings, now }: EvaluationRequest,
  { random, uuid }: Pick<World, "random" | "uuid">,
  expired: (steps: number) => boolean,
): EvaluationResult {
  const steps = STEPS_AT_ONCE;
  let taken = 0;
  try {
    const value = run(parse(text).source, text, field, bindings, {
      now,
      random,
      uuid,
      steps,
      overrun() {
        taken += steps;
        if (expired(taken)) throw new LimitExceeded(TIMED_OUT);
        return steps;
      },
      backtrack() {},
    });
    return { value };
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    return { error: error.error, cause: error.cause };
  }
}

/** What is answered for an expression whose evaluation was ended from outside. */
export function limitExceeded({ text, field }: EvaluationRequest, limit: "time" | "memory"): EvaluationResult {
  const { error, cause } = limitFailure(text, field, limit === "time" ? TIMED_OUT : OUT_OF_MEMORY);
  return { error, cause };
}

function parse(text: string): { readonly source: JsonataExpression; readonly references: References } {
  try {
    const source = evaluator.jsonata(text, { stack: DEEPEST });
    const references = analyse(source.ast());
    const functions = serviceFunctions();
    for (const name of references.variables) {
      if (functions.has(name)) source.assign(name, functions.get(name));
    }
    return { source, references };
  } catch (error) {
    if (error instanceof RangeError) throw new JsonataSyntaxError("The expression is too deeply nested");
    throw new JsonataSyntaxError(messageOf(error));
  }
}

/** The names that the evaluator is to know: those that the expression refers to, and no others. */
function bindingsOf({ variables, states }: References, scope: Scope, given: Given): JsonObject {
  const bindings: JsonObject = {};
  for (const name of variables) {
    if (Object.hasOwn(scope.variables, name)) bindings[name] = scope.variables[name] ?? null;
  }
  if (states === undefined || states.size > 0) {
    bindings.states = {
      input: scope.input,
      ...given,
      // Most expressions never look at it, and it has to be made.
      ...(states === undefined || states.has("context") ? { context: scope.context() } : {}),
    };
  }
  return bindings;
}

function run(source: JsonataExpression, text: string, field: string, bindings: JsonObject, world: World): Json {
  let value: Json | undefined;
  try {
    value = inWorld(world, () => toJson(source.evaluate(undefined, withDoubles(bindings) as JsonObject)));
  } catch (error) {
    if (error instanceof TakesTooLong) throw error;
    throw failure(error, text, field, world);
  }
  if (value === undefined) throw undefinedResult(text, field);
  checkDepth(value);
  return value;
}

/** The bounds and the sources of an evaluation in place. */
class ScopeWorld implements World {
  readonly now: number;
  readonly steps: number;
  taken = 0;
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.now = scope.now;
    this.steps = scope.elsewhere?.steps ?? MOST_STEPS;
  }

  random(): number {
    return this.#scope.random();
  }

  uuid(): string {
    return this.#scope.uuid();
  }

  overrun(): number {
    throw this.#scope.elsewhere === undefined ? new LimitExceeded(TIMED_OUT) : new TakesTooLong();
  }

  backtrack(): void {
    throw this.#scope.elsewhere === undefined
      ? new LimitExceeded("A regular expression with look-ahead or back-references cannot be evaluated here")
      : new TakesTooLong();
  }
}

const ERROR = "States.QueryEvaluationError";

/** The longest cause that an event holds, in characters. */
const LONGEST_CAUSE = 32_000;

function queryError(text: string, field: string, fault: string): StatesError {
  const cause = `The JSONata expression '${text}' specified for the field '${field}' ${fault}`;
  return new StatesError(ERROR, cause.length > LONGEST_CAUSE ? `${cause.slice(0, LONGEST_CAUSE)}…` : cause, field);
}

function undefinedResult(text: string, field: string): StatesError {
  return queryError(text, field, "returned nothing (undefined).");
}

/** The error of a result of the wrong type. @param expected the service's name for the right one */
export function unexpectedType(text: string, field: string, expected: string, value: Json): StatesError {
  const shown = `Expected '${expected}', but was '${typeName(value)}' for value: ${shownJson(value)}`;
  return queryError(text, field, `returned an unexpected result type. ${shown}`);
}

function typeName(value: Json): string {
  if (value === null) return "null";
  if (isNumber(value)) return "number";
  return Array.isArray(value) ? "array" : typeof value;
}

function limitFailure(text: string, field: string, message: string): StatesError {
  return queryError(text, field, `threw an error during evaluation: ${message}`);
}

function failure(error: unknown, text: string, field: string, world: World): StatesError {
  if (error instanceof UnsupportedResult) return queryError(text, field, "returned an unsupported result type.");
  const code = codeOf(error);
  if (code === "D1011") return limitFailure(text, field, STACK_OVERFLOW);
  if (code !== undefined) {
    return queryError(text, field, `threw an error during evaluation. ${code}: ${messageOf(error)}`);
  }
  // Errors of JavaScript itself: the stack is over, or a string or an array would be longer than they can be.
  if (error instanceof RangeError) {
    return limitFailure(text, field, /call stack/.test(error.message) ? STACK_OVERFLOW : OUT_OF_MEMORY);
  }
  if (error instanceof Error) {
    return queryError(text, field, `threw an internal error during evaluation. ${world.uuid()}`);
  }
  return limitFailure(text, field, messageOf(error));
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" && /^[A-Z]\d{4}$/.test(error.code) ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}

function unwrap(result: EvaluationResult, field: string): Json {
  if ("value" in result) return result.value;
  throw new StatesError(result.error, result.cause, field);
}
