import { describe, expect, test } from "vitest";
import type { Elsewhere, EvaluationRequest } from "../src/index.js";
import { compile, evaluateRequest, limitExceeded } from "../src/index.js";
import type { Json, JsonObject } from "../src/json.js";
import { parseExpression } from "../src/jsonata/expression.js";
import type { Scope } from "../src/program.js";
import { StatesError } from "../src/states-error.js";
import { scope } from "./expression-scope.js";

const INPUT: JsonObject = { a: { b: [1, 2] }, list: [{ v: 1 }, { v: 2 }], n: null, text: "x" };

function read(text: string, overrides: Partial<Scope> = {}): Json {
  return parseExpression(text).read("Output/v", scope({ input: INPUT, ...overrides }), {});
}

/** The words after "The JSONata expression '…' specified for the field '…' ". */
function faultOf(text: string, overrides: Partial<Scope> = {}): string {
  try {
    return `no fault: ${JSON.stringify(read(text, overrides))}`;
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    expect([error.error, error.location]).toEqual(["States.QueryEvaluationError", "Output/v"]);
    const prefix = `The JSONata expression '${text}' specified for the field 'Output/v' `;
    expect(error.cause.slice(0, prefix.length)).toBe(prefix);
    return error.cause.slice(prefix.length);
  }
}

describe("what an expression sees", () => {
  const variables = { v: [1, { w: 2 }], sum: 5 };

  test.each<[string, Json]>([
    ["$states.input.a.b", [1, 2]],
    ["$states.input.list.v", [1, 2]],
    ["$states.input.n", null],
    ["$states.context.Execution.Name", "run-1"],
    ["$string($states.context.Execution.Input)", '{"a":1}'],
    ["$keys($states)", ["input", "context"]],
    ["$v[1].w", 2],
    // A variable hides a function of the same name.
    ["$sum", 5],
    ["'literal'", "literal"],
    ["null", null],
    ["$now()", "2001-09-09T01:46:40.000Z"],
    ["$now('[Y]')", "2001"],
    ["$millis()", 1e12],
    ["$random()", 0.25],
    ["$shuffle([1, 2])", [2, 1]],
    ["$toMillis('2001-09-09T01:46:40')", 1e12],
  ])("%s", (text, value) => {
    expect(read(text, { variables, now: 1e12, random: () => 0.25 })).toEqual(value);
  });

  test("a result or an error output, where there is one", () => {
    const given = (text: string, seen: object) => parseExpression(text).read("F", scope(), seen);
    expect(given("$states.result.a", { result: { a: 1 } })).toBe(1);
    expect(given("$states.result[0] + 1", { result: [1] })).toBe(2);
    expect(given("$states.errorOutput.Error", { errorOutput: { Error: "E", Cause: "C" } })).toBe("E");
    expect(() => given("$states.result", {})).toThrow(/returned nothing/);
  });
});

describe("functions of the service", () => {
  test.each<[string, Json]>([
    ["$partition([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]],
    ["$partition([0], 3)", [[0]]],
    ["$range(0, 6, 2)", [0, 2, 4, 6]],
    ["$range(3, 0, -1)", [3, 2, 1, 0]],
    // As the ranges of JSONata: one number is that number.
    ["$range(1, 9, 9)", 1],
    ["$hash('input', 'MD5')", "a43c1b0aa53a0c908810c06ab1ff3967"],
    ["$hash('input', 'SHA-1')", "140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"],
    ["'input' ~> $hash('SHA-256') ~> $length", 64],
    ["$random(42)", 0.7275636800328681],
    ["$uuid()", "00000000-0000-4000-8000-000000000000"],
    ["$parse('{\"a\": [1, null]}').a", [1, null]],
    ["$exists($parse($states.input.missing))", false],
    ["$exists($hash($states.input.missing, 'MD5'))", false],
  ])("%s", (text, value) => {
    expect(read(text)).toEqual(value);
  });

  test.each([
    ["$hash('a', 'CRC')", /^threw an error during evaluation: The algorithm 'CRC' of \$hash is not one of/],
    ["$partition([1], 0)", /^threw an error during evaluation: The chunk size/],
    ["$range(0, 5, 0)", /^threw an error during evaluation: The step of \$range cannot be 0/],
    ["$parse('{')", /^threw an error during evaluation: The argument of \$parse is not a JSON text/],
    ["$random('a')", /^threw an error during evaluation\. T0410: Argument 1 of function "random"/],
    ["$eval('1')", /^threw an error during evaluation\. T1006: Attempted to invoke a non-function$/],
    ["$randomSeeded(1)", /^threw an error during evaluation\. T1006: Attempted to invoke a non-function$/],
  ])("%s fails", (text, fault) => {
    expect(faultOf(text)).toMatch(fault);
  });
});

describe("results", () => {
  test.each<[string, Json]>([
    ["1/0", "Infinity"],
    ["-1/0", "-Infinity"],
    ["0/0", "NaN"],
    ["[1/0, [{'k': 1/0}]]", ["Infinity", [{ k: "Infinity" }]]],
    ["[$states.input.missing]", []],
    ["{'a': $states.input.missing, 'b': 1}", { b: 1 }],
    ["$parse('{\"__proto__\": 1}')", JSON.parse('{"__proto__": 1}')],
    [
      "$merge([$parse('{\"__proto__\": {\"x\": 1}}'), {'a': 1/0}])",
      JSON.parse('{"__proto__": {"x": 1}, "a": "Infinity"}'),
    ],
  ])("%s", (text, value) => {
    const json = read(text);
    expect(json).toEqual(value);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  test("are plain arrays and objects", () => {
    expect(Object.getPrototypeOf(read("{'a': 1}"))).toBe(Object.prototype);
    expect(Object.keys(read("[1..3]") as Json[])).toEqual(["0", "1", "2"]);
  });

  test.each([
    ["$states.input.missing", "returned nothing (undefined)."],
    ["$undefined", "returned nothing (undefined)."],
    ["$sum", "returned an unsupported result type."],
    ["$fn := function($x){$x}", "returned an unsupported result type."],
    ["[1, $sum]", "returned an unsupported result type."],
    [
      "$abs('a')",
      'threw an error during evaluation. T0410: Argument 1 of function "abs" does not match function signature',
    ],
    [
      "$sum(['a'])",
      'threw an error during evaluation. T0412: Argument 1 of function "sum" must be an array of "numbers"',
    ],
    ["$error('no')", "threw an error during evaluation. D3137: no"],
    ["$states.input.n()", "threw an error during evaluation. T1006: Attempted to invoke a non-function"],
    ["$states.input.a()", "threw an error during evaluation. T1006: Attempted to invoke a non-function"],
    ["$base64decode('!!!')", "threw an internal error during evaluation. 00000000-0000-4000-8000-000000000000"],
  ])("%s: %s", (text, fault) => {
    const before = structuredClone(INPUT);
    expect(faultOf(text)).toBe(fault);
    expect(INPUT).toEqual(before);
  });

  test("the cause of an error is cut where it is too long", () => {
    const text = `$number("${"x".repeat(100_000)}")`;
    expect(() => read(text)).toThrow(/^.{32000,33000}$/s);
  });
});

const STACK =
  "threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive";
const MEMORY =
  "threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage";
const TIME = "threw an error during evaluation: Expression evaluation timeout: Check for infinite loop";

/** A string of 2^n characters. */
const doubled = (n: number) => `($p := function($s, $n) { $n = 0 ? $s : $p($s & $s, $n - 1) }; $p("x", ${n}))`;

describe("bounds", () => {
  const sum = (terms: number) => Array(terms).fill("1").join("+");

  test.each([
    ["a deep expression", sum(99), sum(102), STACK],
    [
      "recursion",
      "($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(10))",
      "($f := function() { 1 + $f() }; $f())",
      STACK,
    ],
    ["items", "$count([1..873782])", "$count([1..873783])", MEMORY],
    ["a range", "$count($range(1, 873782, 1))", "$count($range(1, 873783, 1))", MEMORY],
    ["a string", `$contains(${doubled(22)}, "y")`, `$contains(${doubled(23)}, "y")`, MEMORY],
    ["a padded string", "$length($pad('', 1000))", "$pad('', 1000000000)", MEMORY],
    [
      "joined strings",
      `$join(["a", "b"])`,
      `$join($map([1..100], function() { $states.input.text }), ${doubled(20)})`,
      MEMORY,
    ],
    [
      "a value that holds itself many times",
      "$string([1, [1]])",
      "($f := function($a, $n) { $n = 0 ? $a : $f([$a, $a], $n - 1) }; $string($f([[1]], 40)))",
      MEMORY,
    ],
    [
      "nesting of such a value in a result",
      "[1, [1]]",
      "($f := function($a, $n) { $n = 0 ? $a : $f([[$a], [$a]], $n - 1) }; $f([[1]], 40))",
      MEMORY,
    ],
    ["time", "$count([1..1000])", "($f := function($x) { $f($x + 1) }; $f(1))", TIME],
    ["work within one function", "$count($distinct([1..100]))", "$count($distinct([1..800000]))", TIME],
  ])(
    "%s",
    (_name, passes, fails, fault) => {
      expect(read(passes)).toBeDefined();
      expect(faultOf(fails)).toBe(fault);
    },
    60_000,
  );

  test("a bounded number of steps in place; the rest elsewhere", () => {
    const asked: EvaluationRequest[] = [];
    const elsewhere: Elsewhere = {
      steps: 100_000,
      done: () => {},
      result: () => undefined,
      ask(request) {
        asked.push(request);
        throw new Error("elsewhere");
      },
    };
    const long = "$sum($map([1..10000], function($i) { $i + $states.input.list[0].v + $x }))";
    expect(read("1 + 1", { elsewhere })).toBe(2);
    expect(asked).toEqual([]);
    expect(() => read(long, { elsewhere, variables: { x: 5, y: 6 }, now: 7 })).toThrow("elsewhere");
    // Only what the expression refers to goes with it.
    expect(asked).toEqual([{ text: long, field: "Output/v", bindings: { states: { input: INPUT }, x: 5 }, now: 7 }]);
    const [request] = asked;
    if (request === undefined) return;
    const sources = { random: () => 0.5, uuid: () => "u" };
    expect(evaluateRequest(request, sources, () => false)).toEqual({ value: 50_065_000 });
    expect(evaluateRequest(request, sources, () => true)).toEqual({
      error: "States.QueryEvaluationError",
      cause: expect.stringContaining(TIME),
    });
    expect(limitExceeded(request, "memory")).toEqual({
      error: "States.QueryEvaluationError",
      cause: expect.stringContaining(MEMORY),
    });
  });

  test("a result that came from elsewhere is taken instead", () => {
    const known = (result: { value: Json } | { error: string; cause: string }): Elsewhere => ({
      steps: 100_000,
      done: () => {},
      result: (field) => (field === "Output/v" ? result : undefined),
      ask: () => {
        throw new Error("asked");
      },
    });
    expect(read("1 + 1", { elsewhere: known({ value: 9 }) })).toBe(9);
    const failed = known({ error: "States.QueryEvaluationError", cause: "why" });
    expect(() => read("1 + 1", { elsewhere: failed })).toThrow("States.QueryEvaluationError: why");
  });
});

describe("regular expressions", () => {
  test("take linear time", () => {
    const text = `${"a".repeat(5000)}!`;
    for (const source of ["^(a+)+$", "(a|a)*$", "(.*)*=", "^(([a-z])+.)+[A-Z]([a-z])+$"]) {
      expect(read(`$contains($states.input, /${source}/)`, { input: text })).toBe(source === "(a|a)*$");
    }
  });

  test("of dates and of signatures too", () => {
    const picture = `${"[Y]".repeat(30)}x`;
    expect(() => read(`$toMillis("${"1".repeat(300)}", "${picture}")`)).toThrow(/returned nothing/);
    const call = `function($a)<${"s+".repeat(30)}:n>{ 1 }(${Array(60).fill("'a'").join(",")}, 1)`;
    expect(faultOf(call)).toMatch(/T0410/);
  });

  test.each(["/a(?=b)/", "/(a)\\1/", "/a(?!b)/"])("%s needs time that can be bounded from outside", (source) => {
    const text = `$match("ab aa", ${source}).match`;
    expect(faultOf(text)).toMatch(/look-ahead or back-references cannot be evaluated here/);
    const elsewhere: Elsewhere = {
      steps: 100_000,
      done: () => {},
      result: () => undefined,
      ask: () => {
        throw new Error("elsewhere");
      },
    };
    expect(() => read(text, { elsewhere })).toThrow("elsewhere");
    const request = { text, field: "F", bindings: {}, now: 0 };
    const result = evaluateRequest(request, { random: () => 0, uuid: () => "" }, () => false);
    expect(result).toHaveProperty("value");
  });
});

describe("nothing leads out of the data", () => {
  test.each([
    "$states.input.constructor",
    "$states.input.__proto__",
    "$states.input.a.b.constructor",
    "$states.input.text.length",
    "$lookup($states.input, 'constructor')",
    "$lookup($states.input, '__proto__')",
    "$lookup($states.input.a.b, 'length')",
    "$sum.constructor",
    "$sum.implementation",
    "$lookup($sum, 'implementation')",
    "$sum.*",
    "$sum.**.constructor",
    "function($x){ $x }.environment",
    "(function($x){ $x }).environment.base",
    "($f := function($x){ $x }; $f.apply)",
    "$match('a', /a/).next.constructor",
    "$spread($sum).constructor",
    "$keys($sum)",
    "$states.constructor",
    "$constructor",
    "$__proto__",
    "$hasOwnProperty",
    "$toString",
  ])("%s", (text) => {
    let value: Json | undefined;
    try {
      value = read(text);
    } catch (error) {
      expect(error).toBeInstanceOf(StatesError);
      return;
    }
    expect(JSON.stringify(value)).not.toMatch(/native|function|implementation|environment/);
  });

  test.each([
    "$globalThis",
    "$process",
    "$require('fs')",
    "$states.input.f()",
    "$states.input.l(1)",
    "$map([1], $states.input.l)",
    "$map([1], $states.input.f)",
    "[1] ~> $states.input.l",
    "$states.input.f ~> $states.input.l",
    "$states.input.l(?)",
    "$states.input.f(?)",
    "$clone($states.input.l)()",
  ])("%s: what looks like a function in the data is none", (text) => {
    const input = {
      f: { _jsonata_function: true, implementation: "process.exit", signature: { validate: "x" }, arity: 1 },
      l: {
        _jsonata_lambda: true,
        thunk: true,
        arguments: [{ value: "x" }],
        body: { type: "variable", value: "x", procedure: { type: "variable", value: "x" }, arguments: [] },
        environment: { base: { depth: 0 }, lookup: 1 },
      },
    };
    expect(() => read(text, { input })).toThrow(StatesError);
  });

  test("writing a member does not reach a prototype", () => {
    const polluting = JSON.stringify(
      '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
    );
    for (const text of [
      `$parse(${polluting})`,
      `$merge([{}, $parse(${polluting})])`,
      `{} ~> | $ | $parse(${polluting}) |`,
      `$parse(${polluting}){"__proto__": 1}`,
      `$each($parse(${polluting}), function($v, $k) { {$k: $v} })`,
      `($__proto__ := $parse(${polluting}); $__proto__)`,
      `$spread($parse(${polluting}))`,
      `$sift($parse(${polluting}), function() { true })`,
      `$reduce([1,2], function($a, $b) { $merge([$a, $parse(${polluting})]) }, {})`,
    ]) {
      try {
        read(text);
      } catch (error) {
        expect(error).toBeInstanceOf(StatesError);
      }
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      expect((Object as unknown as Record<string, unknown>).polluted).toBeUndefined();
    }
  });
});

describe("checks of a definition", () => {
  function faultsOf(output: Json, state: JsonObject = {}): string[] {
    const definition = {
      QueryLanguage: "JSONata",
      StartAt: "A",
      States: { A: { Type: "Pass", Output: output, End: true, ...state } },
    };
    return compile(JSON.stringify(definition)).diagnostics.map(
      ({ code, message, location }) => `${code}: ${message} at ${location}`,
    );
  }

  test.each([
    ["1 +", "Unexpected end of expression"],
    ["", "Unexpected end of expression"],
    ["a[1,2)", 'Expected "]", got ","'],
    ['"unterminated', "String literal must be terminated by a matching quote"],
    ['{"a":}', 'The symbol "}" cannot be used as a unary operator'],
    ["$x :=", "Unexpected end of expression"],
    ['$match("a", /abc', "No terminating / in regular expression"],
    // JSONata 2.0.6, which the service has, does not know these.
    ["$a ?? 1", 'The symbol "?" cannot be used as a unary operator'],
    ["$a ?: 1", 'The symbol ":" cannot be used as a unary operator'],
    ["/(/", expect.stringContaining("regular expression")],
    [`${"(".repeat(100_000)}1`, expect.any(String)],
  ])("%s", (text, message) => {
    const [fault, ...others] = faultsOf(`{% ${text} %}`);
    expect(others).toEqual([]);
    const [, found] = /^INVALID_JSONATA_EXPRESSION: (.*) at \/States\/A\/Output$/s.exec(fault ?? "") ?? [];
    expect(found).toEqual(message);
  });

  test.each([
    "phone",
    "phone[0].number",
    "phone.number.street",
    "-phone",
    "phone ? 1 : 2",
    "$states.input.a ? phone : 2",
    "phone & 'x'",
    "phone in $states.input.b",
    "$sum(phone)",
    "phone(1)",
    "phone ~> $string()",
    "[1..phone]",
    "(phone).other",
    "[phone].other",
    "{phone: 1}",
    "($x := phone; $x)",
    "$map($states.input.a, function($y){ phone })",
    "$count(phone[inner])",
    "phone + phone",
  ])("%s refers to 'phone' at the top level", (text) => {
    expect(faultsOf({ v: `{% ${text} %}` })).toEqual([
      "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/A/Output/v",
    ]);
  });

  test.each([
    "$states.input.phone",
    "$states.input.items[phone > 3]",
    "$states.input.a^(phone)",
    "$states.input.a{'k': phone}",
    "$states.input.a.(phone)",
    "$states.input.a.$phone",
    "$states.input ~> |phone|{'b': 1}|",
    "**.phone",
    "{'k': 1}.phone",
    "$states.input.a[0][phone]",
    "$states.input.a[$ > 1]",
    "function($x){ $x.phone }",
    "$states.input.errorOutput",
    "$states.input.a@$l.phone",
  ])("%s does not", (text) => {
    expect(faultsOf(`{% ${text} %}`)).toEqual([]);
  });

  test.each([
    [
      "aaa + bbb",
      [
        "Reference to 'aaa' at the top level is not supported.",
        "Reference to 'bbb' at the top level is not supported.",
      ],
    ],
    ["$string($)", ["Reference to '$' at the top level is not supported."]],
    ["$map($states.input.a, function($x){ $ })", ["Reference to '$' at the top level is not supported."]],
    ["$$.phone", ["Reference to '$$' is not supported."]],
    ["$states.input[$$.a]", ["Reference to '$$' is not supported."]],
    ["[$states.errorOutput.Cause]", ["Field '$states.errorOutput' does not exist."]],
  ])("%s", (text, messages) => {
    expect(faultsOf([`{% ${text} %}`])).toEqual(
      messages.map((message) => `UNSUPPORTED_JSONATA_EXPRESSION: ${message} at /States/A/Output[0]`),
    );
  });

  test("the error output is there in a catcher", () => {
    const catcher = {
      ErrorEquals: ["States.ALL"],
      Output: "{% $states.errorOutput.Cause %}",
      Assign: { e: "{% $states.errorOutput %}" },
      Next: "B",
    };
    const states = {
      A: {
        Type: "Task",
        Resource: "arn:aws:lambda:us-east-1:123456789012:function:f",
        Catch: [catcher],
        Next: "B",
      },
      B: { Type: "Succeed" },
    };
    const definition = JSON.stringify({ QueryLanguage: "JSONata", StartAt: "A", States: states });
    expect(compile(definition).diagnostics).toEqual([]);
  });
});
