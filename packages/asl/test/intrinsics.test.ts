import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Expression, parseExpression } from "../src/expression.js";
import { INTRINSIC_FUNCTIONS } from "../src/intrinsics/functions.js";
import { JavaRandom } from "../src/java-random.js";
import { javaText } from "../src/java-text.js";
import { type Json, parseJson } from "../src/json.js";
import { PathMiss, PathSyntaxError } from "../src/path.js";
import { StatesError } from "../src/states-error.js";
import { json } from "./arbitraries.js";
import { scope } from "./expression-scope.js";

function evaluate(text: string, input: Json = null, where = scope()): Json {
  return parseExpression(text).read(input, where);
}

const INPUT: Json = {
  s: "some text",
  n: 5,
  f: 2.5,
  list: [1, 2, 3, 4, 5],
  o: { a: 1, b: { c: [true, null, "x"] } },
  other: { b: 2, z: 9 },
  nul: null,
  template: "<{}>",
};

describe("intrinsic functions", () => {
  it("are the eighteen of the service", () => {
    expect(INTRINSIC_FUNCTIONS.size).toBe(18);
  });

  it.each<[string, Json]>([
    ["States.Format('plain')", "plain"],
    ["States.Format('{} and {}', 'a', $.n)", "a and 5"],
    ["States.Format('{}|{}|{}|{}', null, true, 1.5, $.list)", "null|true|1.5|[1, 2, 3, 4, 5]"],
    ["States.Format('{}', $.o)", "{a=1, b={c=[true, null, x]}}"],
    ["States.Format($.template, $.s)", "<some text>"],
    ["States.Format('it\\'s \\{\\} {} \\\\', 1)", "it's {} 1 \\"],
    ["States.Format('{\"k\": {}}', 1)", '{"k": 1}'],
    ["States.Format('{}{}', 'a', '{}')", "a{}"],
    ["States.Format('line\nbreak {}', $$.State.Name)", "line\nbreak S"],
    ["States.StringToJson('{\"a\": [1, null]}')", { a: [1, null] }],
    ["States.StringToJson(' ')", null],
    ["States.StringToJson('')", null],
    ["States.StringToJson('\"x\"')", "x"],
    ["States.JsonToString($.o)", '{"a":1,"b":{"c":[true,null,"x"]}}'],
    ["States.JsonToString('x')", '"x"'],
    ["States.JsonMerge($.o, $.other, false)", { a: 1, b: 2, z: 9 }],
    ["States.Array()", []],
    ["States.Array('a', 1, -2.5, true, null, $.n, States.Array())", ["a", 1, -2.5, true, null, 5, []]],
    ["States.ArrayPartition($.list, 2)", [[1, 2], [3, 4], [5]]],
    ["States.ArrayPartition($.list, 2.4)", [[1, 2], [3, 4], [5]]],
    ["States.ArrayPartition(States.Array(), 3)", []],
    ["States.ArrayContains($.list, 3)", true],
    ["States.ArrayContains($.list, '3')", false],
    ["States.ArrayContains(States.Array($.o), $.o)", true],
    ["States.ArrayContains(States.Array(null), $.nul)", true],
    ["States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]],
    ["States.ArrayRange(5, -5, -5)", [5, 0, -5]],
    ["States.ArrayRange(1, 5, -1)", []],
    ["States.ArrayRange(3, 3, 1)", [3]],
    ["States.ArrayRange(0.6, 3.4, 1)", [1, 2, 3]],
    ["States.ArrayGetItem($.list, 0)", 1],
    ["States.ArrayGetItem($.list, States.MathAdd(States.ArrayLength($.list), -1))", 5],
    ["States.ArrayLength($.list[1:3])", 2],
    ["States.ArrayLength($.list[?(@ > 1)])", 4],
    ["States.ArrayLength($.nothing[*])", 0],
    ["States.Base64Encode('größe ✓ 😀')", "Z3LDtsOfZSDinJMg8J+YgA=="],
    ["States.Base64Decode('Z3LDtsOfZSDinJMg8J+YgA==')", "größe ✓ 😀"],
    ["States.Base64Decode('YQ')", "a"],
    ["States.Hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"],
    ["States.Hash('abc', 'SHA-1')", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["States.Hash('abc', 'SHA-256')", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "States.Hash('abc', 'SHA-384')",
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ],
    [
      "States.Hash('abc', 'SHA-512')",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ],
    ["States.Hash(States.Array('a'), 'MD5')", "4c96bbc0e2390918dd50ef8e7eaff6e2"],
    ["States.MathAdd(1, $.n)", 6],
    ["States.MathAdd(1.5, -1.5)", 1],
    ["States.MathRandom(10, 20)", 15],
    ["States.MathRandom(-2147483648, 2147483647)", -1],
    ["States.StringSplit('a,b;c', ',;')", ["a", "b", "c"]],
    ["States.StringSplit(',,a,,b,', ',')", ["a", "b"]],
    ["States.StringSplit('a b', '')", ["a b"]],
    ["States.StringSplit('', ',')", []],
    ["States.StringSplit('x😀y😁z', '😀')", ["x", "y😁z"]],
    ["States.UUID()", "00000000-0000-4000-8000-000000000000"],
    [" States.Array( 'a' ,\n2 ) ", ["a", 2]],
    ["States.Array($['s'], $.o['b'].c[2], $$['State'].Name)", ["some text", "x", "S"]],
    ["States.Array($.list[?(@ == 1 || @ == 'a,)')], $.list.length())", [[1], 5]],
  ])("%s", (text, expected) => {
    expect(evaluate(text, INPUT)).toEqual(expected);
  });

  it("keeps the first of equal values", () => {
    const input = parseJson(
      '[1, "1", 1, {"a": 1, "b": [2]}, {"b": [2], "a": 1}, [], [], null, null, {"__proto__": 1}, {}, {}]',
    );
    expect(evaluate("States.ArrayUnique($)", input)).toEqual(
      parseJson('[1, "1", {"a": 1, "b": [2]}, [], null, {"__proto__": 1}, {}]'),
    );
  });

  it("reads variables", () => {
    const where = scope({ variables: { name: "Ada", list: [1, 2] } });
    expect(evaluate("States.Format('{} {}', $name, $list[1])", null, where)).toBe("Ada 2");
  });

  it("draws seeded numbers as java.util.Random", () => {
    const random = new JavaRandom(42);
    expect([random.double(), random.double()]).toEqual([0.7275636800328681, 0.6832234717598454]);
    const integers = new JavaRandom(42);
    expect([integers.between(0, 10), integers.between(0, 10), integers.between(0, 16)]).toEqual([0, 3, 10]);
    expect(evaluate("States.MathRandom(0, 1000, 7)")).toBe(evaluate("States.MathRandom(0, 1000, 7)"));
    const wide = evaluate("States.MathRandom(-2147483648, 2147483647, -3)") as number;
    expect(Number.isInteger(wide)).toBe(true);
  });

  it.each<[number, string]>([
    [100, "100"],
    [-0, "0"],
    [1.1, "1.1"],
    [1e20, "100000000000000000000"],
    [1.5e300, "1.5E300"],
    [12345678.5, "1.23456785E7"],
    [0.0001, "1.0E-4"],
    [0.001, "0.001"],
    [9999999.5, "9999999.5"],
  ])("writes %d as %s", (number, text) => {
    expect(javaText(number)).toBe(text);
  });
});

describe("calls of intrinsic functions", () => {
  const ten = `${"States.Array(".repeat(10)}${")".repeat(10)}`;
  const eleven = `${"States.Array(".repeat(11)}${")".repeat(11)}`;

  it("nest to ten levels", () => {
    expect(JSON.stringify(evaluate(ten))).toBe(`${"[".repeat(10)}${"]".repeat(10)}`);
    expect(() => parseExpression(eleven)).toThrow(PathSyntaxError);
  });

  it.each([
    "",
    "States",
    "States.",
    "States.Nope()",
    "States.format('{}', 1)",
    "States.UUID",
    "States.UUID(",
    "States.UUID() x",
    "States.UUID(1)",
    "States.MathAdd(1)",
    "States.MathRandom(1, 2, 3, 4)",
    "States.Format()",
    "States.Array(,)",
    "States.Array(1,)",
    "States.Array(1 2)",
    "States.Array('a)",
    'States.Array("a")',
    "States.Array('a\\\"b')",
    "States.Array('a\\n')",
    "States.Array('a\\",
    "States.Array(abc)",
    "States.Array(01)",
    "States.Array(1e)",
    "States.Array([1])",
    "States.Array({})",
    "States.Array($.a b)",
    "States.Array($.a[)",
    "States.Array(@.a)",
    "States.StringSplit('a b', ' ')[0]",
    `States.Array(${"1,".repeat(2_000)}1)`,
  ])("refuses %s", (text) => {
    expect(() => parseExpression(text)).toThrow(PathSyntaxError);
  });

  it.each([
    ["States.Format('{}', $.nope)", "$.nope"],
    ["States.Format('{}',$.o.nope)", "$.o.nope"],
    ["States.Format('{}', States.Format('{}', $.nope))", "$.nope"],
    ["States.Array($.list[9])", "$.list[9]"],
    ["States.Array($$.Nope.Deep)", "$.Nope.Deep"],
    ["States.Array($none)", "$none"],
    ["States.Array($.n.x)", "$.n.x"],
  ])("names the argument that is missing in %s", (text, field) => {
    const cause = `The function '${text}' had the following error: The JsonPath argument for the field '${field}' could not be found in the input '${JSON.stringify(INPUT)}'`;
    expect(() => evaluate(text, INPUT)).toThrow(new StatesError("States.Runtime", cause));
  });

  it("passes on what the JSONPath library says of an index on something else than an array", () => {
    expect(() => evaluate("States.Array($.n[0])", INPUT)).toThrow(
      new StatesError(
        "States.Runtime",
        "The function 'States.Array($.n[0])' had the following error: Filter: [0] can only be applied to arrays. Current context is: 5",
      ),
    );
  });

  it.each([
    ["States.Format('{} {}', 1)", "The template has 2 occurrences of {} but 1 values are given"],
    ["States.Format('x', 1)", "The template has 0 occurrences of {} but 1 values are given"],
    ["States.Format($.n)", "The argument at position 1 must be a string but is 5"],
    ["States.StringToJson('{')", "The argument at position 1 is not valid JSON: "],
    ["States.StringToJson($.o)", 'The argument at position 1 must be a string but is {"a":1'],
    ["States.JsonMerge($.o, $.list, false)", "The argument at position 2 must be a JSON object but is [1,2,3,4,5]"],
    ["States.JsonMerge($.o, $.o, true)", "The argument at position 3 must be false"],
    ["States.JsonMerge($.o, $.o, 1)", "The argument at position 3 must be a boolean but is 1"],
    ["States.ArrayPartition($.list, 0)", "The chunk size must be greater than 0 but is 0"],
    ["States.ArrayPartition($.list, 'x')", 'The argument at position 2 must be a number but is "x"'],
    ["States.ArrayContains(1, 1)", "The argument at position 1 must be an array but is 1"],
    ["States.ArrayRange(1, 5, 0)", "The step of a range cannot be 0"],
    ["States.ArrayRange(0, 1000, 1)", "A range has at most 1000 items but would have 1001"],
    ["States.ArrayRange(0, 99999999999, 1)", "The argument at position 2 must be an integer of 32 bits"],
    ["States.ArrayGetItem($.list, 5)", "The index 5 is out of bounds for an array of length 5"],
    ["States.ArrayGetItem($.list, -1)", "The index -1 is out of bounds for an array of length 5"],
    ["States.ArrayLength($.s)", 'The argument at position 1 must be an array but is "some text"'],
    ["States.Base64Decode('a*==')", "The argument at position 1 is not a Base64 text"],
    ["States.Base64Decode('YQ=')", "The argument at position 1 is not a Base64 text"],
    ["States.Base64Encode(1)", "The argument at position 1 must be a string but is 1"],
    ["States.Hash('x', 'SHA-3')", "The algorithm 'SHA-3' is not one of: MD5, SHA-1, SHA-256, SHA-384, SHA-512"],
    ["States.MathRandom(5, 5)", "The start 5 must be less than the end 5"],
    ["States.MathAdd('1', 1)", 'The argument at position 1 must be a number but is "1"'],
    ["States.StringSplit('a', 1)", "The argument at position 2 must be a string but is 1"],
  ])("%s fails", (text, reason) => {
    const failure = failureOf(parseExpression(text), INPUT);
    expect(failure.error).toBe("States.IntrinsicFailure");
    expect(failure.cause).toContain(`The function '${text}' had the following error: ${reason}`);
  });

  it("bounds the texts that are encoded, hashed and formatted", () => {
    const long = { s: "x".repeat(10_001), huge: "x".repeat(1_000_000) };
    for (const text of ["States.Base64Encode($.s)", "States.Base64Decode($.s)", "States.Hash($.s, 'MD5')"]) {
      expect(failureOf(parseExpression(text), long).error).toBe("States.IntrinsicFailure");
    }
    const many = `States.Format('${"{}".repeat(900)}'${", $.huge".repeat(900)})`;
    expect(failureOf(parseExpression(many), long).error).toBe("States.IntrinsicFailure");
  });

  it("fails with StatesError on values of any depth", () => {
    let deep: Json = [];
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    for (const text of [
      "States.Format('{}', $)",
      "States.ArrayUnique($)",
      "States.JsonToString($)",
      "States.MathAdd($, 1)",
    ]) {
      try {
        evaluate(text, deep);
      } catch (error) {
        expect(error).toBeInstanceOf(StatesError);
      }
    }
    expect(evaluate("States.ArrayContains($, $[0])", deep)).toBe(true);
    expect(() => evaluate("States.Array($.x)", deep)).toThrow(StatesError);
  });

  it("throws nothing but StatesError", () => {
    const argument = fc.oneof(
      fc.constantFrom("1", "-2.5", "0", "null", "true", "'a'", "'{}'", "'SHA-1'", "'[1]'", "'\\''", "'YQ=='"),
      fc.constantFrom("$", "$.a", "$.b", "$[0]", "$.a[*]", "$..c", "$$", "$$.State", "$v", "$.length()", "$.a[?(@.b)]"),
    );
    const call = fc.letrec<{ call: string }>((tie) => ({
      call: fc
        .tuple(
          fc.constantFrom(...INTRINSIC_FUNCTIONS.keys()),
          fc.array(fc.oneof({ maxDepth: 3, depthSize: "small" }, argument, tie("call")), { maxLength: 4 }),
        )
        .map(([name, values]) => fitted(name, values)),
    })).call;
    fc.assert(
      fc.property(call, json, (text, input) => {
        const expression = parseExpression(text);
        try {
          expect(expression.read(input, scope({ variables: { v: input } }))).toBeDefined();
        } catch (error) {
          if (!(error instanceof StatesError)) throw error;
        }
      }),
      { numRuns: 100_000 },
    );
  });

  it("fails with nothing but PathSyntaxError on any text", () => {
    const pieces = [
      "States.Array",
      "States.UUID",
      "(",
      ")",
      ",",
      "'",
      "\\",
      "{}",
      "$",
      "$$",
      ".a",
      "[0]",
      "[?(",
      "1",
      "-",
      "null",
      " ",
      "x",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 15 }), (tokens) => {
        try {
          parseExpression(tokens.join(""));
        } catch (error) {
          expect(error).toBeInstanceOf(PathSyntaxError);
        }
      }),
      { numRuns: 20_000 },
    );
  });
});

/** A call with as many of the arguments as the function takes, the last one repeated where there are too few. */
function fitted(name: string, values: readonly string[]): string {
  const { least, most } = INTRINSIC_FUNCTIONS.get(name)?.arity ?? { least: 0, most: 0 };
  const count = Math.min(Math.max(values.length, least), most);
  return `${name}(${Array.from({ length: count }, (_, index) => values[index] ?? values.at(-1) ?? "1").join(", ")})`;
}

function failureOf(expression: Expression, input: Json): StatesError {
  try {
    expression.read(input, scope());
  } catch (error) {
    if (error instanceof StatesError) return error;
    if (error instanceof PathMiss) throw new Error(`a miss: ${error.message}`);
    throw error;
  }
  throw new Error("nothing was thrown");
}
