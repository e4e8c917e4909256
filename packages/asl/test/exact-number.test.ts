import { describe, expect, it } from "vitest";
import { parseExpression } from "../src/expression.js";
import { checkJson, type Json, parseJson, printJson } from "../src/json.js";
import { parsePath } from "../src/path.js";
import { StatesError } from "../src/states-error.js";
import { scope } from "./expression-scope.js";
import { faultsOf, machineOf, stateOf } from "./machine.js";
import { scopeOf } from "./state-scope.js";

/** What computes with exact numbers computes with their values. */

/** The text of what an expression gives for an input given as text. */
function evaluate(expression: string, input: string): string {
  return printJson(parseExpression(expression).read(parseJson(input), scope()));
}

describe("intrinsic functions", () => {
  it.each([
    ["States.Array($, 1.0, -0)", "1.10", "[1.10,1.0,-0]"],
    ["States.ArrayContains($, 1.1)", "[1.10]", "true"],
    ["States.ArrayContains($, 1.10)", "[1.1]", "true"],
    ["States.ArrayContains($, 1.0)", "[1]", "true"],
    ["States.ArrayContains($.list, $.item)", '{"list":[{"a":[1.0]}],"item":{"a":[1]}}', "true"],
    ["States.ArrayContains($, 12345678901234567891)", "[12345678901234567890]", "false"],
    [
      "States.ArrayUnique($)",
      "[1.10,1.1,1e1,10,12345678901234567890,12345678901234567891,-0,0]",
      "[1.10,1e1,12345678901234567890,12345678901234567891,-0]",
    ],
    ["States.ArrayUnique($)", '[{"a":1.0,"b":2},{"b":2.0,"a":1}]', '[{"a":1.0,"b":2}]'],
    ["States.ArrayGetItem($, 1.0)", "[0,1.50]", "1.50"],
    ["States.ArrayLength($)", "[1.0,1e400]", "2"],
    ["States.ArrayPartition($, 2.0)", "[1.0,2.0,3.0]", "[[1.0,2.0],[3.0]]"],
    ["States.ArrayRange($.a, $.b, $.c)", '{"a":1.0,"b":5e0,"c":2.00}', "[1,3,5]"],
    ["States.MathAdd($.a, $.b)", '{"a":1.0,"b":2.50}', "4"],
    ["States.JsonToString($)", '{"b":1.10,"1":1e400}', '"{\\"b\\":1.10,\\"1\\":1e400}"'],
    ["States.StringToJson($)", '"[1.10,-0]"', "[1.10,-0]"],
    ["States.JsonMerge($.a, $.b, false)", '{"a":{"x":1.0,"y":0},"b":{"1":2.0,"x":1e5}}', '{"x":1e5,"y":0,"1":2.0}'],
    [
      "States.Format('{} {} {} {}', $[0], $[1], $[2], $[3])",
      "[12345678901234567890,1.10,1.0,1e400]",
      '"12345678901234567890 1.1 1.0 1e400"',
    ],
    ["States.Format('{}', $)", '{"a":[1.00,-0.0,-0,1e7,0.00010]}', '"{a=[1.0, -0.0, 0, 1.0E7, 1.0E-4]}"'],
  ])("%s of %s is %s", (expression, input, result) => {
    expect(evaluate(expression, input)).toBe(result);
  });

  it("hash the text of a number", () => {
    expect(evaluate("States.Hash($, 'MD5')", "1.10")).toBe(evaluate("States.Hash($, 'MD5')", '"1.10"'));
  });

  it("take no number that an integer of 32 bits cannot be", () => {
    for (const number of ["1e400", "12345678901234567890", "-1e10"]) {
      expect(() => evaluate("States.MathAdd($, 1)", number)).toThrow(StatesError);
    }
  });
});

describe("paths", () => {
  it.each([
    ["$.a", '{"a":1.10}', "1.10"],
    ["$..n", '{"a":{"n":1.10},"n":1e5}', "[1e5,1.10]"],
    ["$['b','1']", '{"1":1.0,"b":2.0}', '{"b":2.0,"1":1.0}'],
    ["$.*", '{"b":1.0,"1":2.0}', "[1.0,2.0]"],
    ["$.keys()", '{"b":1.0,"1":2.0}', '["b","1"]'],
    ["$[?(@.n == 1.1)]", '[{"n":1.10},{"n":1.11}]', '[{"n":1.10}]'],
    ["$[?(@.n == 1.10)]", '[{"n":1.1},{"n":"1.10"},{"n":"1.1"}]', '[{"n":1.1},{"n":"1.10"}]'],
    ["$[?(@.n === 1.0)]", '[{"n":1},{"n":"1.0"}]', '[{"n":1}]'],
    [
      "$[?(@.n > 12345678901234567890)]",
      '[{"n":12345678901234567890},{"n":12345678901234567891}]',
      '[{"n":12345678901234567891}]',
    ],
    ["$[?(@.n >= 1e400)]", '[{"n":1e400},{"n":9e399}]', '[{"n":1e400}]'],
    ["$[?(@.n in [1.0, 2.0])]", '[{"n":1},{"n":3}]', '[{"n":1}]'],
    ["$[?(@.n =~ /1\\.1./)]", '[{"n":1.10},{"n":1.1}]', '[{"n":1.10}]'],
    ["$[?(@ size 1.0)]", "[[1],[1,2]]", "[[1]]"],
    ["$.sum()", "[1.10,2]", "3.1"],
    ["$.max()", "[1.10,1e0]", "1.1"],
    ["$.append(1.10)", "[1]", "[1,1.10]"],
    ["$.concat($.n)", '{"n":1.10}', '"1.10"'],
  ])("%s of %s is %s", (path, input, result) => {
    expect(printJson(parsePath(path).read(parseJson(input), scope()))).toBe(result);
  });

  it("find nothing in a number", () => {
    for (const path of ["$.n.text", "$.n.toJSON", "$.n.constructor", "$.n['__proto__']", "$.n[0]"]) {
      expect(parsePath(path).find(parseJson('{"n":1.10}'), scope())).toBeUndefined();
    }
    expect(parsePath("$.n.*").read(parseJson('{"n":1.10}'), scope())).toEqual([]);
    expect(parsePath("$..text").read(parseJson('{"n":1.10}'), scope())).toEqual([]);
    expect(() => parsePath("$.n.a").read(parseJson('{"n":1.10}'), scope())).toThrow("node.DoubleNode");
  });
});

describe("states", () => {
  const chosen = (rule: object, input: string): string =>
    stateOf("Choice", { Choices: [{ ...rule, Next: "Yes" }], Default: "No" } as Json as never).choose(
      scopeOf(parseJson(input)),
    ).next;

  it.each([
    [{ Variable: "$.n", NumericEquals: 1.1 }, '{"n":1.10}', "Yes"],
    [{ Variable: "$.n", NumericEqualsPath: "$.m" }, '{"n":1.10,"m":1.1}', "Yes"],
    [{ Variable: "$.n", NumericEqualsPath: "$.m" }, '{"n":12345678901234567890,"m":12345678901234567891}', "No"],
    [{ Variable: "$.n", NumericLessThanPath: "$.m" }, '{"n":12345678901234567890,"m":12345678901234567891}', "Yes"],
    [{ Variable: "$.n", NumericGreaterThan: 5 }, '{"n":1e400}', "Yes"],
    [{ Variable: "$.n", NumericGreaterThan: 5 }, '{"n":"1e400"}', "No"],
    [{ Variable: "$.n", IsNumeric: true }, '{"n":1.0}', "Yes"],
    [{ Variable: "$.n", IsString: true }, '{"n":1.0}', "No"],
    [{ Variable: "$.n", IsNull: false }, '{"n":1.0}', "Yes"],
    [{ Variable: "$.n", StringEquals: "1.0" }, '{"n":1.0}', "No"],
    [{ Variable: "$.n.text", IsPresent: true }, '{"n":1.0}', "No"],
  ])("choose by value: %j with %s leads to %s", (rule, input, next) => {
    expect(chosen(rule, input)).toBe(next);
  });

  it("wait for whole seconds", () => {
    const wait = stateOf("Wait", { SecondsPath: "$" });
    expect(wait.until(scopeOf(parseJson("60.0")), 0)).toBe(60_000);
    expect(() => wait.until(scopeOf(parseJson("1.50")), 0)).toThrow("cannot be parsed as a long value: $ == 1.50");
    expect(() => wait.until(scopeOf(parseJson("1e400")), 0)).toThrow("cannot be parsed as a long value: $ == 1e400");
    expect(() => wait.until(scopeOf(parseJson("-1e1")), 0)).toThrow("references a negative value: $ == -1e1");
    expect(() => wait.until(scopeOf(parseJson("12345678901234567890")), 0)).toThrow("Wait state delay is too long.");
  });

  it("have limits that are numbers of any form", () => {
    const processor = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };
    const map = stateOf("Map", { MaxConcurrencyPath: "$.n", ItemsPath: "$.items", ItemProcessor: processor });
    expect(map.enter(scopeOf(parseJson('{"n":2.0,"items":[1.0]}'))).maxConcurrency).toBe(2);
    expect(() => map.enter(scopeOf(parseJson('{"n":2.50,"items":[]}')))).toThrow('"2.50" which is not a valid integer');
  });

  it("keep the constants of their definition", () => {
    const definition = printJson(machineOf({ Type: "Pass", Result: 0 })).replace(
      '"Result":0',
      '"Result":{"b":1.10,"1":1e400}',
    );
    const { States } = parseJson(definition) as { States: { S: { Result: Json } } };
    expect(printJson(States.S.Result)).toBe('{"b":1.10,"1":1e400}');
  });

  it("refuse numbers that are no doubles where they are computed with", () => {
    const task = { Type: "Task", Resource: "arn:aws:lambda:us-east-1:123456789012:function:f" };
    const retry = (rate: string) => parseJson(`[{"ErrorEquals":["States.ALL"],"BackoffRate":${rate}}]`);
    expect(faultsOf(machineOf({ ...task, Retry: retry("2.0") }))).toEqual([]);
    expect(faultsOf(machineOf({ ...task, Retry: retry("1e400") }))).toHaveLength(1);
  });
});

describe("a text that was checked", () => {
  it("belongs to the one who parses it next", () => {
    const text = '{"a":[1]}';
    checkJson(text);
    const first = parseJson(text) as { a: Json[] };
    first.a.push(2);
    expect(parseJson(text)).toEqual({ a: [1] });
  });

  it("is not taken for another, nor for one that is wrong", () => {
    checkJson("[1]");
    expect(parseJson("[2]")).toEqual([2]);
    expect(() => checkJson("[1")).toThrow(SyntaxError);
    expect(() => parseJson("[1")).toThrow(SyntaxError);
    checkJson("[[1]]");
    expect(() => parseJson("[[1]]", 1)).toThrow("nesting depth");
  });
});

describe("texts made to take long", () => {
  const long = 200_000;

  it.each([
    ["digits in a string", JSON.stringify("1".repeat(long))],
    ["digits after a blank in a string", JSON.stringify([` ${"1".repeat(long)} `, `,${"1".repeat(long)}`])],
    ["a number", `[${"1".repeat(long)}]`],
    ["a fraction", `[0.${"1".repeat(long)}]`],
    ["a fraction of zeros", `[0.${"0".repeat(long)}]`],
    [
      "zeros and commas in a string",
      JSON.stringify(["0,".repeat(long / 2), "10 ".repeat(long / 3), "1.0,".repeat(long / 4)]),
    ],
    ["exponents in a string", JSON.stringify([`${"1e".repeat(long / 2)}`, `,${"11e".repeat(long / 3)}`])],
    ["a name of digits", `{"a":1,"${"1".repeat(long)}":2}`],
    ["many names", `{${Array.from({ length: long / 10 }, (_, index) => `"${long - index}":1.0`).join(",")}}`],
    ["blanks after a name", `{"1"${" ".repeat(long)}:1.0}`],
    ["blanks after strings", `[${Array.from({ length: 300 }, () => `"1"${" ".repeat(600)}`).join(",")},1.0]`],
    ["backslashes", JSON.stringify(["\\".repeat(long / 2), 1]).replace(",1]", ",1.0]")],
    ["escaped digits", `{"${"\\u0031".repeat(long / 6)}":1.0}`],
    ["numbers", `[${"1.0,".repeat(long / 4)}0]`],
    ["an exponent that is no number", `[1e${"9".repeat(long)},1e-${"9".repeat(long)}]`],
  ])("take no longer than others: %s", (_name, text) => {
    // A quadratic time would be minutes, which is what the limit of a test is for.
    const compact = text.replaceAll(/"( +)(?=[:,])/g, '"').replaceAll("\\u0031", "1");
    // A difference of such texts would fill screens.
    expect(printJson(parseJson(text)) === compact).toBe(true);
  });
});
