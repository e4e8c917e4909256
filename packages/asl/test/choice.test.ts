import { describe, expect, test } from "vitest";
import { type Json, type JsonObject, StatesError } from "../src/index.js";
import { stateOf } from "./machine.js";
import { scopeOf } from "./state-scope.js";

function choose(rule: JsonObject, input: Json, variables: JsonObject = {}): string {
  const other = { And: [{ Variable: "$$.State.Name", IsNull: true }], Next: "No" };
  const state = stateOf("Choice", { Choices: [{ ...rule, Next: "Yes" }, other], Default: "No" });
  return state.choose(scopeOf(input, variables, { State: { Name: "S" } })).next;
}

describe("operators", () => {
  test.each<[string, Json, Json[], Json[]]>([
    ["StringEquals", "b", ["b"], ["B", "", 1, null, ["b"]]],
    ["StringLessThan", "b", ["a", "", "B", "ab"], ["b", "c", 1]],
    ["StringGreaterThan", "b", ["c", "ba"], ["b", "a", null]],
    ["StringLessThanEquals", "b", ["b", "a"], ["c"]],
    ["StringGreaterThanEquals", "b", ["b", "c"], ["a"]],
    ["NumericEquals", 1, [1, 1.0], [0, "1", true, null]],
    ["NumericLessThan", 1, [0.5, -3], [1, "0"]],
    ["NumericGreaterThan", 1, [1.1], [1, "2"]],
    ["NumericLessThanEquals", 1, [1, 0], [1.1]],
    ["NumericGreaterThanEquals", 1, [1, 2], [0.9]],
    ["BooleanEquals", true, [true], [false, "true", 1, null]],
    ["BooleanEquals", false, [false], [true, 0, null]],
    ["TimestampEquals", "2024-01-01T12:00:00Z", ["2024-01-01T13:00:00+01:00"], ["2024-01-01T12:00:01Z", "noon", 0]],
    ["TimestampLessThan", "2024-01-01T12:00:00Z", ["2024-01-01T11:59:59.999Z"], ["2024-01-01T12:00:00Z", ""]],
    ["TimestampGreaterThan", "2024-01-01T12:00:00Z", ["2024-01-01T12:00:00.001Z"], ["2024-01-01T12:00:00Z"]],
    ["TimestampLessThanEquals", "2024-01-01T12:00:00Z", ["2024-01-01T12:00:00Z"], ["2024-01-01T12:00:01Z"]],
    ["TimestampGreaterThanEquals", "2024-01-01T12:00:00Z", ["2024-01-01T12:00:00Z"], ["2024-01-01T11:00:00Z"]],
  ])("%s %j, literal and by path", (name, operand, matching, others) => {
    for (const [values, next] of [
      [matching, "Yes"],
      [others, "No"],
    ] as const) {
      for (const value of values) {
        expect(choose({ Variable: "$.v", [name]: operand }, { v: value })).toBe(next);
        expect(choose({ Variable: "$.v", [`${name}Path`]: "$.o" }, { v: value, o: operand })).toBe(next);
      }
    }
  });

  test.each<[string, Json[], Json[]]>([
    ["IsNull", [null], [0, "", false, {}]],
    ["IsNumeric", [0, 1.5], ["0", null]],
    ["IsString", ["", "a"], [0, null]],
    ["IsBoolean", [true, false], ["true", 0, null]],
    ["IsTimestamp", ["2024-01-01T12:00:00Z"], ["2024-01-01", 0, null]],
    ["IsPresent", [null, 0, "", {}], []],
  ])("%s, true and false", (name, matching, others) => {
    for (const [values, holds] of [
      [matching, true],
      [others, false],
    ] as const) {
      for (const value of values) {
        for (const wanted of [true, false]) {
          expect(choose({ Variable: "$.v", [name]: wanted }, { v: value })).toBe(holds === wanted ? "Yes" : "No");
        }
      }
    }
  });

  test("StringMatches", () => {
    expect(choose({ Variable: "$.v", StringMatches: "a*\\*" }, { v: "abc*" })).toBe("Yes");
    expect(choose({ Variable: "$.v", StringMatches: "*" }, { v: 1 })).toBe("No");
  });

  test("an operand of another type matches nothing", () => {
    expect(choose({ Variable: "$.v", StringEqualsPath: "$.o" }, { v: "1", o: 1 })).toBe("No");
    expect(choose({ Variable: "$.v", TimestampEqualsPath: "$.o" }, { v: "x", o: "x" })).toBe("No");
  });
});

describe("rules", () => {
  const one = { Variable: "$.n", NumericEquals: 1 };
  const two = { Variable: "$.n", NumericEquals: 2 };

  test.each<[JsonObject, Json, string]>([
    [{ Not: one }, { n: 1 }, "No"],
    [{ Not: one }, { n: 2 }, "Yes"],
    [{ Or: [one, two] }, { n: 2 }, "Yes"],
    [{ Or: [one, two] }, { n: 3 }, "No"],
    [{ And: [one, { Not: two }] }, { n: 1 }, "Yes"],
    [{ And: [one, two] }, { n: 1 }, "No"],
    [{ And: [{ Variable: "$.n", IsPresent: true }, one] }, {}, "No"],
    [{ Variable: "$v", NumericEqualsPath: "$w" }, {}, "Yes"],
    [{ Variable: "$no", IsPresent: false }, {}, "Yes"],
    [{ Variable: "$.list[1]", IsPresent: false }, { list: [0] }, "Yes"],
  ])("%j on %j", (rule, input, next) => {
    expect(choose(rule, input, { v: 1, w: 1 })).toBe(next);
  });

  test("a variable that does not exist is an error", () => {
    expect(() => choose(one, {})).toThrowError(
      new StatesError(
        "States.Runtime",
        "Invalid path '$.n': The choice state's condition path references an invalid value.",
      ),
    );
    expect(() => choose({ Variable: "$.n", NumericEqualsPath: "$.m" }, { n: 1 })).toThrowError(/'\$\.m'/);
  });

  test("the first rule that holds wins, with its Assign; Default has the state's", () => {
    const state = stateOf("Choice", {
      InputPath: "$.in",
      OutputPath: "$.k",
      Choices: [
        { ...one, Next: "Yes", Assign: { "rule.$": "$.n" } },
        { Variable: "$.n", NumericLessThan: 3, Next: "No", Assign: { rule: "second" } },
      ],
      Default: "No",
      Assign: { rule: "none" },
    });
    const leave = (n: number) => state.choose(scopeOf({ in: { n, k: "k" } }));
    expect(leave(1)).toEqual({ next: "Yes", output: "k", assigned: { rule: 1 } });
    expect(leave(2)).toEqual({ next: "No", output: "k", assigned: { rule: "second" } });
    expect(leave(3)).toEqual({ next: "No", output: "k", assigned: { rule: "none" } });
  });

  test("no match and no Default is an error", () => {
    const state = stateOf("Choice", {
      Choices: [
        { ...one, Next: "Yes" },
        { ...two, Next: "No" },
      ],
    });
    expect(() => state.choose(scopeOf({ n: 3 }))).toThrowError(
      new StatesError(
        "States.Runtime",
        "Failed to transition out of the state. The state does not point to a next state.",
      ),
    );
  });
});
