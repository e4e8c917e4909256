import type { Fields } from "../fields.js";
import { type Json, numberOf } from "../json.js";
import type { Scope, WaitState } from "../program.js";
import type { Computed, Evaluate, QueryLanguage } from "../query-language/query-language.js";
import { shownJson } from "../shown-json.js";
import { StatesError } from "../states-error.js";
import { parseTimestamp } from "../timestamp.js";
import { compileNext } from "./next.js";
import type { StateContext } from "./state-context.js";

export const WAIT_FIELDS = {
  both: ["Type", "Comment", "QueryLanguage", "Next", "End", "Assign", "Seconds", "Timestamp"],
  JSONPath: ["InputPath", "OutputPath", "SecondsPath", "TimestampPath"],
  JSONata: ["Output"],
};

/** The longest wait the service takes: 24,855 days pass and 24,856 do not, a signed 32-bit number of seconds. */
const LONGEST_WAIT = (2 ** 31 - 1) * 1000;

/** Seconds in a definition (spec page of the service, "Wait workflow state"). */
const MOST_SECONDS = 99_999_999;

/** Wait: for a number of seconds, or until a point in time. */
export function compileWait(state: Fields, context: StateContext): WaitState {
  const input = context.language.input(state);
  const until = compileUntil(state, context.language, input);
  const exit = context.language.exit(state);
  return {
    type: "Wait",
    name: context.name,
    next: compileNext(state, context),
    until(scope, now) {
      const end = until(scope, now);
      if (end - now <= LONGEST_WAIT) return end;
      throw new StatesError("States.Runtime", "Wait state delay is too long.");
    },
    exit: (scope) => exit(scope, input(scope)),
  };
}

function compileUntil(state: Fields, language: QueryLanguage, input: Evaluate): (scope: Scope, now: number) => number {
  const names = ["SecondsPath", "Seconds", "TimestampPath", "Timestamp"];
  state.requireOneOf(...names);
  state.exclusive(...names);
  const seconds = language.computed(state, "Seconds", input);
  if (seconds !== undefined) return (scope, now) => now + readSeconds(seconds, scope) * 1000;
  const timestamp = language.computed(state, "Timestamp", input);
  if (timestamp !== undefined) return (scope) => readTimestamp(timestamp, scope);
  const literalSeconds = state.integer("Seconds", { minimum: 0, maximum: MOST_SECONDS }) ?? 0;
  const literal = state.string("Timestamp");
  if (literal === undefined) return (_scope, now) => now + literalSeconds * 1000;
  const end = parseTimestamp(literal);
  if (end === undefined) state.refuse("String does not match RFC3339 timestamp", state.at("Timestamp"));
  return () => end?.milliseconds ?? 0;
}

function readSeconds(seconds: Computed, scope: Scope): number {
  const value = seconds.find(scope);
  if (value === undefined) throw failure(seconds, "does not reference an input value");
  const { errors } = seconds;
  const number = numberOf(value);
  if (errors !== undefined && number === undefined) throw errors.unexpectedType("number", value);
  if (number === undefined || !Number.isInteger(number)) {
    throw failure(seconds, "cannot be parsed as a long value", value);
  }
  if (number < 0) throw failure(seconds, "references a negative value", value);
  return number;
}

function readTimestamp(timestamp: Computed, scope: Scope): number {
  const value = timestamp.find(scope);
  if (value === undefined) throw failure(timestamp, "does not reference an input value");
  const instant = typeof value === "string" ? parseTimestamp(value) : undefined;
  if (instant !== undefined) return instant.milliseconds;
  if (timestamp.errors !== undefined && typeof value !== "string") {
    throw timestamp.errors.unexpectedType("string", value);
  }
  const format = "ISO-8601 extended offset date-time format string";
  const words =
    timestamp.errors === undefined ? `does not reference a valid ${format}` : `cannot be parsed as an ${format}`;
  throw failure(timestamp, words, value);
}

function failure({ field, text, errors }: Computed, fault: string, value?: Json): StatesError {
  const shownValue = typeof value === "string" ? value : shownJson(value ?? null);
  if (errors !== undefined) return errors.invalidValue(`The ${field} field ${fault}: ${shownValue}`);
  const shown = value === undefined ? "" : ` == ${shownValue}`;
  return new StatesError("States.Runtime", `The ${field} parameter ${fault}: ${text}${shown}`);
}
