import { request } from "node:http";
import {
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  InvalidArn,
  InvalidExecutionInput,
  InvalidName,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  type StartSyncExecutionCommandInput,
  StateMachineDoesNotExist,
  type StateMachineType,
  StateMachineTypeNotSupported,
  StopExecutionCommand,
  ValidationException,
} from "@aws-sdk/client-sfn";
import type { TaskHandler } from "@pawl/engine";
import { describe, expect, it } from "vitest";
import { caught, pass, roleArn, serveEngine, stateMachineArn } from "./served-engine.js";

async function create(client: SFNClient, definition: string, type: StateMachineType = "EXPRESS"): Promise<string> {
  const input = { name: `orders-${type}`, definition, roleArn, type, publish: true };
  const { stateMachineArn: arn = "" } = await client.send(new CreateStateMachineCommand(input));
  return arn;
}

const startSync = (client: SFNClient, input: StartSyncExecutionCommandInput) =>
  client.send(new StartSyncExecutionCommand(input));

const call = JSON.stringify({
  StartAt: "Call",
  States: { Call: { Type: "Task", Resource: "arn:aws:states:::aws-sdk:sqs:sendMessage", Parameters: {}, End: true } },
});

describe("StartSyncExecution", () => {
  it("answers with the end of the execution", async () => {
    const { client } = await serveEngine();
    const arn = await create(client, pass("done"));
    const { $metadata: _, ...ended } = await startSync(client, {
      stateMachineArn: arn,
      name: "run",
      input: '{"n": 1}',
      traceHeader: "Root=1",
    });
    expect(ended).toEqual({
      executionArn: expect.stringMatching(
        /^arn:aws:states:us-east-1:123456789012:express:orders-EXPRESS:run:[0-9a-f-]{36}$/,
      ),
      stateMachineArn: arn,
      name: "run",
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      status: "SUCCEEDED",
      input: '{"n": 1}',
      inputDetails: { included: true },
      output: '"done"',
      outputDetails: { included: true },
      traceHeader: "Root=1",
      billingDetails: { billedDurationInMilliseconds: 100, billedMemoryUsedInMB: 64 },
    });
    expect(await startSync(client, { stateMachineArn: arn })).toMatchObject({ input: "{}", name: expect.any(String) });
  });

  it("answers 200 where the execution fails", async () => {
    const { client } = await serveEngine();
    const fail = '{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"Oops","Cause":"why"}}}';
    const { $metadata, ...ended } = await startSync(client, { stateMachineArn: await create(client, fail) });
    expect($metadata.httpStatusCode).toBe(200);
    expect(ended).toMatchObject({ status: "FAILED", error: "Oops", cause: "why", inputDetails: { included: true } });
    expect(ended.output).toBeUndefined();
    expect(ended.outputDetails).toBeUndefined();
  });

  it("leaves out data where only metadata is wanted", async () => {
    const { client } = await serveEngine();
    const ended = await startSync(client, {
      stateMachineArn: await create(client, pass("done")),
      input: '{"secret":1}',
      includedData: "METADATA_ONLY",
    });
    expect(ended).toMatchObject({
      status: "SUCCEEDED",
      inputDetails: { included: false },
      outputDetails: { included: false },
    });
    expect([ended.input, ended.output]).toEqual([undefined, undefined]);
  });

  it("runs versions and aliases", async () => {
    const { client } = await serveEngine();
    const arn = await create(client, pass("done"));
    const routingConfiguration = [{ stateMachineVersionArn: `${arn}:1`, weight: 100 }];
    await client.send(new CreateStateMachineAliasCommand({ name: "live", routingConfiguration }));
    for (const qualified of [`${arn}:1`, `${arn}:live`]) {
      const ended = await startSync(client, { stateMachineArn: qualified });
      expect(ended).toMatchObject({ stateMachineArn: arn, output: '"done"' });
    }
    expect(await caught(startSync(client, { stateMachineArn: `${arn}:2` }))).toBeInstanceOf(StateMachineDoesNotExist);
  });

  it("refuses what cannot run so", async () => {
    const { client } = await serveEngine();
    const express = await create(client, pass("done"));
    const standard = await caught(
      startSync(client, { stateMachineArn: await create(client, pass("done"), "STANDARD") }),
    );
    expect(standard).toBeInstanceOf(StateMachineTypeNotSupported);
    expect(standard.message).toBe("This operation is not supported by this type of state machine");
    const refused = (input: StartSyncExecutionCommandInput) => caught(startSync(client, input));
    expect(await refused({ stateMachineArn: "orders" })).toBeInstanceOf(InvalidArn);
    expect(await refused({ stateMachineArn: stateMachineArn("none"), input: "{" })).toBeInstanceOf(
      StateMachineDoesNotExist,
    );
    expect(await refused({ stateMachineArn: `${express}/label` })).toBeInstanceOf(ValidationException);
    expect(await refused({ stateMachineArn: express, name: "a b" })).toBeInstanceOf(InvalidName);
    expect(await refused({ stateMachineArn: express, input: "{" })).toBeInstanceOf(InvalidExecutionInput);
  });

  it("takes the prefix that SDKs put in front of the host", async () => {
    const { client, server } = await serveEngine();
    const body = JSON.stringify({ stateMachineArn: await create(client, pass("done")) });
    for (const host of ["sync-localhost", `sync-127.0.0.1:${server.port}`, `sync-localhost:${server.port}`]) {
      const headers = {
        Host: host,
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "AWSStepFunctions.StartSyncExecution",
      };
      const status = await new Promise((resolve, reject) => {
        const sent = request({ host: "127.0.0.1", port: server.port, method: "POST", headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        sent.on("error", reject);
        sent.end(body);
      });
      expect(status).toBe(200);
    }
  });

  it("lets the execution go on to its end when the caller has gone", async () => {
    const calls: { end: (output: string) => void; signal: AbortSignal }[] = [];
    let called = (): void => {};
    const underWay = new Promise<void>((resolve) => {
      called = resolve;
    });
    const handler: TaskHandler = (_request, signal) =>
      new Promise((end) => {
        calls.push({ end, signal });
        called();
      });
    const { client, engine } = await serveEngine({ integrations: new Map([["aws-sdk:sqs:sendMessage", handler]]) });
    const arn = await create(client, call);
    const ended: string[] = [];
    const startSyncOfEngine = engine.executions.startSync.bind(engine.executions);
    const done = new Promise<void>((resolve) => {
      engine.executions.startSync = async (input) => {
        const execution = await startSyncOfEngine(input);
        ended.push(execution.status);
        resolve();
        return execution;
      };
    });
    const abort = new AbortController();
    const gone = client.send(new StartSyncExecutionCommand({ stateMachineArn: arn }), { abortSignal: abort.signal });
    const told = expect(gone).rejects.toThrow();
    await underWay;
    abort.abort();
    await told;
    // On another connection, so that the server has heard of the end of the first.
    expect(await caught(client.send(new ListExecutionsCommand({ stateMachineArn: arn })))).toBeInstanceOf(
      StateMachineTypeNotSupported,
    );
    expect(calls[0]?.signal.aborted).toBe(false);
    calls[0]?.end("{}");
    await done;
    expect(ended).toEqual(["SUCCEEDED"]);
  });
});

describe("an EXPRESS execution", () => {
  it("cannot be looked at, stopped or listed", async () => {
    const { client } = await serveEngine();
    const arn = await create(client, pass("done"));
    const { executionArn = "" } = await client.send(new StartExecutionCommand({ stateMachineArn: arn }));
    for (const look of [
      client.send(new DescribeExecutionCommand({ executionArn })),
      client.send(new GetExecutionHistoryCommand({ executionArn })),
      client.send(new StopExecutionCommand({ executionArn })),
      client.send(new DescribeStateMachineForExecutionCommand({ executionArn })),
    ]) {
      const refused = await caught(look);
      expect(refused).toBeInstanceOf(InvalidArn);
      expect(refused.message).toBe("Invalid Arn: 'Resource type not valid in this context: express'");
    }
    const listed = await caught(client.send(new ListExecutionsCommand({ stateMachineArn: arn })));
    expect(listed).toBeInstanceOf(StateMachineTypeNotSupported);
  });
});
