import { describe, expect, test } from "vitest";
import { compileState, type Json, type JsonObject, type Scope, type State, type TraceStep } from "../src/index.js";
import { stateOf } from "./machine.js";
import { scopeOf } from "./state-scope.js";

const LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:hello";
const INNER = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };

/** Steps and values that an evaluation tells. */
function traceOf(input: Json, evaluate: (scope: Scope) => unknown): [TraceStep, Json][] {
  const steps: [TraceStep, Json][] = [];
  evaluate({ ...scopeOf(input), trace: (step, value) => steps.push([step, value]) });
  return steps;
}

describe("what a state tells whoever traces it", () => {
  test("Pass", () => {
    const state = stateOf("Pass", { InputPath: "$.a", Parameters: { "x.$": "$.b" }, ResultPath: "$.r" });
    expect(traceOf({ a: { b: 1 } }, (scope) => state.exit(scope))).toEqual([
      ["afterInputPath", { b: 1 }],
      ["afterParameters", { x: 1 }],
      ["afterResultSelector", { x: 1 }],
      ["afterResultPath", { a: { b: 1 }, r: { x: 1 } }],
    ]);
  });

  test("Pass without Parameters: its effective input", () => {
    const steps = traceOf(1, (scope) => stateOf("Pass", {}).exit(scope));
    expect(steps.slice(0, 2)).toEqual([
      ["afterInputPath", 1],
      ["afterParameters", 1],
    ]);
  });

  test("Pass with Result: it reads no input", () => {
    const state = stateOf("Pass", { InputPath: "$.a", Result: 2 });
    expect(traceOf({}, (scope) => state.exit(scope)).map(([step]) => step)).toEqual([
      "result",
      "afterResultSelector",
      "afterResultPath",
    ]);
  });

  test("Task", () => {
    const state = stateOf("Task", { Resource: LAMBDA, ResultSelector: { "y.$": "$.r" }, ResultPath: "$.t" });
    expect(traceOf({ a: 1 }, (scope) => state.enter(scope))).toEqual([
      ["afterInputPath", { a: 1 }],
      ["afterParameters", { a: 1 }],
    ]);
    expect(traceOf({ a: 1 }, (scope) => state.exit(scope, { r: 2 }))).toEqual([
      ["afterResultSelector", { y: 2 }],
      ["afterResultPath", { a: 1, t: { y: 2 } }],
    ]);
  });

  test("Task in JSONata: its arguments, where it has any", () => {
    const task = { QueryLanguage: "JSONata", Resource: LAMBDA };
    const told = (fields: JsonObject) => traceOf(1, (scope) => stateOf("Task", { ...task, ...fields }).enter(scope));
    expect(told({ Arguments: { a: "{% $states.input + 1 %}" } })).toEqual([["afterArguments", { a: 2 }]]);
    expect(told({})).toEqual([]);
  });

  test("Map: the items and the input of each iteration", () => {
    const state = stateOf("Map", { ItemsPath: "$.list", ItemSelector: { "n.$": "$.n" }, ItemProcessor: INNER });
    const steps = traceOf({ list: [1], n: 3 }, (scope) => {
      for (const item of state.enter(scope).items) state.itemInput(scope, item);
    });
    expect(steps).toEqual([
      ["afterInputPath", { list: [1], n: 3 }],
      ["afterItemsPath", [1]],
      ["afterInputPath", { list: [1], n: 3 }],
      ["afterItemSelector", { n: 3 }],
    ]);
  });

  test("Fail: its input", () => {
    expect(traceOf(1, (scope) => stateOf("Fail", { Error: "E" }).failure(scope))).toEqual([["afterInputPath", 1]]);
  });
});

describe("the definition of one state", () => {
  const stateIn = (definition: JsonObject): State | undefined =>
    compileState(JSON.stringify(definition)).program?.states.get("StateName");
  const faultsIn = (definition: string): string[] =>
    compileState(definition).diagnostics.map(({ code, message, location }) => `${code}: ${message} at ${location}`);

  test("may lead to states that are not there", () => {
    expect(stateIn({ Type: "Pass", Next: "Elsewhere" })).toMatchObject({ type: "Pass", next: "Elsewhere" });
  });

  test("holds nested states, which must be whole", () => {
    const parallel = { Type: "Parallel", Branches: [INNER], Next: "Elsewhere" };
    expect(stateIn(parallel)).toMatchObject({ type: "Parallel" });
    const broken = { StartAt: "I", States: { I: { Type: "Pass", Next: "J" } } };
    expect(faultsIn(JSON.stringify({ ...parallel, Branches: [broken] }))[0]).toBe(
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: J at /States/StateName/Branches[0]/States/I/Next",
    );
  });

  test("says where it is wrong as if it were the state of a machine", () => {
    expect(faultsIn('{"Type":"Parallel","Branches":[],"End":true}')).toEqual([
      "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches",
    ]);
  });

  test.each([
    ["nothing", "", "SCHEMA_VALIDATION_FAILED"],
    ["no JSON", "{", "INVALID_JSON_DESCRIPTION"],
    ["no object", "[]", "SCHEMA_VALIDATION_FAILED"],
    ["what would be more than one state", '{"Type":"Succeed"},"B":{"Type":"Succeed"}', "INVALID_JSON_DESCRIPTION"],
  ])("is refused where it is %s", (_what, definition, code) => {
    expect(compileState(definition).diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
    expect(compileState(definition).program).toBeUndefined();
  });
});
