import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventTypes, historyOf, temporaryFolder } from "../test-engine.js";
import { moduleFunction, openFunctions } from "./function-engine.js";

const arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

describe("a handler of a Node module", () => {
  it("gets the event and the context and gives a result", async () => {
    const { call, payload } = await openFunctions({ f: moduleFunction({ memoryMB: 256, timeoutSeconds: 30 }) });
    expect(await payload("f", { mode: "echo", value: { a: [1, "ä"] } })).toEqual({ a: [1, "ä"] });
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    const context = (await payload("f:live", {}, { ClientContext: btoa('{"custom":1}') }, trace)) as {
      remaining: number;
    };
    expect(context).toEqual({
      awsRequestId: uuid,
      functionName: "f",
      functionVersion: "$LATEST",
      invokedFunctionArn: `${arn}:live`,
      memoryLimitInMB: "256",
      logGroupName: "/aws/lambda/f",
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      clientContext: { custom: 1 },
      remaining: expect.any(Number),
      trace,
    });
    expect(context.remaining).toBeGreaterThan(0);
    expect(context.remaining).toBeLessThanOrEqual(30_000);
    expect(await payload("f")).not.toHaveProperty("trace");
    const { output } = await call("f", { mode: "nothing" });
    expect(output).toMatchObject({
      ExecutedVersion: "$LATEST",
      Payload: null,
      StatusCode: 200,
      SdkHttpMetadata: {
        HttpStatusCode: 200,
        HttpHeaders: { "Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST" },
      },
      SdkResponseMetadata: { RequestId: uuid },
    });
  });

  it("is called by its ARN as the Resource, too", async () => {
    const { engine, machine } = await openFunctions({ f: moduleFunction() });
    const stateMachineArn = await machine({ StartAt: "A", States: { A: { Type: "Task", Resource: arn, End: true } } });
    const { executionArn } = await engine.executions.start({ stateMachineArn, input: '{"mode":"echo","value":7}' });
    expect(await engine.executions.ended(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "7" });
    expect(await eventTypes(engine, executionArn)).toContain("LambdaFunctionSucceeded");
  });

  it.each([
    [
      "throw",
      "RangeError",
      {
        errorType: "RangeError",
        errorMessage: "out of bounds",
        trace: expect.arrayContaining(["RangeError: out of bounds"]),
      },
    ],
    ["throw text", "string", { errorType: "string", errorMessage: "just a text", trace: [] }],
    ["circular", "Error", { errorType: "Error", errorMessage: "Unable to stringify response body" }],
    ["uncaught", "TypeError", { errorType: "TypeError", errorMessage: "later" }],
    [
      "rejection",
      "Runtime.UnhandledPromiseRejection",
      { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "Error: forgotten" },
    ],
  ])("fails as on Lambda: %s", async (mode, error, cause) => {
    const { call, payload } = await openFunctions({ f: moduleFunction({ timeoutSeconds: 30 }) });
    const failed = await call("f", { mode });
    expect(failed).toMatchObject({ status: "FAILED", error });
    expect(JSON.parse(failed.cause ?? "")).toMatchObject(cause);
    expect(await payload("f", { mode: "echo", value: 1 })).toBe(1);
  });

  it.each([
    [{ mode: "exit", code: 3 }, /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/],
    [{ mode: "exit", code: 0 }, /^RequestId: [0-9a-f-]{36} Error: Runtime exited without providing a reason$/],
    [{ mode: "memory" }, /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed$/],
  ])("that takes its process down fails alone: %j", async (event, message) => {
    const { call, payload } = await openFunctions({ f: moduleFunction({ timeoutSeconds: 30, memoryMB: 256 }) });
    const failed = await call("f", event);
    expect(failed.error).toBe("Runtime.ExitError");
    expect(JSON.parse(failed.cause ?? "")).toEqual({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(message),
    });
    expect(await payload("f", { mode: "echo", value: 1 })).toBe(1);
  });

  it.each(["loop", "hang"])("has its time: %s", async (mode) => {
    const { call, payload } = await openFunctions({ f: moduleFunction({ timeoutSeconds: 0.25 }) });
    const failed = await call("f", { mode });
    expect(failed.error).toBe("Sandbox.Timedout");
    expect(JSON.parse(failed.cause ?? "")).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(
        /^\d{4}-\d\d-\d\dT[\d:.]+Z [0-9a-f-]{36} Task timed out after 0\.25 seconds$/,
      ),
    });
    expect(await payload("f", { mode: "echo", value: 1 })).toBe(1);
  });

  it("gives null where nothing is left that could give a result", async () => {
    const { payload } = await openFunctions({ f: moduleFunction() });
    expect(await payload("f", { mode: "never" })).toBeNull();
    expect(await payload("f", { mode: "echo", value: 1 })).toBe(1);
  });

  it("returns 6 MB at most, of which a state takes 256 KB", async () => {
    const { call } = await openFunctions({ f: moduleFunction() });
    expect(await call("f", { mode: "large", size: 6_291_555 })).toMatchObject({
      error: "Function.ResponseSizeTooLarge",
      cause:
        '{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}',
    });
    expect(await call("f", { mode: "large", size: 6_291_554 })).toMatchObject({ error: "States.DataLimitExceeded" });
  });

  it("fails with as much of its error as an event can hold", async () => {
    const { call } = await openFunctions({ f: moduleFunction() });
    const failed = await call("f", { mode: "throw long", size: 100_000 });
    expect(failed.error).toBe("E".repeat(256));
    expect(failed.cause).toHaveLength(32_768);
  });

  it("ends a task that waits for a token only with the token", async () => {
    const { engine, machine, rest } = await openFunctions({ f: moduleFunction() });
    const stateMachineArn = await machine({
      StartAt: "Call",
      States: {
        Call: {
          Type: "Task",
          Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
          Parameters: { FunctionName: "f", Payload: { mode: "echo", "value.$": "$$.Task.Token" } },
          End: true,
        },
      },
    });
    const { executionArn } = await engine.executions.start({ stateMachineArn, input: "{}" });
    let token: string | undefined;
    while (token === undefined) {
      await rest();
      const submitted = (await historyOf(engine, executionArn)).find(({ type }) => type === "TaskSubmitted");
      const { output = "{}" } = (submitted?.taskSubmittedEventDetails ?? {}) as { output?: string };
      token = (JSON.parse(output) as { Payload?: string }).Payload;
    }
    await engine.activities.succeed({ taskToken: token, output: '"by the token"' });
    expect(await engine.executions.ended(executionArn)).toMatchObject({ output: '"by the token"' });
  });

  it("can call back, as older ones do", async () => {
    const { call, payload } = await openFunctions(
      Object.fromEntries(
        ["succeed", "fail", "text", "waits", "hurries", "done", "silent"].map((name) => [
          name,
          moduleFunction({}, "callbacks.cjs", name),
        ]),
      ),
    );
    expect(await payload("succeed", { a: 1 })).toEqual({ given: { a: 1 } });
    expect(await call("fail")).toMatchObject({ error: "Error" });
    expect(await call("text")).toMatchObject({
      error: "string",
      cause: '{"errorType":"string","errorMessage":"a text","trace":[]}',
    });
    expect(await payload("waits")).toBe("called back");
    expect(await payload("hurries")).toBe("at once");
    expect(await payload("done")).toBe("done");
    expect(await payload("silent")).toBeNull();
  });

  it("may lie within an object, and in a module of either kind", async () => {
    const { payload } = await openFunctions({
      inner: moduleFunction({}, "handlers.mjs", "group.inner"),
      common: moduleFunction({}, "callbacks.cjs", "left"),
    });
    expect(await payload("inner")).toBe("inner");
    expect(await payload("common")).toBe(0);
  });

  it.each([
    ["handlers.mjs", "missing", "Runtime.HandlerNotFound", "handlers.mjs#missing is undefined or not exported"],
    ["handlers.mjs", "text", "Runtime.HandlerNotFound", "handlers.mjs#text is not a function"],
    ["handlers.mjs", "missing.inner", "Runtime.HandlerNotFound", "is undefined or not exported"],
    ["nowhere.mjs", "handler", "Runtime.ImportModuleError", "Cannot find module"],
  ])("that cannot be loaded fails each call: %s#%s", async (module, name, error, message) => {
    const { call } = await openFunctions({ f: moduleFunction({}, module, name) });
    for (let time = 0; time < 2; time++) {
      const failed = await call("f");
      expect(failed.error).toBe(error);
      expect((JSON.parse(failed.cause ?? "") as { errorMessage: string }).errorMessage).toContain(message);
    }
  });
});

it("a module that is no program fails each call", async () => {
  const module = join(temporaryFolder(), "broken.cjs");
  writeFileSync(module, "exports.handler = async () => {}};");
  const { call } = await openFunctions({ f: { kind: "module", module, handler: "handler" } });
  expect(await call("f")).toMatchObject({
    error: "Runtime.UserCodeSyntaxError",
    cause: expect.stringContaining("SyntaxError: "),
  });
});

describe("what a function writes", () => {
  it("is told line by line with the execution", async () => {
    const { start, lines } = await openFunctions({ f: moduleFunction() });
    const { executionArn, ended } = await start(
      "f",
      { mode: "log", lines: ["one", "two\nthree"] },
      { LogType: "Tail" },
    );
    await ended;
    expect(lines).toEqual(
      ["one", "two", "three"].map((text) => ({ functionName: "f", stream: "stdout", text, executionArn })),
    );
  });

  it("is in the result where its end is asked for", async () => {
    const { call } = await openFunctions({ f: moduleFunction() });
    const { output } = await call("f", { mode: "log", lines: ["first", "last"] }, { LogType: "Tail" });
    expect(Buffer.from(String(output?.LogResult), "base64").toString()).toBe("first\nlast\n");
    const long = await call("f", { mode: "log", lines: ["a".repeat(5000), "end"] }, { LogType: "Tail" });
    const text = Buffer.from(String(long.output?.LogResult), "base64").toString();
    expect(text).toHaveLength(4096);
    expect(text).toMatch(/a\nend\n$/);
    expect((await call("f", { mode: "log", lines: ["x"] })).output).not.toHaveProperty("LogResult");
  });
});
