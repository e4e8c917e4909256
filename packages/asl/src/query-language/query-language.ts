import type { Fields } from "../fields.js";
import type { Json } from "../json.js";
import type { Exit, Scope } from "../program.js";
import type { StatesError } from "../states-error.js";

export type QueryLanguageName = "JSONPath" | "JSONata";

/** Something that a state computes. @throws StatesError */
export type Evaluate = (scope: Scope) => Json;

/** Something that a state computes from a value that is not in the scope: the effective input, a result. @throws StatesError */
export type EvaluateOn = (value: Json, scope: Scope) => Json;

/** A field whose value is computed: `SecondsPath`, or `Seconds` with an expression. */
export interface Computed {
  /** The field's name as it stands in the definition. */
  readonly field: string;
  /** The path or expression as it stands in the definition. */
  readonly text: string;
  /** @throws StatesError where the path finds nothing, or the expression fails. */
  read(scope: Scope): Json;
  /** The same, but undefined where a path finds nothing. */
  find(scope: Scope): Json | undefined;
  /** JSONata: the errors of a value that the field cannot take. JSONPath has words of its own in each field. */
  readonly errors?: ComputedErrors;
}

export interface ComputedErrors {
  /** @param expected the service's name for the right type */
  unexpectedType(expected: string, value: Json): StatesError;
  /** @param cause the service's words, without the state */
  invalidValue(cause: string): StatesError;
}

/**
 * What differs between JSONPath and JSONata: which fields move data, and what they mean. Every method compiles fields to
 * closures once, and reports what is wrong with them.
 */
export interface QueryLanguage {
  readonly name: QueryLanguageName;
  /** What `$` means in the state: its input after InputPath; in JSONata the raw input. */
  input(state: Fields): Evaluate;
  /** The name of the field that {@link payload} reads. */
  readonly payloadField: "Parameters" | "Arguments";
  /** What a task, its branches or an item reader get: Parameters or Arguments. Undefined where there is none. */
  payload(fields: Fields, input: Evaluate): Evaluate | undefined;
  /**
   * How a state or catcher is left with a result (or error output), which is its output where it says nothing else.
   * @param given as what expressions see the result, where they do
   */
  exit(fields: Fields, given?: "result" | "errorOutput"): (scope: Scope, result: Json) => Exit;
  /** How a Choice state is left: by one of its rules, or by Default where `rule` is undefined. */
  choiceExit(state: Fields, rule: Fields | undefined): (scope: Scope, input: Json) => Exit;
  /** Whether a choice rule holds. */
  condition(rule: Fields): (input: Json, scope: Scope) => boolean;
  /** A field that is a string, literal or computed: Error, Cause. Undefined where it is absent. */
  text(state: Fields, name: string): ((scope: Scope) => string) | undefined;
  /** The computed form of a field that may also hold a literal. Undefined where the field is absent or literal. */
  computed(fields: Fields, name: string, input: Evaluate): Computed | undefined;
  /** A field that holds a template: ItemSelector, BatchInput, Credentials. */
  template(fields: Fields, name: string): EvaluateOn | undefined;
  /** The items of a Map state. */
  items(state: Fields, input: Evaluate): (scope: Scope) => readonly Json[];
}
