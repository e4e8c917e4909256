import { Agent } from "node:http";
import type { LookupFunction } from "node:net";
import {
  InvalidArn,
  InvalidDefinition,
  InvalidExecutionInput,
  SFNClient,
  TestStateCommand,
  type TestStateCommandInput,
  ValidationException,
} from "@aws-sdk/client-sfn";
import type { TaskHandler } from "@pawl/engine";
import { describe, expect, it } from "vitest";
import { caught, roleArn, serveEngine } from "./served-engine.js";

const pass = JSON.stringify({ Type: "Pass", Result: 1, Next: "Later" });
const call = JSON.stringify({
  Type: "Task",
  Resource: "arn:aws:states:::aws-sdk:sqs:sendMessage",
  Parameters: { "message.$": "$" },
  Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 2, BackoffRate: 1.5 }],
  End: true,
});

const test = async (client: SFNClient, input: TestStateCommandInput) => {
  const { $metadata: _, ...answer } = await client.send(new TestStateCommand(input));
  return answer;
};

describe("TestState", () => {
  it("answers what became of the state", async () => {
    const { client } = await serveEngine();
    expect(await test(client, { definition: pass, input: '{"a": 1}', inspectionLevel: "DEBUG" })).toEqual({
      status: "SUCCEEDED",
      output: "1",
      nextState: "Later",
      inspectionData: { input: '{"a": 1}', result: "1", afterResultSelector: "1", afterResultPath: "1" },
    });
  });

  it("answers at the name that clients make of the host's", async () => {
    const { server } = await serveEngine();
    const names: string[] = [];
    const lookup: LookupFunction = (name, _options, found) => {
      names.push(name);
      found(null, [{ address: "127.0.0.1", family: 4 }]);
    };
    const agent = new Agent({ lookup });
    const client = new SFNClient({
      endpoint: `http://localhost:${new URL(server.url).port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      requestHandler: { httpAgent: agent },
    });
    try {
      expect(await test(client, { definition: pass })).toEqual({
        status: "SUCCEEDED",
        output: "1",
        nextState: "Later",
      });
      expect(names).toEqual(["sync-localhost"]);
    } finally {
      client.destroy();
    }
  });

  it("takes mocks, a context, variables and what the state is to have behind it", async () => {
    const { client } = await serveEngine();
    const answer = await test(client, {
      definition: JSON.stringify({ StartAt: "Call", States: { Call: JSON.parse(call) } }),
      stateName: "Call",
      variables: '{"v": 1}',
      context: '{"Execution": {"Id": "x"}}',
      mock: { errorOutput: { error: "Broken", cause: "It broke." } },
      stateConfiguration: { retrierRetryCount: 1 },
      inspectionLevel: "TRACE",
    });
    expect(answer).toEqual({
      status: "RETRIABLE",
      error: "Broken",
      cause: "It broke.",
      inspectionData: {
        input: "{}",
        afterInputPath: "{}",
        afterParameters: '{"message":{}}',
        variables: '{"v":1}',
        errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 3 },
      },
    });
  });

  it("makes the call of a task", async () => {
    const sendMessage: TaskHandler = async ({ parameters }) => JSON.stringify({ sent: parameters });
    const integrations = new Map([["aws-sdk:sqs:sendMessage", sendMessage]]);
    const { client } = await serveEngine({ integrations });
    expect(await test(client, { definition: call, roleArn, input: "[1]" })).toEqual({
      status: "SUCCEEDED",
      output: '{"sent":{"message":[1]}}',
    });
  });

  it("ends the call when the client goes away", async () => {
    let gone = (): void => {};
    const aborted = new Promise<void>((resolve) => {
      gone = resolve;
    });
    let called = (): void => {};
    const calling = new Promise<void>((resolve) => {
      called = resolve;
    });
    const sendMessage: TaskHandler = (_request, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          gone();
          reject(new Error("aborted"));
        });
        called();
      });
    const { client } = await serveEngine({ integrations: new Map([["aws-sdk:sqs:sendMessage", sendMessage]]) });
    const caller = new AbortController();
    const answer = client.send(new TestStateCommand({ definition: call, roleArn }), { abortSignal: caller.signal });
    await calling;
    caller.abort();
    expect((await caught(answer)).name).toBe("AbortError");
    await aborted;
  });

  it.each<[string, TestStateCommandInput, new (...options: never[]) => Error, string]>([
    [
      "an input that is no JSON",
      { definition: pass, input: "{" },
      InvalidExecutionInput,
      "Invalid State Machine Execution Input: 'Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"; line: 1, column: 1])'",
    ],
    ["a role that is no ARN", { definition: pass, roleArn: "role" }, InvalidArn, "Invalid Role Arn: 'role'"],
    [
      "a definition that is wrong",
      { definition: '{"Type":"Succeed","Next":"A"}' },
      InvalidDefinition,
      "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Field 'Next' is not supported at /States/StateName'",
    ],
    [
      "a mock that does not fit",
      { definition: pass, mock: { result: "1" } },
      ValidationException,
      "State type 'Pass' is not supported when a mock is specified",
    ],
    [
      "a level that there is not",
      { definition: pass, inspectionLevel: "ALL" as "INFO" },
      ValidationException,
      "1 validation error detected: Value 'ALL' at 'inspectionLevel' failed to satisfy constraint: Member must satisfy enum value set: [INFO, DEBUG, TRACE]",
    ],
  ])("refuses %s", async (_what, input, type, message) => {
    const { client } = await serveEngine();
    const error = await caught(test(client, input));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toBe(message);
  });
});
