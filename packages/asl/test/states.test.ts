import { describe, expect, test } from "vitest";
import { type Exit, type Json, type JsonObject, StatesError } from "../src/index.js";
import { stateOf } from "./machine.js";
import { scopeOf } from "./state-scope.js";

const LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:hello";
const INNER = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };
const DISTRIBUTED = { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" }, ...INNER };

/** Error name and cause of what an evaluation throws. */
function failureOf(evaluate: () => unknown): string {
  try {
    return `no error, but ${JSON.stringify(evaluate())}`;
  } catch (error) {
    if (error instanceof StatesError) return `${error.error}: ${error.cause}`;
    throw error;
  }
}

describe("Pass", () => {
  test.each<[string, JsonObject, Json, Exit]>([
    ["passes its input on", {}, { a: 1 }, { output: { a: 1 } }],
    ["takes a scalar", {}, "text", { output: "text" }],
    ["InputPath", { InputPath: "$.a" }, { a: { b: 1 } }, { output: { b: 1 } }],
    ["InputPath null", { InputPath: null }, { a: 1 }, { output: {} }],
    ["OutputPath", { OutputPath: "$.a" }, { a: { b: 1 } }, { output: { b: 1 } }],
    ["OutputPath null", { OutputPath: null }, { a: 1 }, { output: {} }],
    ["Result", { Result: [1] }, { a: 1 }, { output: [1] }],
    ["Result null", { Result: null }, { a: 1 }, { output: null }],
    ["Result is a literal", { Result: { "a.$": "$" } }, 1, { output: { "a.$": "$" } }],
    ["Parameters", { Parameters: { "x.$": "$.a", y: 2 } }, { a: 1 }, { output: { x: 1, y: 2 } }],
    ["ResultPath", { Result: 2, ResultPath: "$.r" }, { a: 1 }, { output: { a: 1, r: 2 } }],
    ["ResultPath null", { Result: 2, ResultPath: null }, { a: 1 }, { output: { a: 1 } }],
    ["ResultPath $", { Result: 2, ResultPath: "$" }, { a: 1 }, { output: 2 }],
    [
      "ResultPath writes into the raw input",
      { InputPath: "$.a", Parameters: { "x.$": "$.b" }, ResultPath: "$.r", OutputPath: "$.r" },
      { a: { b: 1 } },
      { output: { x: 1 } },
    ],
    ["ResultPath with InputPath null", { InputPath: null, ResultPath: "$.r" }, { a: 1 }, { output: { a: 1, r: {} } }],
    [
      "Assign sees the result",
      { Result: { n: 2 }, ResultPath: "$.r", Assign: { "v.$": "$.n", w: { x: 1 } } },
      { a: 1 },
      { output: { a: 1, r: { n: 2 } }, assigned: { v: 2, w: { x: 1 } } },
    ],
    [
      "Assign sees the parameters",
      { Parameters: { x: 1 }, Assign: { "v.$": "$" } },
      0,
      { output: { x: 1 }, assigned: { v: { x: 1 } } },
    ],
    ["an empty Assign assigns nothing", { Assign: {} }, 1, { output: 1 }],
  ])("%s", (_name, fields, input, exit) => {
    expect(stateOf("Pass", fields).exit(scopeOf(input))).toEqual(exit);
  });

  test("reads variables as they were when the state was entered", () => {
    const state = stateOf("Pass", { InputPath: "$v", OutputPath: "$v", ResultPath: "$.r", Assign: { v: 2 } });
    expect(state.exit(scopeOf({}, { v: 1 }))).toEqual({ output: 1, assigned: { v: 2 } });
  });

  test("names of the prototype are data", () => {
    const { output } = stateOf("Pass", { Result: 1, ResultPath: "$.__proto__" }).exit(scopeOf({ a: 1 }));
    expect(JSON.stringify(output)).toBe('{"a":1,"__proto__":1}');
    const state = stateOf("Pass", { InputPath: "$.constructor" });
    expect(failureOf(() => state.exit(scopeOf({})))).toMatch(/^States.Runtime/);
  });

  test.each<[JsonObject, string]>([
    [{ InputPath: "$.no" }, "States.Runtime: Invalid path '$.no' : No results for path: $['no']"],
    [{ OutputPath: "$.no" }, "States.Runtime: Invalid path '$.no' : No results for path: $['no']"],
    [
      { Parameters: { "x.$": "$.no" } },
      "States.Runtime: The JSONPath '$.no' specified for the field 'x.$' could not be found in the input '{\"a\":1}'",
    ],
  ])("%j fails", (fields, failure) => {
    expect(failureOf(() => stateOf("Pass", fields).exit(scopeOf({ a: 1 })))).toBe(failure);
  });
});

describe("Succeed", () => {
  test("filters its input", () => {
    const state = stateOf("Succeed", { InputPath: "$.a", OutputPath: "$.b" });
    expect(state.exit(scopeOf({ a: { b: 1 } }))).toEqual({ output: 1 });
  });
});

describe("Fail", () => {
  test.each<[JsonObject, Json, { error?: string; cause?: string }]>([
    [{}, {}, {}],
    [{ Error: "E", Cause: "C" }, {}, { error: "E", cause: "C" }],
    [{ ErrorPath: "$.e", Cause: "C" }, { e: "E" }, { error: "E", cause: "C" }],
    [{ CausePath: "States.Format('{} failed', $.n)" }, { n: 7 }, { cause: "7 failed" }],
    [{ ErrorPath: "$$.State.Name" }, {}, { error: "S" }],
    [{ ErrorPath: "$v" }, {}, { error: "variable" }],
  ])("%j", (fields, input, failure) => {
    const scope = scopeOf(input, { v: "variable" }, { State: { Name: "S" } });
    expect(stateOf("Fail", fields).failure(scope)).toEqual(failure);
  });

  test("a path that finds nothing, or no string", () => {
    const state = stateOf("Fail", { ErrorPath: "$.e" });
    expect(failureOf(() => state.failure(scopeOf({})))).toBe(
      "States.Runtime: The JSONPath '$.e' specified for the field 'ErrorPath' could not be found in the input '{}'",
    );
    expect(failureOf(() => state.failure(scopeOf({ e: 1 })))).toMatch(/^States.Runtime: The ErrorPath field/);
  });
});

describe("Wait", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");

  test.each<[JsonObject, Json, number]>([
    [{ Seconds: 0 }, {}, now],
    [{ Seconds: 90 }, {}, now + 90_000],
    [{ SecondsPath: "$.s" }, { s: 5 }, now + 5_000],
    [{ InputPath: "$.w", SecondsPath: "$.s" }, { w: { s: 5 } }, now + 5_000],
    [{ Timestamp: "2025-01-01T00:00:00Z" }, {}, Date.parse("2025-01-01T00:00:00Z")],
    [{ TimestampPath: "$.t" }, { t: "2026-01-01T02:00:00+01:00" }, now + 3_600_000],
    [{ TimestampPath: "$.t" }, { t: "2026-01-01T00:00:00.250Z" }, now + 250],
  ])("%j", (fields, input, until) => {
    expect(stateOf("Wait", fields).until(scopeOf(input), now)).toBe(until);
  });

  test.each<[JsonObject, Json, string]>([
    [{ SecondsPath: "$.s" }, {}, "The SecondsPath parameter does not reference an input value: $.s"],
    [{ SecondsPath: "$.s" }, { s: 1.5 }, "The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5"],
    [{ SecondsPath: "$.s" }, { s: "5" }, "The SecondsPath parameter cannot be parsed as a long value: $.s == 5"],
    [{ SecondsPath: "$.s" }, { s: -1 }, "The SecondsPath parameter references a negative value: $.s == -1"],
    [
      { TimestampPath: "$.t" },
      { t: "2016-12-05T21:29:29" },
      "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.t == 2016-12-05T21:29:29",
    ],
    [{ SecondsPath: "$.s" }, { s: 2 ** 31 }, "Wait state delay is too long."],
    [{ Timestamp: "2999-01-01T00:00:00Z" }, {}, "Wait state delay is too long."],
  ])("%j with %j fails", (fields, input, cause) => {
    const state = stateOf("Wait", fields);
    expect(failureOf(() => state.until(scopeOf(input), now))).toBe(`States.Runtime: ${cause}`);
  });

  test("waits 24,855 days, not 24,856", () => {
    const day = 86_400_000;
    const state = stateOf("Wait", { TimestampPath: "$" });
    const at = (days: number) => scopeOf(new Date(now + days * day).toISOString());
    expect(state.until(at(24_855), now)).toBe(now + 24_855 * day);
    expect(failureOf(() => state.until(at(24_856), now))).toBe("States.Runtime: Wait state delay is too long.");
  });

  test("passes its input on and assigns", () => {
    const state = stateOf("Wait", { Seconds: 1, InputPath: "$.a", OutputPath: "$.b", Assign: { "v.$": "$" } });
    expect(state.exit(scopeOf({ a: { b: 1 } }))).toEqual({ output: 1, assigned: { v: { b: 1 } } });
  });
});

describe("Task", () => {
  test("without Parameters its payload is its input", () => {
    const state = stateOf("Task", { Resource: LAMBDA, InputPath: "$.a" });
    expect(state.resource).toEqual({ kind: "lambda", arn: LAMBDA });
    expect(state.enter(scopeOf({ a: 1 }))).toEqual({ parameters: 1, hasParameters: false });
  });

  test("evaluates what it is entered with", () => {
    const state = stateOf("Task", {
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      InputPath: "$.a",
      Parameters: { FunctionName: "f", "Payload.$": "$$.Task.Token" },
      TimeoutSecondsPath: "$.timeout",
      HeartbeatSeconds: 2,
      Credentials: { "RoleArn.$": "$.role" },
    });
    const scope = scopeOf({ a: { timeout: 5, role: "r" } }, {}, { Task: { Token: "token" } });
    expect(state.enter(scope)).toEqual({
      parameters: { FunctionName: "f", Payload: "token" },
      hasParameters: true,
      timeoutSeconds: 5,
      heartbeatSeconds: 2,
      credentials: { RoleArn: "r" },
    });
  });

  test("ResultSelector, ResultPath, OutputPath and Assign, in this order", () => {
    const state = stateOf("Task", {
      Resource: LAMBDA,
      ResultSelector: { "id.$": "$.deep.id" },
      ResultPath: "$.task",
      OutputPath: "$.task.id",
      Assign: { "id.$": "$.id", "name.$": "$$.State.Name" },
    });
    const scope = scopeOf({ a: 1 }, {}, { State: { Name: "S" } });
    expect(state.exit(scope, { deep: { id: 7 } })).toEqual({ output: 7, assigned: { id: 7, name: "S" } });
  });

  test("a timeout that is no number, or is not there", () => {
    const state = stateOf("Task", { Resource: LAMBDA, TimeoutSecondsPath: "$.t" });
    expect(failureOf(() => state.enter(scopeOf({})))).toBe(
      "States.Runtime: Invalid path '$.t' : No results for path: $['t']",
    );
    expect(failureOf(() => state.enter(scopeOf({ t: "x" })))).toBe(
      'States.Runtime: The TimeoutSecondsPath field refers to value "x" which is not a valid integer: $.t',
    );
  });

  test("retriers have their defaults", () => {
    const { retry } = stateOf("Task", {
      Resource: LAMBDA,
      Retry: [
        { ErrorEquals: ["A"] },
        {
          ErrorEquals: ["B"],
          IntervalSeconds: 5,
          MaxAttempts: 0,
          BackoffRate: 1.5,
          MaxDelaySeconds: 9,
          JitterStrategy: "FULL",
        },
      ],
    });
    expect(retry).toEqual([
      { errorEquals: ["A"], intervalSeconds: 1, maxAttempts: 3, backoffRate: 2, jitterStrategy: "NONE" },
      {
        errorEquals: ["B"],
        intervalSeconds: 5,
        maxAttempts: 0,
        backoffRate: 1.5,
        maxDelaySeconds: 9,
        jitterStrategy: "FULL",
      },
    ]);
  });

  test("a catcher writes the error into the raw input", () => {
    const state = stateOf("Task", {
      Resource: LAMBDA,
      InputPath: "$.a",
      Catch: [
        { ErrorEquals: ["A"], Next: "S", ResultPath: "$.error", Assign: { "name.$": "$.Error" } },
        { ErrorEquals: ["B"], Next: "S" },
        { ErrorEquals: ["C"], Next: "S", ResultPath: null },
      ],
    });
    const error = { Error: "A", Cause: "c" };
    expect(state.catch.map((catcher) => catcher.exit(scopeOf({ a: 1 }), error))).toEqual([
      { output: { a: 1, error }, assigned: { name: "A" } },
      { output: error },
      { output: { a: 1 } },
    ]);
  });
});

describe("Parallel", () => {
  test("gives its branches one input and takes their outputs", () => {
    const state = stateOf("Parallel", {
      Branches: [INNER, { StartAt: "J", States: { J: { Type: "Succeed" } } }],
      Parameters: { "x.$": "$.a" },
      ResultSelector: { "first.$": "$[0]" },
      ResultPath: "$.r",
    });
    expect(state.branches.map(({ startAt, names }) => [startAt, names])).toEqual([
      ["I", ["I"]],
      ["J", ["J"]],
    ]);
    expect(state.enter(scopeOf({ a: 1 }))).toEqual({ x: 1 });
    expect(state.exit(scopeOf({ a: 1 }), [5, 6])).toEqual({ output: { a: 1, r: { first: 5 } } });
  });
});

describe("Map", () => {
  test.each<[string, JsonObject, Json, JsonObject]>([
    ["its input", {}, [1, 2], { items: [1, 2], maxConcurrency: 0 }],
    ["ItemsPath", { ItemsPath: "$.a", MaxConcurrency: 3 }, { a: [1] }, { items: [1], maxConcurrency: 3 }],
    [
      "paths after InputPath",
      { InputPath: "$.in", ItemsPath: "$.a", MaxConcurrencyPath: "$.n" },
      { in: { a: [1], n: 2 } },
      { items: [1], maxConcurrency: 2 },
    ],
    ["the context", { ItemsPath: "$$.Execution.Input" }, 0, { items: [7], maxConcurrency: 0 }],
    ["a variable", { ItemsPath: "$v" }, 0, { items: [8], maxConcurrency: 0 }],
  ])("takes its items from %s", (_name, fields, input, entry) => {
    const scope = scopeOf(input, { v: [8] }, { Execution: { Input: [7] } });
    expect(stateOf("Map", { ItemProcessor: INNER, ...fields }).enter(scope)).toEqual(entry);
  });

  test.each<[JsonObject, Json, string]>([
    [{ ItemsPath: "$.a" }, { a: 1 }, 'Reference path "$.a" must point to array.'],
    [{ ItemsPath: "$$" }, [1], 'Reference path "$" must point to array.'],
    [{ ItemsPath: "$.a" }, {}, "Invalid path '$.a' : No results for path: $['a']"],
    [
      { MaxConcurrencyPath: "$[0]" },
      [{}],
      'The MaxConcurrencyPath field refers to value "{}" which is not a valid integer: $[0]',
    ],
  ])("%j with %j fails", (fields, input, cause) => {
    const state = stateOf("Map", { ItemProcessor: INNER, ...fields });
    expect(failureOf(() => state.enter(scopeOf(input)))).toBe(`States.Runtime: ${cause}`);
  });

  test("an item is the iteration's input, or ItemSelector makes it", () => {
    expect(stateOf("Map", { ItemProcessor: INNER }).itemInput(scopeOf([1]), 1)).toBe(1);
    const scope = scopeOf({ in: { k: "v" } }, {}, { Map: { Item: { Index: 0, Value: 5 } } });
    const selector = { "item.$": "$$.Map.Item.Value", "k.$": "$.k" };
    for (const fields of [{ ItemSelector: selector }, { Parameters: selector }]) {
      const state = stateOf("Map", { InputPath: "$.in", ItemsPath: "$$.Items", Iterator: INNER, ...fields });
      expect(state.itemInput(scope, 5)).toEqual({ item: 5, k: "v" });
    }
  });

  test("mode and label", () => {
    expect(stateOf("Map", { ItemProcessor: INNER })).toMatchObject({ mode: "INLINE", processor: { startAt: "I" } });
    const state = stateOf("Map", { ItemProcessor: DISTRIBUTED, Label: "l" });
    expect(state).toMatchObject({ mode: "DISTRIBUTED", label: "l" });
    expect(state.enterRun(scopeOf([]))).toEqual({});
  });

  test("what a map run is entered with", () => {
    const state = stateOf("Map", {
      ItemProcessor: DISTRIBUTED,
      ItemsPath: "$.unused",
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        ReaderConfig: { InputType: "JSON", MaxItemsPath: "$.max" },
        Parameters: { "Bucket.$": "$.bucket" },
      },
      ItemBatcher: { MaxItemsPerBatchPath: "$.max", MaxInputBytesPerBatch: 100, BatchInput: { "b.$": "$.bucket" } },
      ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Parameters: { "Bucket.$": "$.bucket" } },
      ToleratedFailureCount: 1,
      ToleratedFailurePercentagePath: "$.percentage",
    });
    const scope = scopeOf({ max: 2, bucket: "b", percentage: 1.5 });
    expect(state.enter(scope)).toEqual({ items: [], maxConcurrency: 0 });
    expect(state.enterRun(scope)).toEqual({
      toleratedFailureCount: 1,
      toleratedFailurePercentage: 1.5,
      reader: {
        resource: "arn:aws:states:::s3:getObject",
        parameters: { Bucket: "b" },
        config: { InputType: "JSON", MaxItemsPath: "$.max" },
        maxItems: 2,
      },
      batcher: { maxItemsPerBatch: 2, maxInputBytesPerBatch: 100, batchInput: { b: "b" } },
      writer: { resource: "arn:aws:states:::s3:putObject", parameters: { Bucket: "b" }, config: {} },
    });
  });

  test("a path may refer to a text that is a number, as recorded", () => {
    const state = stateOf("Map", {
      ItemsPath: "$.items",
      ItemProcessor: DISTRIBUTED,
      ToleratedFailurePercentagePath: "$.p",
      ToleratedFailureCountPath: "$.n",
    });
    expect(state.enterRun(scopeOf({ n: "2", p: "12.5" }))).toEqual({
      toleratedFailureCount: 2,
      toleratedFailurePercentage: 12.5,
    });
    expect(failureOf(() => state.enterRun(scopeOf({ n: "2.5", p: 1 })))).toContain(
      '"2.5" which is not a valid integer',
    );
  });

  test.each<[JsonObject, Json, string]>([
    [
      { ToleratedFailureCountPath: "$.n" },
      { n: "NoNumber" },
      'The ToleratedFailureCountPath field refers to value "NoNumber" which is not a valid integer: $.n',
    ],
    [{ ToleratedFailureCountPath: "$.n" }, { n: -1 }, "ToleratedFailureCount cannot be negative."],
    [
      { ToleratedFailurePercentagePath: "$.n" },
      { n: {} },
      'The ToleratedFailurePercentagePath field refers to value "{}" which is not a valid float: $.n',
    ],
    [{ ToleratedFailurePercentagePath: "$.n" }, { n: 100.1 }, "ToleratedFailurePercentage must be between 0 and 100."],
    [{ ToleratedFailurePercentagePath: "$.n" }, { n: -1 }, "ToleratedFailurePercentage must be between 0 and 100."],
  ])("%j with %j fails when the run is entered", (fields, input, cause) => {
    const state = stateOf("Map", { ItemsPath: "$.items", ItemProcessor: DISTRIBUTED, ...fields });
    expect(failureOf(() => state.enterRun(scopeOf(input)))).toBe(`States.Runtime: ${cause}`);
  });
});
