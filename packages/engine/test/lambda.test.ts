import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { type Invocation, openFunctionEndpoint } from "./function-endpoint.js";
import { eventTypes, historyOf, openTestEngine } from "./test-engine.js";

const functionArn = "arn:aws:lambda:us-east-1:123456789012:function:f";
const call = (more: object = {}) => ({
  StartAt: "Call",
  States: { Call: { Type: "Task", Resource: functionArn, ...more, End: true } },
});
const invoke = (parameters: object, suffix = "") => ({
  StartAt: "Call",
  States: {
    Call: {
      Type: "Task",
      Resource: `arn:aws:states:::lambda:invoke${suffix}`,
      Parameters: { FunctionName: functionArn, ...parameters },
      End: true,
    },
  },
});

/** An engine whose functions are answered so, and one execution of the machine, ended. */
async function run(definition: object, input: unknown, answer: (invocation: Invocation) => void) {
  const endpoint = await openFunctionEndpoint(answer);
  const test = await openTestEngine({ lambdaEndpoint: endpoint.url });
  const executionArn = await test.start(await test.machine(definition), input);
  const description = await test.engine.executions.ended(executionArn);
  return { ...test, endpoint, executionArn, description };
}

function answerWith(status: number, body: string, headers: Record<string, string> = {}) {
  return ({ response }: Invocation) => void response.writeHead(status, headers).end(body);
}

describe("a function named by its ARN", () => {
  it("gets the input and gives the result", async () => {
    const { description, endpoint, engine, executionArn } = await run(call(), { a: 1 }, answerWith(200, '{"b":2}'));
    expect(description).toMatchObject({ status: "SUCCEEDED", output: '{"b":2}' });
    expect(endpoint.invocations).toMatchObject([{ functionName: functionArn, payload: '{"a":1}', qualifier: null }]);
    expect(await eventTypes(engine, executionArn)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "LambdaFunctionScheduled",
      "LambdaFunctionStarted",
      "LambdaFunctionSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("gives null where it returns nothing", async () => {
    const { description } = await run(call(), {}, answerWith(200, ""));
    expect(description).toMatchObject({ status: "SUCCEEDED", output: "null" });
  });

  it("is told the execution's trace header", async () => {
    const endpoint = await openFunctionEndpoint(answerWith(200, "1"));
    const { engine, machine } = await openTestEngine({ lambdaEndpoint: `${endpoint.url}/` });
    const stateMachineArn = await machine(call());
    const { executionArn } = await engine.executions.start({
      stateMachineArn,
      input: "{}",
      traceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793",
    });
    await engine.executions.ended(executionArn);
    expect(endpoint.invocations[0]?.headers["x-amzn-trace-id"]).toBe("Root=1-5759e988-bd862e3fe1be46a994272793");
  });

  it("fails with its error type and its payload as the cause", async () => {
    const payload = '{"errorType":"ValueError","errorMessage":"no"}';
    const { description } = await run(call(), {}, answerWith(200, payload, { "x-amz-function-error": "Unhandled" }));
    expect(description).toMatchObject({ status: "FAILED", error: "ValueError", cause: payload });
  });

  it.each(["{}", '"text"', "not JSON", '{"errorType":7}'])("fails without a type: %s", async (payload) => {
    const { description } = await run(call(), {}, answerWith(200, payload, { "x-amz-function-error": "Unhandled" }));
    expect(description).toMatchObject({
      error: "Lambda.Unknown",
      cause: `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
    });
  });

  it("can be retried and caught by its error", async () => {
    const answers = [500, 500, 200];
    const state = {
      Retry: [{ ErrorEquals: ["Lambda.ServiceException"], IntervalSeconds: 1, MaxAttempts: 2 }],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Call" }],
    };
    const endpoint = await openFunctionEndpoint(({ response }) => {
      const status = answers.shift() ?? 200;
      response.writeHead(status, status === 200 ? {} : { "x-amzn-errortype": "ServiceException:http://x" }).end("{}");
    });
    const test = await openTestEngine({ lambdaEndpoint: endpoint.url });
    const execution = await test.start(await test.machine(call(state)));
    const ended = test.engine.executions.ended(execution);
    for (let status = "RUNNING"; status === "RUNNING"; status = (await test.describe(execution)).status) {
      await test.clock.turn(500);
    }
    expect(await ended).toMatchObject({ status: "SUCCEEDED" });
    expect(endpoint.invocations).toHaveLength(3);
  });

  it("fails where it returns what is not JSON", async () => {
    const { description } = await run(call(), {}, answerWith(200, "<html>"));
    expect(description).toMatchObject({ status: "FAILED" });
    expect(description.cause).toContain("<html>");
  });
});

describe("the service", () => {
  it("does not know the function", async () => {
    const body = '{"Type":"User","Message":"Function not found: f:$LATEST"}';
    const headers = { "x-amzn-errortype": "ResourceNotFoundException", "x-amzn-requestid": "id-1" };
    const { description } = await run(call(), {}, answerWith(404, body, headers));
    expect(description).toMatchObject({
      error: "Lambda.ResourceNotFoundException",
      cause:
        "Function not found: f:$LATEST (Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: id-1; Proxy: null)",
    });
  });

  it("answers without saying what is wrong", async () => {
    const notFound = await run(call(), {}, answerWith(404, ""));
    expect(notFound.description.error).toBe("Lambda.ResourceNotFoundException");
    expect(notFound.description.cause).toMatch(/^Function not found: arn:aws:lambda:\S+:f \(Service: AWSLambda; /);
    const broken = await run(call(), {}, answerWith(502, "Bad Gateway"));
    expect(broken.description.error).toBe("Lambda.AWSLambdaException");
    expect(broken.description.cause).toMatch(/^Bad Gateway \(Service: AWSLambda; Status Code: 502; /);
  });

  it("is not there", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const { engine, machine, start } = await openTestEngine({ lambdaEndpoint: `http://127.0.0.1:${port}` });
    const description = await engine.executions.ended(await start(await machine(call())));
    expect(description).toMatchObject({ status: "FAILED", error: "Lambda.SdkClientException" });
    expect(description.cause).toContain("ECONNREFUSED");
  });

  it("is not configured", async () => {
    const { engine, machine, start } = await openTestEngine();
    const description = await engine.executions.ended(await start(await machine(call())));
    expect(description).toMatchObject({ status: "FAILED", error: "Lambda.SdkClientException" });
    expect(description.cause).toContain("LAMBDA_ENDPOINT");
  });

  it("goes away in the middle of its answer", async () => {
    const { description } = await run(call(), {}, ({ response }) => {
      response.writeHead(200, { "content-length": "100" }).write("{");
      setImmediate(() => response.destroy());
    });
    expect(description).toMatchObject({ status: "FAILED", error: "Lambda.SdkClientException" });
  });

  it("may close idle connections", async () => {
    const endpoint = await openFunctionEndpoint(answerWith(200, "1"));
    const { engine, machine, start } = await openTestEngine({ lambdaEndpoint: endpoint.url });
    const arn = await machine(call());
    for (let count = 0; count < 20; count += 1) {
      const execution = await start(arn);
      // Sometimes just when the next call is being made on one of them.
      if (count % 2 === 0) endpoint.closeIdleConnections();
      expect(await engine.executions.ended(execution)).toMatchObject({ status: "SUCCEEDED" });
      if (count % 2 === 1) endpoint.closeIdleConnections();
    }
  });
});

describe("time", () => {
  it("that is over aborts the request", async () => {
    let aborted: (() => void) | undefined;
    const gone = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    let invoked: (() => void) | undefined;
    const called = new Promise<void>((resolve) => {
      invoked = resolve;
    });
    const endpoint = await openFunctionEndpoint(({ response }) => {
      response.on("close", () => aborted?.());
      invoked?.();
    });
    const { engine, machine, start, clock } = await openTestEngine({ lambdaEndpoint: endpoint.url });
    const execution = await start(await machine(call({ TimeoutSeconds: 20 })));
    await called;
    await clock.turn(20_000);
    await gone;
    expect(await engine.executions.ended(execution)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(await eventTypes(engine, execution)).toContain("LambdaFunctionTimedOut");
  });
});

describe("large payloads", () => {
  it("pass up to 262,144 bytes, in and out", async () => {
    const text = "é".repeat((262_144 - 2) / 2);
    const { description, endpoint } = await run(call(), text, ({ response, payload }) => response.end(payload));
    expect(endpoint.invocations[0]?.payload).toBe(JSON.stringify(text));
    expect(description).toMatchObject({ status: "SUCCEEDED", output: JSON.stringify(text) });
  });

  it("over that fail the task", async () => {
    const { description } = await run(call(), {}, answerWith(200, JSON.stringify("x".repeat(262_143))));
    expect(description).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
    const invoked = await run(invoke({}), {}, answerWith(200, JSON.stringify("x".repeat(262_143))));
    expect(invoked.description).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });

  it("over what Lambda lets a function return are not read to their end", async () => {
    let stopped = false;
    const { description } = await run(call(), {}, ({ response }) => {
      const chunk = "x".repeat(100_000);
      const write = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", write);
      response.on("close", () => {
        stopped = true;
      });
      write();
    });
    expect(description).toMatchObject({ status: "FAILED", error: "Function.ResponseSizeTooLarge" });
    while (!stopped) await new Promise<void>((resolve) => setImmediate(resolve));
  });
});

describe("arn:aws:states:::lambda:invoke", () => {
  it("gives the result of the Invoke API", async () => {
    const headers = { "x-amzn-requestid": "id-1", "x-amz-executed-version": "7", "x-other": "o" };
    const { description, endpoint, engine, executionArn } = await run(
      invoke({ Qualifier: "7", "Payload.$": "$", LogType: "Tail", InvocationType: "RequestResponse" }),
      { a: 1 },
      answerWith(200, '{"b":2}', headers),
    );
    expect(endpoint.invocations).toMatchObject([
      {
        functionName: functionArn,
        qualifier: "7",
        payload: '{"a":1}',
        headers: { "x-amz-log-type": "Tail", "x-amz-invocation-type": "RequestResponse" },
      },
    ]);
    const output = JSON.parse(description.output ?? "");
    expect(output).toMatchObject({
      ExecutedVersion: "7",
      Payload: { b: 2 },
      SdkHttpMetadata: {
        AllHttpHeaders: { "x-other": ["o"] },
        HttpHeaders: { "x-other": "o" },
        HttpStatusCode: 200,
      },
      SdkResponseMetadata: { RequestId: "id-1" },
      StatusCode: 200,
    });
    const scheduled = (await historyOf(engine, executionArn)).find(({ type }) => type === "TaskScheduled");
    expect(scheduled?.taskScheduledEventDetails).toMatchObject({ resourceType: "lambda", resource: "invoke" });
  });

  it("has no payload where the call is an event", async () => {
    const { description } = await run(invoke({ InvocationType: "Event" }), {}, answerWith(202, ""));
    const output = JSON.parse(description.output ?? "");
    expect(output.StatusCode).toBe(202);
    expect(output).not.toHaveProperty("Payload");
  });

  it("fails like the function", async () => {
    const payload = '{"errorType":"E"}';
    const { description } = await run(invoke({}), {}, answerWith(200, payload, { "x-amz-function-error": "Handled" }));
    expect(description).toMatchObject({ status: "FAILED", error: "E", cause: payload });
  });

  it("fails in an EXPRESS execution with a cause without white space", async () => {
    const payload = '{ "errorType": "E",  "errorMessage": "a  b" }';
    const endpoint = await openFunctionEndpoint(answerWith(200, payload, { "x-amz-function-error": "Unhandled" }));
    const { engine, machine } = await openTestEngine({ lambdaEndpoint: endpoint.url });
    const causeOf = async (definition: object) => {
      const stateMachineArn = await machine(definition, "EXPRESS");
      return (await engine.executions.startSync({ stateMachineArn, input: "{}" })).cause;
    };
    expect(await causeOf(invoke({}))).toBe('{"errorType":"E","errorMessage":"a  b"}');
    expect(await causeOf(call())).toBe(payload);
  });

  it(".waitForTaskToken ends with the token's holder", async () => {
    const endpoint = await openFunctionEndpoint(answerWith(200, "{}"));
    const { engine, machine, start, rest } = await openTestEngine({ lambdaEndpoint: endpoint.url });
    const definition = invoke({ Payload: { "token.$": "$$.Task.Token" } }, ".waitForTaskToken");
    const execution = await start(await machine(definition));
    while (!(await eventTypes(engine, execution)).includes("TaskSubmitted")) await rest();
    const { token } = JSON.parse(endpoint.invocations[0]?.payload ?? "{}") as { token: string };
    await engine.activities.heartbeat({ taskToken: token });
    await engine.activities.succeed({ taskToken: token, output: '"called back"' });
    expect(await engine.executions.describe(execution)).toMatchObject({
      status: "SUCCEEDED",
      output: '"called back"',
    });
  });

  it(".waitForTaskToken fails where the function does", async () => {
    const definition = invoke({ Payload: { "token.$": "$$.Task.Token" } }, ".waitForTaskToken");
    const { description } = await run(
      definition,
      {},
      answerWith(200, '{"errorType":"E"}', { "x-amz-function-error": "Handled" }),
    );
    expect(description).toMatchObject({ status: "FAILED", error: "E" });
  });
});
