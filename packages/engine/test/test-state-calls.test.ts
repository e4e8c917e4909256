import { describe, expect, it } from "vitest";
import { type HttpInspector, TaskError, type TestStateResult } from "../src/index.js";
import { AnsweredByHand } from "./answered-by-hand.js";
import { openFunctionEndpoint } from "./function-endpoint.js";
import { requestOf, roleArn, type StateTest, testState } from "./state-test.js";
import { openTestEngine, type TestEngineOptions } from "./test-engine.js";
import { settled } from "./turned-clock.js";

const minutes = 60_000;

/** A test that is under way, in an engine whose clock the test turns. */
async function begun(test: StateTest, options: TestEngineOptions = {}) {
  const hand = new AnsweredByHand();
  const { engine, clock } = await openTestEngine({ integrations: hand.integrations, ...options });
  // What tests states is loaded when it is first asked for, which takes more than turns of the event loop.
  await engine.testState(requestOf({ roleArn, definition: { Type: "Succeed" } }), new AbortController().signal);
  const caller = new AbortController();
  let result: TestStateResult | undefined;
  let error: unknown;
  const ended = engine.testState(requestOf({ roleArn, ...test }), caller.signal).then(
    (value) => {
      result = value;
    },
    (thrown: unknown) => {
      error = thrown;
    },
  );
  await settled();
  return { clock, caller, ended, calls: hand.calls, result: () => result, error: () => error };
}

describe("a Task state without a mock", () => {
  it("makes its call", async () => {
    const definition = AnsweredByHand.state({ ResultPath: "$.sent", Next: "Later" });
    const { calls, ended, result } = await begun({ definition, input: { a: 1 }, inspectionLevel: "DEBUG" });
    expect(calls[0]?.request).toMatchObject({
      parameters: { input: { a: 1 } },
      execution: { arn: expect.stringContaining(":express:"), region: "us-east-1" },
    });
    calls[0]?.succeed('{"id":7}');
    await ended;
    expect(result()).toMatchObject({
      status: "SUCCEEDED",
      output: '{"a":1,"sent":{"id":7}}',
      nextState: "Later",
      inspectionData: { result: '{"id":7}' },
    });
  });

  it("calls Lambda functions", async () => {
    const { url, invocations } = await openFunctionEndpoint(({ response }) => response.end('"Hello"'));
    const definition = { Type: "Task", Resource: "arn:aws:lambda:us-east-1:123456789012:function:hello", End: true };
    expect(await testState({ definition, input: { a: 1 }, roleArn }, { lambdaEndpoint: url })).toMatchObject({
      output: '"Hello"',
    });
    expect(invocations.map(({ payload }) => payload)).toEqual(['{"a":1}']);
  });

  it("fails as its call does", async () => {
    const definition = AnsweredByHand.state({
      End: true,
      Retry: [{ ErrorEquals: ["Sqs.Broken"], IntervalSeconds: 9 }],
    });
    const { calls, ended, result } = await begun({ definition, inspectionLevel: "DEBUG" });
    calls[0]?.fail(new TaskError("Sqs.Broken", "no queue"));
    await ended;
    expect(result()).toMatchObject({
      status: "RETRIABLE",
      error: "Sqs.Broken",
      cause: "no queue",
      inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 9 } },
    });
  });

  it("fails where there is nothing to call", async () => {
    const definition = { Type: "Task", Resource: "arn:aws:states:::aws-sdk:unheard:of", Parameters: {}, End: true };
    expect(await testState({ definition, roleArn })).toMatchObject({
      status: "FAILED",
      error: "Unheard.SdkClientException",
    });
  });

  it("fails where its result is too large", async () => {
    const { calls, ended, result } = await begun({ definition: AnsweredByHand.state() });
    calls[0]?.succeed(JSON.stringify("x".repeat(300_000)));
    await ended;
    expect(result()).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });

  it.each([
    ["TimeoutSeconds", "States.Timeout"],
    ["HeartbeatSeconds", "States.HeartbeatTimeout"],
  ])("is aborted at its %s", async (field, name) => {
    const Catch = [{ ErrorEquals: [name], Next: "Rescue" }];
    const { clock, calls, ended, result } = await begun({
      definition: AnsweredByHand.state({ [field]: 10, Catch, End: true }),
    });
    await clock.turn(9_999);
    expect(calls[0]?.signal.aborted).toBe(false);
    await clock.turn(1);
    await ended;
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(result()).toMatchObject({ status: "CAUGHT_ERROR", error: "States.Timeout", nextState: "Rescue" });
  });

  it("ends after five minutes, whatever it retries or catches", async () => {
    const all = { ErrorEquals: ["States.ALL"] };
    const definition = AnsweredByHand.state({ Retry: [all], Catch: [{ ...all, Next: "Rescue" }], End: true });
    const { clock, calls, ended, result } = await begun({ definition });
    await clock.turn(5 * minutes);
    await ended;
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(result()).toEqual({ status: "FAILED", error: "States.Timeout" });
  });

  it("ends when nobody waits for it any more", async () => {
    const { clock, caller, calls, ended, error } = await begun({ definition: AnsweredByHand.state() });
    caller.abort(new Error("gone"));
    await ended;
    expect(error()).toEqual(new Error("gone"));
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(clock.alarms).toEqual([]);
  });

  it("leaves no timer", async () => {
    const { clock, calls, ended } = await begun({ definition: AnsweredByHand.state() });
    expect(clock.alarms).toHaveLength(1);
    calls[0]?.succeed("1");
    await ended;
    expect(clock.alarms).toEqual([]);
  });
});

describe("what an HTTP Task sends and gets", () => {
  const Parameters = { ApiEndpoint: "https://example.com", Method: "GET" };
  const http = { Type: "Task", Resource: "arn:aws:states:::http:invoke", Parameters, End: true };
  const request = { protocol: "https", method: "GET", url: "https://example.com/" };
  const response = { protocol: "https", statusCode: "200", body: "ok" };
  const integrations = new Map([
    [
      "http:invoke",
      async ({ http }: { http?: HttpInspector }) => {
        http?.exchanged(http.revealSecrets ? { ...request, headers: "secret" } : request, response);
        return '{"StatusCode":200}';
      },
    ],
  ]);
  const inspectionDataOf = async (test: Partial<StateTest>) =>
    (await testState({ definition: http, roleArn, ...test }, { integrations })).inspectionData;

  it("is told at TRACE", async () => {
    expect(await inspectionDataOf({ inspectionLevel: "TRACE" })).toMatchObject({ request, response });
    expect(await inspectionDataOf({ inspectionLevel: "TRACE", revealSecrets: true })).toMatchObject({
      request: { headers: "secret" },
    });
  });

  it("is not told at DEBUG", async () => {
    const data = await inspectionDataOf({ inspectionLevel: "DEBUG" });
    expect(data).not.toHaveProperty("request");
    expect(data).not.toHaveProperty("response");
  });
});

describe("a Wait state", () => {
  it("waits", async () => {
    const { clock, ended, result } = await begun({
      definition: { Type: "Wait", Seconds: 60, Next: "Later" },
      input: 1,
    });
    await clock.turn(59_999);
    expect(result()).toBeUndefined();
    await clock.turn(1);
    await ended;
    expect(result()).toEqual({ status: "SUCCEEDED", output: "1", nextState: "Later" });
  });

  it("does not wait for longer than a test may take", async () => {
    const { clock, ended, result } = await begun({ definition: { Type: "Wait", Seconds: 301, End: true } });
    await clock.turn(5 * minutes);
    await ended;
    expect(result()).toEqual({ status: "FAILED", error: "States.Timeout" });
  });

  it("stops when nobody waits for it any more", async () => {
    const { clock, caller, ended, error } = await begun({ definition: { Type: "Wait", Seconds: 60, End: true } });
    caller.abort(new Error("gone"));
    await ended;
    expect(error()).toEqual(new Error("gone"));
    expect(clock.alarms).toEqual([]);
  });
});

describe("an expression that takes long", () => {
  it("is evaluated elsewhere, and what lies around it is told once", async () => {
    const asked: string[] = [];
    const long = "$sum([1..200000].($ * 2))";
    const definition = {
      Type: "Map",
      QueryLanguage: "JSONata",
      Items: "{% [1, 2] %}",
      ItemSelector: { item: "{% $states.context.Map.Item.Value %}", sum: `{% ${long} %}` },
      ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
      End: true,
    };
    const result = await testState(
      { definition, mock: { result: [1, 2] }, inspectionLevel: "DEBUG" },
      {
        evaluate: async ({ text, field }) => {
          asked.push(`${field}: ${text}`);
          return { value: 7 };
        },
      },
    );
    expect(asked).toEqual([`ItemSelector/sum: ${long}`, `ItemSelector/sum: ${long}`]);
    expect(result.inspectionData?.afterItemSelector).toBe('[{"item":1,"sum":7},{"item":2,"sum":7}]');
  });
});
