import { describe, expect, it } from "vitest";
import { inspected, refusalOf, requestOf, roleArn, testState } from "./state-test.js";
import { openTestEngine } from "./test-engine.js";

const pass = { Type: "Pass", Next: "Later" };
const invoke = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Next: "Later" };
const task = { ...invoke, Parameters: { FunctionName: "f", "Payload.$": "$.a" } };
const jsonataTask = {
  ...invoke,
  QueryLanguage: "JSONata",
  Arguments: { FunctionName: "f", Payload: "{% $states.input.a %}" },
};
const failed = { errorOutput: { error: "Broken", cause: "It broke." } };

describe("a tested state", () => {
  it("gives its output and tells where it leads", async () => {
    expect(await testState({ definition: { ...pass, Result: 1 } })).toEqual({
      status: "SUCCEEDED",
      output: "1",
      nextState: "Later",
    });
  });

  it("leads nowhere where it ends", async () => {
    const result = await testState({ definition: { Type: "Pass", End: true } });
    expect(result).toEqual({ status: "SUCCEEDED", output: "{}" });
  });

  it("hands a text on as it is", async () => {
    const input = '{ "n": 1.0 }';
    const { output, inspectionData } = await testState({ definition: pass, input, inspectionLevel: "DEBUG" });
    expect(output).toBe(input);
    expect(inspectionData?.input).toBe(input);
    expect((await testState({ definition: task, input: { a: 1 }, mock: { result: '{"n": 1}' } })).output).toBe(
      '{"n": 1}',
    );
  });

  it("chooses", async () => {
    const choice = { Type: "Choice", Choices: [{ Variable: "$.n", NumericEquals: 1, Next: "One" }], Default: "Other" };
    expect(await testState({ definition: choice, input: { n: 1 } })).toMatchObject({ nextState: "One" });
    expect(await testState({ definition: choice, input: { n: 2 } })).toMatchObject({ nextState: "Other" });
  });

  it("fails with the error and cause of a Fail state", async () => {
    const definition = { Type: "Fail", Error: "E", CausePath: "$.why" };
    expect(await testState({ definition, input: { why: "because" } })).toEqual({
      status: "FAILED",
      error: "E",
      cause: "because",
    });
  });

  it("fails where an expression does, without the words about where it was entered", async () => {
    expect(await testState({ definition: { ...pass, InputPath: "$.b" }, input: { a: 1 } })).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause: expect.stringMatching(/^Invalid path '\$\.b'/),
    });
  });

  it("fails where its output is too large", async () => {
    const definition = { ...pass, Parameters: { "a.$": "$", "b.$": "$" } };
    expect(await testState({ definition, input: ["x".repeat(200_000)] })).toMatchObject({
      status: "FAILED",
      error: "States.DataLimitExceeded",
    });
  });

  it("sees variables, and what it assigns is told", async () => {
    const definition = { ...pass, QueryLanguage: "JSONata", Output: "{% $n + 1 %}", Assign: { m: "{% $n * 2 %}" } };
    const test = { definition, variables: { n: 2 } };
    expect((await testState(test)).output).toBe("3");
    expect(await inspected(test)).toEqual({ input: {}, variables: { n: 2, m: 4 } });
  });

  it("takes an object of variables only", async () => {
    expect(await refusalOf({ definition: pass, variables: "[]" })).toBe(
      "ValidationException: Variables must be a JSON object",
    );
  });
});

describe("a state in a machine", () => {
  const inner = { Type: "Pass", Next: "Last" };
  const mapOver = (item: object) => ({
    Type: "Map",
    ItemProcessor: { StartAt: "Inner", States: { Inner: item, Last: { Type: "Succeed" } } },
    End: true,
  });
  const definition = { StartAt: "Outer", States: { Outer: mapOver(inner) } };

  it("is found by its name, nested as deep as it is", async () => {
    expect(await testState({ definition, stateName: "Inner", input: 1 })).toMatchObject({ nextState: "Last" });
  });

  it("has the query language of its machine", async () => {
    const state = { Type: "Pass", Output: "{% $states.input + 1 %}", End: true };
    const machine = { QueryLanguage: "JSONata", StartAt: "A", States: { A: state } };
    expect(await testState({ definition: machine, stateName: "A", input: 1 })).toMatchObject({ output: "2" });
  });

  it("is missed by a name that no state has", async () => {
    for (const stateName of ["Other", "__proto__"]) {
      expect(await refusalOf({ definition, stateName })).toBe("ValidationException: State not found in definition");
    }
  });

  it("stands in a machine that is right as a whole", async () => {
    const wrong = { StartAt: "A", States: { A: pass, Later: { Type: "Nothing" } } };
    expect(await refusalOf({ definition: wrong, stateName: "A" })).toBe(
      "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/Later/Type'",
    );
  });

  it("is the first item of a Map state around it", async () => {
    const item = { ...inner, Parameters: { "item.$": "$$.Map.Item" } };
    const machine = { StartAt: "Outer", States: { Outer: mapOver(item) } };
    const { output } = await testState({ definition: machine, stateName: "Inner", input: [7] });
    expect(JSON.parse(output ?? "")).toEqual({ item: { Index: 0, Value: [7] } });
  });
});

describe("the way from input to output", () => {
  it("is told at no other level than DEBUG and TRACE", async () => {
    expect(await testState({ definition: pass })).not.toHaveProperty("inspectionData");
    expect(await testState({ definition: pass, inspectionLevel: "INFO" })).not.toHaveProperty("inspectionData");
    const debug = await testState({ definition: pass, inspectionLevel: "DEBUG" });
    expect(debug).toHaveProperty("inspectionData");
    expect(await testState({ definition: pass, inspectionLevel: "TRACE" })).toEqual(debug);
  });

  it("of a Pass state", async () => {
    const definition = {
      ...pass,
      InputPath: "$.in",
      Parameters: { "x.$": "$.y" },
      ResultPath: "$.r",
      OutputPath: "$.r",
    };
    expect(await inspected({ definition, input: { in: { y: 1 } } })).toEqual({
      input: { in: { y: 1 } },
      afterInputPath: { y: 1 },
      afterParameters: { x: 1 },
      afterResultSelector: { x: 1 },
      afterResultPath: { in: { y: 1 }, r: { x: 1 } },
    });
  });

  it("of a Pass state with a Result begins there", async () => {
    expect(await inspected({ definition: { ...pass, InputPath: "$.in", Result: 1 }, input: {} })).toEqual({
      input: {},
      result: 1,
      afterResultSelector: 1,
      afterResultPath: 1,
    });
  });

  it("of a Task state", async () => {
    const definition = { ...task, ResultSelector: { "p.$": "$.Payload" }, ResultPath: "$.t" };
    expect(await inspected({ definition, input: { a: 1 }, mock: { result: { Payload: 2 } } })).toEqual({
      input: { a: 1 },
      afterInputPath: { a: 1 },
      afterParameters: { FunctionName: "f", Payload: 1 },
      result: { Payload: 2 },
      afterResultSelector: { p: 2 },
      afterResultPath: { a: 1, t: { p: 2 } },
    });
  });

  it("of a Task state in JSONata", async () => {
    expect(await inspected({ definition: jsonataTask, input: { a: 1 }, mock: { result: { Payload: 2 } } })).toEqual({
      input: { a: 1 },
      afterArguments: { FunctionName: "f", Payload: 1 },
      result: { Payload: 2 },
    });
  });

  it("of a Task state whose call fails goes no further than the call", async () => {
    expect(await inspected({ definition: task, input: { a: 1 }, mock: failed })).toEqual({
      input: { a: 1 },
      afterInputPath: { a: 1 },
      afterParameters: { FunctionName: "f", Payload: 1 },
    });
  });

  it.each([
    ["Choice", { Type: "Choice", Choices: [{ Variable: "$.a", IsPresent: true, Next: "B" }], Default: "C" }],
    ["Succeed", { Type: "Succeed" }],
    ["Fail", { Type: "Fail" }],
    ["Wait", { Type: "Wait", Seconds: 0, End: true }],
  ])("of a %s state", async (_type, definition) => {
    expect(await inspected({ definition, input: { a: 1 } })).toEqual({ input: { a: 1 }, afterInputPath: { a: 1 } });
  });

  it("of a Fail state in JSONata", async () => {
    const definition = { Type: "Fail", QueryLanguage: "JSONata", Error: "{% $states.input.a %}" };
    expect(await inspected({ definition, input: { a: "E" } })).toEqual({ input: { a: "E" } });
  });
});

describe("a state that fails", () => {
  const retry = [
    { ErrorEquals: ["Other"], MaxAttempts: 5 },
    { ErrorEquals: ["Broken"], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 2 },
  ];
  const caught = [
    { ErrorEquals: ["Other"], Next: "Elsewhere" },
    { ErrorEquals: ["States.ALL"], ResultPath: "$.e", Next: "Rescue", Assign: { "name.$": "$.Error" } },
  ];
  const test = { input: { a: 1 }, mock: failed, inspectionLevel: "DEBUG" as const };

  it("is retriable as long as its retrier has attempts", async () => {
    const definition = { ...task, Retry: retry, Catch: caught };
    for (const [retrierRetryCount, seconds] of [
      [0, 3],
      [1, 6],
    ] as const) {
      const result = await testState({ ...test, definition, stateConfiguration: { retrierRetryCount } });
      const { inspectionData, ...rest } = result;
      expect(rest).toEqual({ status: "RETRIABLE", error: "Broken", cause: "It broke." });
      expect(inspectionData?.errorDetails).toEqual({ retryIndex: 1, retryBackoffIntervalSeconds: seconds });
    }
  });

  it("fails when the attempts are used up", async () => {
    const stateConfiguration = { retrierRetryCount: 2 };
    const result = await testState({ ...test, definition: { ...task, Retry: retry }, stateConfiguration });
    expect(result).toMatchObject({ status: "FAILED", error: "Broken", cause: "It broke." });
    expect(result.inspectionData?.errorDetails).toEqual({ retryIndex: 1 });
  });

  it("has made as many attempts as its context object says, where nothing else does", async () => {
    const definition = { ...task, Retry: retry };
    const state = (RetryCount: number) => ({ State: { RetryCount } });
    expect(await testState({ ...test, definition, context: state(1) })).toMatchObject({ status: "RETRIABLE" });
    expect(await testState({ ...test, definition, context: state(2) })).toMatchObject({ status: "FAILED" });
  });

  it("goes to what catches its error", async () => {
    const { inspectionData, ...rest } = await testState({ ...test, definition: { ...task, Catch: caught } });
    expect(rest).toEqual({
      status: "CAUGHT_ERROR",
      output: '{"a":1,"e":{"Error":"Broken","Cause":"It broke."}}',
      error: "Broken",
      cause: "It broke.",
      nextState: "Rescue",
    });
    expect(inspectionData?.errorDetails).toEqual({ catchIndex: 1 });
    expect(inspectionData?.variables).toBe('{"name":"Broken"}');
  });

  it("is caught when the attempts are used up", async () => {
    const stateConfiguration = { retrierRetryCount: 2 };
    const definition = { ...task, Retry: retry, Catch: caught };
    const result = await testState({ ...test, definition, stateConfiguration });
    expect(result).toMatchObject({ status: "CAUGHT_ERROR", nextState: "Rescue" });
    expect(result.inspectionData?.errorDetails).toEqual({ retryIndex: 1, catchIndex: 1 });
  });

  it("fails for good where the catcher's expressions fail", async () => {
    const catcher = { ErrorEquals: ["States.ALL"], Output: "{% $missing %}", Next: "Rescue" };
    const result = await testState({ ...test, definition: { ...jsonataTask, Catch: [catcher] } });
    expect(result).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
  });

  it("cannot catch States.Runtime of its own", async () => {
    const definition = { ...task, InputPath: "$.b", Catch: [{ ErrorEquals: ["States.ALL"], Next: "Rescue" }] };
    expect(await testState({ ...test, definition })).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });

  it("can catch what goes wrong after its call", async () => {
    const definition = {
      ...jsonataTask,
      Output: "{% $states.result.x %}",
      Catch: [{ ErrorEquals: ["States.QueryEvaluationError"], Next: "Rescue" }],
    };
    const result = await testState({ definition, input: { a: 1 }, mock: { result: {} }, inspectionLevel: "DEBUG" });
    expect(result).toMatchObject({ status: "CAUGHT_ERROR", nextState: "Rescue" });
    expect(result.inspectionData?.result).toBe("{}");
  });
});

describe("the context object", () => {
  const definition = { ...pass, QueryLanguage: "JSONata", Output: "{% $states.context %}" };
  const shown = { ...task, ResultSelector: { "context.$": "$$" } };
  const contextOf = async (test: Parameters<typeof testState>[0]) => {
    const { output = "" } = await testState(test);
    return JSON.parse(output).context ?? JSON.parse(output);
  };

  it("is that of an express execution", async () => {
    const { engine, clock } = await openTestEngine();
    const request = requestOf({ definition, input: { a: 1 }, roleArn });
    const { output = "" } = await engine.testState(request, new AbortController().signal);
    const { Execution, StateMachine, ...rest } = JSON.parse(output);
    const time = new Date(clock.now()).toISOString();
    expect(rest).toEqual({ State: { Name: "StateName", EnteredTime: time } });
    expect(StateMachine.Id).toBe(`arn:aws:states:us-east-1:123456789012:stateMachine:${StateMachine.Name}`);
    expect(Execution).toEqual({
      Id: `arn:aws:states:us-east-1:123456789012:express:${StateMachine.Name}:${Execution.Name}`,
      Input: { a: 1 },
      Name: expect.stringMatching(/^[0-9a-f-]{36}$/),
      RoleArn: roleArn,
      StartTime: time,
    });
  });

  it("has no role where the request has none", async () => {
    expect((await contextOf({ definition })).Execution.RoleArn).toBeNull();
  });

  it("counts the retries of states that can retry", async () => {
    const test = { definition: shown, input: { a: 1 }, mock: { result: {} } };
    expect((await contextOf(test)).State.RetryCount).toBe(0);
    expect((await contextOf({ ...test, stateConfiguration: { retrierRetryCount: 2 } })).State.RetryCount).toBe(2);
  });

  it("holds what the request gives in place of what it would hold", async () => {
    const context = { Execution: { Id: "x", Input: 7 }, StateMachine: {} };
    const given = await contextOf({ definition: shown, input: { a: 1 }, mock: { result: {} }, context });
    expect(given).toMatchObject({ ...context, State: { Name: "StateName" } });
    expect(given.Execution).toEqual(context.Execution);
  });

  it("has a task token where the state waits for one", async () => {
    const waiting = {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: { QueueUrl: "q", "MessageBody.$": "$$.Task.Token" },
      End: true,
    };
    const test = { definition: waiting, mock: { result: "1" } };
    expect((await inspected(test)).afterParameters).toEqual({ QueueUrl: "q", MessageBody: expect.any(String) });
    const given = { ...test, context: { Task: { Token: "t" } } };
    expect((await inspected(given)).afterParameters).toEqual({ QueueUrl: "q", MessageBody: "t" });
  });

  it.each([
    ["no JSON", "{", "Context object must be valid JSON"],
    ["no object", "[]", "Context object must be a JSON object"],
    ["an unknown member", { Other: {} }, "Field 'Other' is not allowed"],
    ["a name of objects", '{"__proto__":{}}', "Field '__proto__' is not allowed"],
    ["an unknown member of a member", { State: { other: 1 } }, "Field 'other' is not allowed"],
    ["a member of another type", { Execution: { Id: 1 } }, "Execution.Id must be a string"],
    ["a number that is a text", { State: { RetryCount: "1" } }, "State.RetryCount must be a number"],
    ["a member that is no object", { State: 1 }, "State must be an object"],
    ["a Map", { Map: {} }, "'Map' field is not supported when mocking a Context object"],
    [
      "a task token without need",
      { Task: { Token: "t" } },
      "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
    ],
  ])("cannot be %s", async (_what, context, fault) => {
    expect(await refusalOf({ definition: task, input: { a: 1 }, mock: { result: {} }, context })).toBe(
      `ValidationException: Invalid Context object provided: ${fault}`,
    );
  });
});
