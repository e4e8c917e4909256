import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Mocks } from "../src/index.js";
import { answerTo, parseMockConfiguration } from "../src/mocks/mock-configuration.js";
import { AnsweredByHand } from "./answered-by-hand.js";
import { eventTypes, historyOf, openTestEngine, temporaryFolder } from "./test-engine.js";

const roleArn = "arn:aws:iam::123456789012:role/role";
const lambda = (more: object = { End: true }) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Parameters: { FunctionName: "nobody-runs-it", "Payload.$": "$" },
  ...more,
});

/** The answers of the mock configuration of one state machine, `Tested`, and of one test case, `Case`. */
function mockFile(folder: string, states: Record<string, object>): string {
  const file = join(folder, "MockConfigFile.json");
  const names = Object.fromEntries(Object.keys(states).map((state) => [state, `${state}Response`]));
  const responses = Object.fromEntries(Object.entries(states).map(([state, answers]) => [`${state}Response`, answers]));
  writeFileSync(
    file,
    JSON.stringify({ StateMachines: { Tested: { TestCases: { Case: names } } }, MockedResponses: responses }),
  );
  return file;
}

/** An engine with such mocks, and the state machine `Tested`. */
async function openMocked(
  states: Record<string, object>,
  definition: object,
  { folder = temporaryFolder(), type = "STANDARD" as "STANDARD" | "EXPRESS", now = Date.UTC(2026, 0, 1) } = {},
) {
  const byHand = new AnsweredByHand();
  const mocks = new Mocks(mockFile(folder, states));
  const test = await openTestEngine({ folder: join(folder, "data"), now, mocks, integrations: byHand.integrations });
  const { stateMachineArn } = await test.engine.stateMachines.create({
    name: "Tested",
    definition: JSON.stringify(definition),
    roleArn,
    type,
    tags: [],
  });
  return { ...test, byHand, folder, stateMachineArn, testCase: `${stateMachineArn}#Case` };
}

const returning = (value: unknown) => ({ "0": { Return: value } });

describe("a test case", () => {
  it("answers the calls of its states, and no others", async () => {
    const { start, describe, rest, testCase, byHand } = await openMocked(
      { Mocked: returning({ StatusCode: 200, Payload: "from the mock" }) },
      {
        StartAt: "Mocked",
        States: { Mocked: lambda({ Next: "Real", OutputPath: "$.Payload" }), Real: AnsweredByHand.state() },
      },
    );
    const execution = await start(testCase, { n: 1 }, "name");
    expect(execution).toBe("arn:aws:states:us-east-1:123456789012:execution:Tested:name");
    await rest();
    expect(byHand.inputs).toEqual(["from the mock"]);
    byHand.calls[0]?.succeed('"from the service"');
    await rest();
    expect(await describe(execution)).toMatchObject({ status: "SUCCEEDED", output: '"from the service"' });
  });

  it("counts the calls of a state through retries and loops", async () => {
    const { start, describe, clock, engine, testCase } = await openMocked(
      {
        Call: {
          "0-1": { Throw: { Error: "Busy", Cause: "try again" } },
          "2": { Return: { done: false } },
          "3": { Return: { done: true } },
        },
      },
      {
        StartAt: "Call",
        States: {
          Call: lambda({ Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 1, MaxAttempts: 2 }], Next: "Done?" }),
          "Done?": {
            Type: "Choice",
            Choices: [{ Variable: "$.done", BooleanEquals: true, Next: "End" }],
            Default: "Call",
          },
          End: { Type: "Succeed" },
        },
      },
    );
    const execution = await start(testCase);
    await clock.turn(10_000);
    expect(await describe(execution)).toMatchObject({ status: "SUCCEEDED", output: '{"done":true}' });
    const failures = (await historyOf(engine, execution)).filter(({ type }) => type === "TaskFailed");
    expect(failures.map(({ taskFailedEventDetails }) => taskFailedEventDetails)).toEqual([
      { resourceType: "lambda", resource: "invoke", error: "Busy", cause: "try again" },
      { resourceType: "lambda", resource: "invoke", error: "Busy", cause: "try again" },
    ]);
  });

  it("goes on counting in the next process", async () => {
    const states = { Call: { "0": { Return: { n: 0 } }, "1": { Return: { n: 1 } } } };
    const definition = {
      StartAt: "Call",
      States: {
        Call: lambda({ Next: "Again?" }),
        "Again?": { Type: "Choice", Choices: [{ Variable: "$.n", NumericEquals: 0, Next: "Wait" }], Default: "End" },
        Wait: { Type: "Wait", Seconds: 5, Next: "Call" },
        End: { Type: "Succeed" },
      },
    };
    const one = await openMocked(states, definition);
    const execution = await one.start(one.testCase);
    await one.rest();
    await one.kill();
    const two = await openMocked(states, definition, { folder: one.folder, now: one.clock.now() });
    await two.clock.turn(5000);
    expect(await two.describe(execution)).toMatchObject({ status: "SUCCEEDED", output: '{"n":1}' });
  });

  it("fails a state whose calls are more than its answers", async () => {
    const { start, describe, rest, testCase } = await openMocked(
      { Call: returning({}) },
      {
        StartAt: "Call",
        States: {
          Call: lambda({ Next: "Over?" }),
          "Over?": { Type: "Choice", Choices: [{ Variable: "$.over", IsPresent: true, Next: "End" }], Default: "Call" },
          End: { Type: "Succeed" },
        },
      },
    );
    const execution = await start(testCase);
    await rest();
    expect(await describe(execution)).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause: expect.stringMatching(
        /MockConfigFile\.json has no answer to call 1 of the state 'Call' in the test case 'Case' of 'Tested'$/,
      ),
    });
  });

  it("answers callbacks and jobs as well", async () => {
    const { start, describe, rest, engine, testCase } = await openMocked(
      { Job: returning({ Status: "SUCCEEDED" }), Callback: { "0": { Throw: { Error: "Refused", Cause: "no" } } } },
      {
        StartAt: "Job",
        States: {
          Job: {
            Type: "Task",
            Resource: "arn:aws:states:::states:startExecution.sync:2",
            Parameters: { StateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:none" },
            Next: "Callback",
          },
          Callback: {
            Type: "Task",
            Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            Parameters: { QueueUrl: "queue", "MessageBody.$": "$$.Task.Token" },
            Catch: [{ ErrorEquals: ["Refused"], ResultPath: "$.caught", Next: "End" }],
            End: true,
          },
          End: { Type: "Succeed" },
        },
      },
    );
    const execution = await start(testCase);
    await rest();
    expect(await describe(execution)).toMatchObject({
      status: "SUCCEEDED",
      output: '{"Status":"SUCCEEDED","caught":{"Error":"Refused","Cause":"no"}}',
    });
    expect(await eventTypes(engine, execution)).toEqual([
      "ExecutionStarted",
      ...["TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded", "TaskStateExited"],
      ...["TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskFailed", "TaskStateExited"],
      ...["SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"],
    ]);
  });

  it("answers activities and functions", async () => {
    const { start, describe, rest, engine, activity, testCase } = await openMocked(
      { Activity: returning({ worked: true }), Function: returning({ StatusCode: 200, Payload: { paid: true } }) },
      {
        StartAt: "Activity",
        States: {
          Activity: {
            Type: "Task",
            Resource: "arn:aws:states:us-east-1:123456789012:activity:activity",
            HeartbeatSeconds: 5,
            ResultPath: "$.activity",
            Next: "Function",
          },
          Function: {
            Type: "Task",
            Resource: "arn:aws:lambda:us-east-1:123456789012:function:pay",
            ResultPath: "$.function",
            End: true,
          },
        },
      },
    );
    await activity();
    const execution = await start(testCase);
    await rest();
    expect(await describe(execution)).toMatchObject({
      status: "SUCCEEDED",
      output: '{"activity":{"worked":true},"function":{"paid":true}}',
    });
    expect((await eventTypes(engine, execution)).slice(1, 6)).toEqual([
      "TaskStateEntered",
      "ActivityScheduled",
      "ActivityStarted",
      "ActivitySucceeded",
      "TaskStateExited",
    ]);
  });

  it("reaches into maps: children of a distributed one count from their place in it", async () => {
    const processor = (mode: object) => ({ ItemProcessor: { ...mode, StartAt: "Call", States: { Call: lambda() } } });
    const { start, describe, rest, testCase } = await openMocked(
      { Call: { "0": { Return: 0 }, "1": { Return: 1 }, "2": { Return: 2 } } },
      {
        StartAt: "Each",
        States: {
          Each: {
            Type: "Map",
            ...processor({ ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } }),
            End: true,
          },
        },
      },
    );
    const execution = await start(testCase, ["a", "b", "c"]);
    await rest();
    expect(await describe(execution)).toMatchObject({ status: "SUCCEEDED", output: "[0,1,2]" });
  });

  it("is there for express executions, synchronous ones too", async () => {
    const { engine, testCase } = await openMocked(
      { Call: returning({ ok: true }) },
      { StartAt: "Call", States: { Call: lambda() } },
      { type: "EXPRESS" },
    );
    expect(await engine.executions.startSync({ stateMachineArn: testCase, input: "{}" })).toMatchObject({
      status: "SUCCEEDED",
      output: '{"ok":true}',
    });
  });

  it("that is not there is refused, with those that are", async () => {
    const { start, stateMachineArn } = await openMocked({}, { StartAt: "Call", States: { Call: lambda() } });
    await expect(start(`${stateMachineArn}#Other`)).rejects.toMatchObject({
      code: "ValidationException",
      message: expect.stringMatching(
        /MockConfigFile\.json has no test case 'Other' for the state machine 'Tested'; it has Case$/,
      ),
    });
  });

  it("uses the file as it is when it is used", async () => {
    const { start, describe, rest, folder, testCase } = await openMocked(
      { Call: returning("before") },
      { StartAt: "Call", States: { Call: lambda() } },
    );
    mockFile(folder, { Call: returning("afterwards") });
    const execution = await start(testCase);
    await rest();
    expect(await describe(execution)).toMatchObject({ output: '"afterwards"' });
    writeFileSync(join(folder, "MockConfigFile.json"), "{");
    await expect(start(testCase)).rejects.toMatchObject({
      code: "ValidationException",
      message: expect.stringMatching(/^The mock configuration .*MockConfigFile\.json cannot be used: /),
    });
  });

  it("is part of the name where there are no mocks", async () => {
    const { engine, machine } = await openTestEngine();
    const stateMachineArn = await machine({ StartAt: "P", States: { P: { Type: "Pass", End: true } } });
    await expect(
      engine.executions.start({ stateMachineArn: `${stateMachineArn}#Case`, input: "{}" }),
    ).rejects.toMatchObject({ code: "StateMachineDoesNotExist" });
  });
});

describe("a mock configuration", () => {
  const parse = (configuration: object) => parseMockConfiguration(JSON.stringify(configuration));
  const response = (calls: string, answer: object) => ({ MockedResponses: { R: { [calls]: answer } } });

  it.each([
    [{ StateMachine: {} }, "StateMachine: it can only have StateMachines, MockedResponses and Comment"],
    [
      { StateMachines: { M: { TestCases: { C: { S: "Missing" } } } }, MockedResponses: { R: {} } },
      "StateMachines → M → TestCases → C → S: it must name one of MockedResponses, which are R",
    ],
    [response("one", { Return: 1 }), 'the number of a call ("0") or a range of them ("1-2") is expected'],
    [response("3-1", { Return: 1 }), 'the number of a call ("0") or a range of them ("1-2") is expected'],
    [response("0", {}), "MockedResponses → R → 0: it must have either Return or Throw"],
    [response("0", { Throw: { Cause: "x" } }), "MockedResponses → R → 0 → Throw: Error must be a string"],
    [
      { MockedResponses: { R: { "0-2": { Return: 1 }, "2": { Return: 2 } } } },
      "it overlaps with another range of this response",
    ],
  ])("says what is wrong: %j", (configuration, message) => {
    expect(() => parse(configuration)).toThrow(message);
  });

  it("takes names that objects have of their own as they come", () => {
    const text = `{"StateMachines":{"__proto__":{"TestCases":{"constructor":{"toString":"R"}}}},
      "MockedResponses":{"R":{"0":{"Return":null}}}}`;
    const found = parseMockConfiguration(text).stateMachines.get("__proto__")?.get("constructor")?.get("toString");
    expect(found && answerTo(found, 0)).toEqual({ kind: "return", value: null });
    expect(found && answerTo(found, 1)).toBeUndefined();
  });
});
