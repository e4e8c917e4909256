import type { Json, JsonObject, Scope } from "../src/index.js";

/** What an expression sees, for a test: an input, and variables and a context object where the test needs them. */
export function scopeOf(input: Json, variables: JsonObject = {}, context: JsonObject = {}): Scope {
  return {
    input,
    variables,
    context: () => context,
    now: 0,
    random: () => 0.5,
    uuid: () => "00000000-0000-4000-8000-000000000000",
  };
}
