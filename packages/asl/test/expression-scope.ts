import type { JsonObject } from "../src/json.js";
import type { Scope } from "../src/program.js";

const CONTEXT: JsonObject = { Execution: { Name: "run-1", Input: { a: 1 } }, State: { Name: "S" } };

/** A scope for the tests of expressions: everything in it is fixed, and replaceable. */
export function scope(overrides: Partial<Scope> = {}): Scope {
  return {
    input: null,
    variables: {},
    context: () => CONTEXT,
    now: 0,
    random: () => 0.5,
    uuid: () => "00000000-0000-4000-8000-000000000000",
    ...overrides,
  };
}
