import { describe, expect, it } from "vitest";
import { type Json, parseJson } from "../src/json.js";
import { compileTemplate } from "../src/payload-template.js";
import { StatesError } from "../src/states-error.js";
import { scope } from "./expression-scope.js";

function evaluate(template: Json, input: Json = null, where = scope()): Json {
  return compileTemplate(template).evaluate(input, where);
}

describe("payload templates", () => {
  it("replaces members whose name ends with .$", () => {
    const template = {
      fixed: { a: [1, "$.x"] },
      "x.$": "$.x",
      nested: { "all.$": "$", list: [{ "y.$": "$.y[0]" }, 5] },
      "name.$": "$$.Execution.Name",
      "count.$": "$count",
      "text.$": "States.Format('x={}', $.x)",
      "none.$": "$.missing[*]",
    };
    const input = { x: 1, y: [2] };
    expect(evaluate(template, input, scope({ variables: { count: 3 } }))).toEqual({
      fixed: { a: [1, "$.x"] },
      x: 1,
      nested: { all: input, list: [{ y: 2 }, 5] },
      name: "run-1",
      count: 3,
      text: "x=1",
      none: [],
    });
  });

  it.each<[Json]>([[{ a: { b: [1, { c: "$.x" }] } }], [[]], ["$.x"], [null], [{ "a.$b": "$.x", $: 1 }]])(
    "gives a constant template %j itself",
    (template) => {
      expect(evaluate(template, { x: 1 })).toBe(template);
    },
  );

  it("shares constant parts and does not change the template", () => {
    const template = { constant: { a: 1 }, "x.$": "$.x" };
    const before = JSON.stringify(template);
    const payload = evaluate(template, { x: 1 }) as typeof template;
    expect(payload.constant).toBe(template.constant);
    expect(JSON.stringify(template)).toBe(before);
  });

  it("takes __proto__ as a name", () => {
    const payload = evaluate(
      parseJson('{"__proto__.$": "$.x", "constructor.$": "$.__proto__"}'),
      parseJson('{"x": 1, "__proto__": 2}'),
    );
    expect(JSON.stringify(payload)).toBe('{"__proto__":1,"constructor":2}');
  });

  it("reports every fault with its field and place", () => {
    const template = {
      "a.$": "no path",
      "b.$": "$.fine",
      deep: { list: [1, { "c.$": "States.Nope()" }], "d.$": 5 },
      "e.$": "States.Format('\\\"')",
    };
    const message = (field: string) =>
      `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call`;
    expect(compileTemplate(template).faults).toEqual([
      { field: "a.$", pointer: "", message: message("a.$") },
      { field: "c.$", pointer: "/deep/list[1]", message: message("c.$"), unknownFunction: "States.Nope" },
      { field: "d.$", pointer: "/deep", message: message("d.$") },
      { field: "e.$", pointer: "", message: message("e.$") },
    ]);
    expect(compileTemplate({ "b.$": "$.fine" }).faults).toEqual([]);
  });

  it.each<[string, Json, string]>([
    [
      "$.a.b",
      { a: {} },
      "The JSONPath '$.a.b' specified for the field 'v.$' could not be found in the input '{\"a\":{}}'",
    ],
    [
      "$$.Execution.Nope",
      { a: 1 },
      'The JSONPath \'$$.Execution.Nope\' specified for the field \'v.$\' could not be found in the input \'{"Execution":{"Name":"run-1","Input":{"a":1}},"State":{"Name":"S"}}\'',
    ],
    ["$none", 1, "The JSONPath '$none' specified for the field 'v.$' could not be found in the input '1'"],
  ])("fails where %s finds nothing", (path, input, cause) => {
    expect(() => evaluate({ "v.$": path }, input)).toThrow(new StatesError("States.Runtime", cause));
    expect(() => evaluate({ deep: [{ "v.$": path }] }, input)).toThrow(new StatesError("States.Runtime", cause));
  });

  it("gives null past the end of an array", () => {
    expect(evaluate({ "v.$": "$.items[5]" }, { items: [1] })).toEqual({ v: null });
  });
});
