import { type Json, ValueDepthError } from "../json.js";
import { PathMiss } from "../jsonpath/path-miss.js";
import type { Path } from "../path.js";
import type { Scope } from "../program.js";
import { shownJson } from "../shown-json.js";
import { StatesError } from "../states-error.js";
import { spend } from "../work.js";
import { type Argument, type Call, IntrinsicFault } from "./call.js";
import { INTRINSIC_FUNCTIONS } from "./functions.js";

/** Computes a call, an argument or a nested call. */
type Evaluate = (input: Json, scope: Scope) => Json;

/**
 * Compiles a call of an intrinsic function to a closure.
 * @param text the whole expression: errors name it, also those of a nested call
 * @returns a closure that throws StatesError: `States.Runtime` where a path finds nothing, `States.IntrinsicFailure` where
 *   a function cannot take its values.
 */
export function compileCall(call: Call, text: string): Evaluate {
  const evaluate = compileNested(call);
  return (input, scope) => {
    try {
      return evaluate(input, scope);
    } catch (error) {
      if (error instanceof MissingArgument) {
        throw new StatesError(
          "States.Runtime",
          `The function '${text}' had the following error: ${error.describe(input)}`,
        );
      }
      if (error instanceof IntrinsicFault) {
        throw new StatesError(
          "States.IntrinsicFailure",
          `The function '${text}' had the following error: ${error.message}`,
        );
      }
      if (error instanceof RangeError || error instanceof ValueDepthError) {
        throw new StatesError(
          "States.IntrinsicFailure",
          `The function '${text}' had the following error: a value is nested too deeply`,
        );
      }
      throw error;
    }
  };
}

function compileNested(call: Call): Evaluate {
  const intrinsic = INTRINSIC_FUNCTIONS.get(call.name);
  if (intrinsic === undefined) throw new Error(`There is no intrinsic function ${call.name}.`);
  const readers = call.arguments.map(compileArgument);
  const [first] = call.arguments;
  const apply =
    first?.kind === "string" && intrinsic.compile !== undefined ? intrinsic.compile(first.source) : intrinsic.apply;
  return (input, scope) => {
    const values = readers.map((read) => read(input, scope));
    const result = apply(values, scope);
    if (scope.work !== undefined) spend(scope.work, sizeOf(values[0]) + sizeOf(result));
    return result;
  };
}

/** What a value takes that a function has made, or has gone through: characters, or as much as they for each item. */
function sizeOf(value: Json | undefined): number {
  if (typeof value === "string") return value.length;
  return Array.isArray(value) ? value.length * WORK_OF_ITEM : WORK_OF_ITEM;
}

const WORK_OF_ITEM = 8;

function compileArgument(argument: Argument): Evaluate {
  switch (argument.kind) {
    case "literal":
    case "string":
      return () => argument.value;
    case "call":
      return compileNested(argument.call);
    case "path":
      return compilePathArgument(argument.path);
  }
}

/** Unlike a template's own path, an index past the end of an array finds nothing here. */
function compilePathArgument(path: Path): Evaluate {
  return (input, scope) => {
    const value = path.find(input, scope);
    if (value === undefined) throw new MissingArgument(path, reason(path, input, scope));
    return value;
  };
}

function reason(path: Path, input: Json, scope: Scope): PathMiss | undefined {
  try {
    path.read(input, scope);
    return undefined;
  } catch (error) {
    if (error instanceof PathMiss) return error;
    throw error;
  }
}

/** An argument whose path finds nothing. */
class MissingArgument extends Error {
  readonly #path: Path;
  readonly #miss: PathMiss | undefined;

  constructor(path: Path, miss: PathMiss | undefined) {
    super(`No value at ${path.text}`);
    this.#path = path;
    this.#miss = miss;
  }

  /**
   * The service's sentence: it writes a path on the context object with one `$`, always shows the input, and passes on
   * the words of its JSONPath library where an index meets something that is no array.
   */
  describe(input: Json): string {
    if (this.#miss?.reason === "not an array") return this.#miss.message;
    const field = this.#path.root === "context" ? this.#path.text.slice(1) : this.#path.text;
    return `The JsonPath argument for the field '${field}' could not be found in the input '${shownJson(input)}'`;
  }
}
