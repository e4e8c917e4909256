import { describe, expect, test } from "vitest";
import { Carried } from "./transition-table.js";

const machine = (states: object, more: object = {}) => ({
  QueryLanguage: "JSONata",
  StartAt: Object.keys(states)[0],
  States: states,
  ...more,
});
const run = (definition: object, input: unknown = {}) => new Carried(definition, input).start();
const LAMBDA = "arn:aws:states:::lambda:invoke";

describe("EvaluationFailed", () => {
  test("follows what the entry of its state follows, and the failure follows it", () => {
    const carried = run(
      machine({
        A: { Type: "Pass", Next: "B" },
        B: { Type: "Pass", Output: { v: ["{% 1 %}", "{% $x %}"] }, End: true },
      }),
    );
    expect(carried.lines).toEqual([
      "1 <- 0 ExecutionStarted",
      "2 <- 0 PassStateEntered",
      "3 <- 2 PassStateExited",
      "4 <- 3 PassStateEntered",
      "5 <- 3 EvaluationFailed",
      "6 <- 5 ExecutionFailed",
    ]);
    const cause =
      "An error occurred while executing the state 'B' (entered at the event id #4). The JSONata expression '$x' specified for the field 'Output/v[1]' returned nothing (undefined).";
    const error = "States.QueryEvaluationError";
    expect(carried.details("EvaluationFailed")).toEqual({ error, cause, location: "Output/v[1]", state: "B" });
    expect(carried.details("ExecutionFailed")).toEqual({ error, cause });
  });

  test("of a Wait state follows its entry", () => {
    const { lines } = run(machine({ A: { Type: "Wait", Timestamp: "{% 'never' %}", End: true } }));
    expect(lines.slice(1)).toEqual(["2 <- 0 WaitStateEntered", "3 <- 2 EvaluationFailed", "4 <- 3 ExecutionFailed"]);
  });

  test("of a Map state comes before MapStateFailed", () => {
    const item = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };
    const { lines } = run(machine({ A: { Type: "Map", Items: "{% 1 %}", ItemProcessor: item, End: true } }));
    expect(lines.slice(1)).toEqual([
      "2 <- 0 MapStateEntered",
      "3 <- 0 EvaluationFailed",
      "4 <- 3 MapStateFailed",
      "5 <- 4 ExecutionFailed",
    ]);
  });

  test("of a Map state without Items has no location", () => {
    const item = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };
    const carried = run(machine({ A: { Type: "Map", ItemProcessor: item, End: true } }), { foo: "bar" });
    expect(carried.details("EvaluationFailed")).toEqual({
      error: "States.QueryEvaluationError",
      cause:
        'An error occurred while executing the state \'A\' (entered at the event id #2). Map state input must be an array but was: {"foo":"bar"}',
      state: "A",
    });
  });

  test.each<[string, object, string, string]>([
    ["Error", { Type: "Fail", Error: "{% 1 %}" }, "Error", "Expected 'string', but was 'number' for value: 1"],
    [
      "Condition",
      {
        Type: "Choice",
        Choices: [
          { Condition: "{% false %}", Next: "End" },
          { Condition: "{% 'yes' %}", Next: "End" },
        ],
      },
      "Choices[1]/Condition",
      "Expected 'boolean', but was 'string' for value: \"yes\"",
    ],
    [
      "Output of a rule",
      { Type: "Choice", Choices: [{ Condition: "{% true %}", Output: { a: "{% $x %}" }, Next: "End" }] },
      "Choices[0]/Output/a",
      "returned nothing (undefined).",
    ],
    [
      "Seconds",
      { Type: "Wait", Seconds: "{% [1] %}", Next: "End" },
      "Seconds",
      "Expected 'number', but was 'array' for value: [1]",
    ],
    [
      "Timestamp",
      { Type: "Wait", Timestamp: "{% null %}", Next: "End" },
      "Timestamp",
      "Expected 'string', but was 'null' for value: null",
    ],
    [
      "TimeoutSeconds",
      { Type: "Task", Resource: LAMBDA, Arguments: { FunctionName: "f" }, TimeoutSeconds: "{% {} %}", Next: "End" },
      "TimeoutSeconds",
      "Expected 'number', but was 'object' for value: {}",
    ],
    [
      "Credentials",
      {
        Type: "Task",
        Resource: LAMBDA,
        Arguments: { FunctionName: "f" },
        Credentials: { RoleArn: "{% $x %}" },
        Next: "End",
      },
      "Credentials/RoleArn",
      "returned nothing (undefined).",
    ],
    [
      "Arguments of an item reader",
      {
        Type: "Map",
        ItemReader: {
          Resource: "arn:aws:states:::s3:getObject",
          ReaderConfig: { InputType: "JSON", MaxItems: "{% 1 %}" },
          Arguments: { Bucket: "{% $x %}" },
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
          StartAt: "I",
          States: { I: { Type: "Pass", End: true } },
        },
        Next: "End",
      },
      "ItemReader/Arguments/Bucket",
      "returned nothing (undefined).",
    ],
  ])("tells the place of %s", (_name, state, location, fault) => {
    const states = state && "Error" in state ? { A: state } : { A: state, End: { Type: "Succeed" } };
    const carried = run(machine(states), []);
    expect(carried.details("EvaluationFailed")).toMatchObject({ location, state: "A" });
    expect(carried.details("EvaluationFailed").cause).toContain(fault);
  });

  test("can be retried and caught; of a catcher it tells the catcher's place", () => {
    const task = (catcher: object) => ({
      Type: "Task",
      Resource: LAMBDA,
      Arguments: { FunctionName: "{% $x %}" },
      Retry: [{ ErrorEquals: ["States.QueryEvaluationError"], MaxAttempts: 1 }],
      Catch: [
        { ErrorEquals: ["Other"], Next: "End" },
        { ErrorEquals: ["States.QueryEvaluationError"], Next: "End", ...catcher },
      ],
      Next: "End",
    });
    const caught = run(machine({ A: task({ Output: "{% $states.errorOutput.Error %}" }), End: { Type: "Succeed" } }));
    caught.wake();
    expect(caught.execution.output).toBe('"States.QueryEvaluationError"');
    expect(caught.lines.slice(1, 5)).toEqual([
      "2 <- 0 TaskStateEntered",
      "3 <- 0 EvaluationFailed",
      "4 <- 3 EvaluationFailed",
      "5 <- 4 TaskStateExited",
    ]);
    const failed = run(machine({ A: task({ Assign: { e: "{% $nothing %}" } }), End: { Type: "Succeed" } }));
    failed.wake();
    expect(failed.details("EvaluationFailed")).toMatchObject({ location: "Catch[1]/Assign/e" });
    expect(failed.execution.status).toBe("FAILED");
  });
});

describe("data", () => {
  test("Arguments, Output and Assign of a task", () => {
    const carried = run(
      machine({
        A: {
          Type: "Task",
          Resource: LAMBDA,
          Arguments: { FunctionName: "f", Payload: { n: "{% $states.input.n + 1 %}" } },
          Assign: { last: "{% $states.result.Payload %}" },
          Output: { sum: "{% $states.result.Payload + $states.input.n %}" },
          Next: "B",
        },
        B: { Type: "Pass", Output: "{% [$states.input.sum, $last] %}", End: true },
      }),
      { n: 1 },
    );
    const { parameters, branchId, attempt } = carried.call;
    expect(parameters).toEqual({ FunctionName: "f", Payload: { n: 2 } });
    carried.give({ kind: "callReturned", branchId, attempt, output: '{"Payload":5}' });
    expect(carried.details("TaskStateExited")).toMatchObject({ assignedVariables: { last: "5" } });
    expect(carried.execution.output).toBe("[6,5]");
  });

  test("a state without Output gives its result, a catcher without one its error output", () => {
    const failing = { StartAt: "F", States: { F: { Type: "Fail", Error: "E", Cause: "C" } } };
    const { execution } = run(
      machine({
        A: { Type: "Parallel", Branches: [failing], Catch: [{ ErrorEquals: ["E"], Next: "B" }], End: true },
        B: { Type: "Pass", End: true },
      }),
    );
    expect(execution.output).toBe('{"Error":"E","Cause":"C"}');
  });

  test("all of a state sees the variables as they were when it was entered", () => {
    const { execution } = run(
      machine({
        A: { Type: "Pass", Assign: { a: 1, b: 10 }, Next: "B" },
        B: { Type: "Pass", Assign: { a: "{% $b %}", b: "{% $a %}" }, Output: "{% $a %}", Next: "C" },
        C: { Type: "Pass", Output: "{% [$states.input, $a, $b] %}", End: true },
      }),
    );
    expect(execution.output).toBe("[1,10,1]");
  });

  test.each(["JSONPath", "JSONata"])(
    "variables in %s are seen within branches and iterations, and stay there",
    (language) => {
      const path = language === "JSONPath";
      const read = (name: string) =>
        path ? { Parameters: { "v.$": `$${name}` } } : { Output: { v: `{% $${name} %}` } };
      const item = path ? "$$.Map.Item.Value" : "{% $states.context.Map.Item.Value %}";
      const inner = {
        StartAt: `Set${language}`,
        States: {
          [`Set${language}`]: {
            Type: "Pass",
            Assign: { inner: path ? 5 : "{% $outer + 4 %}" },
            Next: `Get${language}`,
          },
          [`Get${language}`]: { Type: "Pass", ...read("inner"), End: true },
        },
      };
      const { execution } = run({
        ...machine({
          A: { Type: "Pass", Assign: { outer: 1 }, Next: "P" },
          P: {
            Type: "Parallel",
            Branches: [inner, { StartAt: "O", States: { O: { Type: "Pass", ...read("outer"), End: true } } }],
            Next: "M",
          },
          M: {
            Type: "Map",
            ...(path ? {} : { Items: "{% $states.input %}" }),
            ItemSelector: path ? { "v.$": item } : { v: item },
            ItemProcessor: {
              StartAt: "I",
              States: {
                I: { Type: "Pass", Assign: { outer: 9 }, Next: "J" },
                J: { Type: "Pass", ...read("outer"), End: true },
              },
            },
            Assign: { all: path ? 1 : "{% $count($states.result) %}" },
            Next: "Z",
          },
          Z: { Type: "Pass", ...read("outer"), End: true },
        }),
        QueryLanguage: language,
      });
      expect(execution.status).toBe("SUCCEEDED");
      expect(execution.output).toBe('{"v":1}');
    },
  );

  test("states of both languages hand data and variables to each other", () => {
    const { execution } = run(
      {
        StartAt: "P",
        States: {
          P: { Type: "Pass", Parameters: { "n.$": "$.n" }, Assign: { "v.$": "$.n" }, Next: "J" },
          J: {
            Type: "Pass",
            QueryLanguage: "JSONata",
            Output: { n: "{% $states.input.n + $v %}" },
            Assign: { w: "{% $v * 10 %}" },
            Next: "Q",
          },
          Q: { Type: "Pass", Parameters: { "n.$": "$.n", "w.$": "$w" }, End: true },
        },
      },
      { n: 3 },
    );
    expect(execution.output).toBe('{"n":6,"w":30}');
  });

  test("time and chance are those of the event", () => {
    const expression = "{% [$millis(), $now(), $random(), $uuid()] %}";
    const { execution } = run(machine({ A: { Type: "Pass", Output: expression, End: true } }));
    expect(JSON.parse(execution.output ?? "")).toEqual([
      Date.UTC(2026, 0, 1),
      "2026-01-01T00:00:00.000Z",
      0.5,
      "00000000-0000-4000-8000-000000000001",
    ]);
  });
});
