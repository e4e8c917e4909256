import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetActivityTaskCommand,
  InvalidDefinition,
  InvalidToken,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StateMachineAlreadyExists,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { type Engine, openEngine, openSqliteStore } from "@pawl/engine";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createServer, type PawlServer } from "../src/index.js";

const roleArn = "arn:aws:iam::123456789012:role/runner";
const pass = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}';

let engine: Engine;
let server: PawlServer;
let client: SFNClient;

beforeEach(async () => {
  engine = await openEngine({ store: await openSqliteStore("memory") });
  server = await createServer(engine, { host: "127.0.0.1", port: 0 });
  client = new SFNClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await server.close();
  await engine.close();
});

async function create(name: string, definition: string): Promise<string> {
  const { stateMachineArn = "" } = await client.send(new CreateStateMachineCommand({ name, definition, roleArn }));
  return stateMachineArn;
}

async function start(stateMachineArn: string, input = "{}"): Promise<string> {
  const { executionArn = "" } = await client.send(new StartExecutionCommand({ stateMachineArn, input }));
  return executionArn;
}

const describeExecution = (executionArn: string) => client.send(new DescribeExecutionCommand({ executionArn }));

it("runs a state machine: definition in, history out", async () => {
  const stateMachineArn = await create("orders", pass);
  const executionArn = await start(stateMachineArn, '{"total": 1.10}');
  await engine.executions.ended(executionArn);
  expect(await describeExecution(executionArn)).toMatchObject({
    status: "SUCCEEDED",
    input: '{"total": 1.10}',
    output: expect.stringMatching(/^\{"total": ?1\.10\}$/),
    redriveStatus: "NOT_REDRIVABLE",
  });
  const types: (string | undefined)[] = [];
  for await (const page of paginateGetExecutionHistory({ client, pageSize: 1 }, { executionArn })) {
    types.push(...(page.events ?? []).map(({ type }) => type));
  }
  expect(types).toEqual(["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
});

it("compares configurations, spelt out or not, when a state machine is created again", async () => {
  const input = { name: "orders", definition: pass, roleArn };
  await client.send(new CreateStateMachineCommand(input));
  await client.send(
    new CreateStateMachineCommand({
      ...input,
      type: "STANDARD",
      encryptionConfiguration: { type: "AWS_OWNED_KEY" },
      tracingConfiguration: {},
      loggingConfiguration: { includeExecutionData: false },
    }),
  );
  const other = client.send(new CreateStateMachineCommand({ ...input, tracingConfiguration: { enabled: true } }));
  await expect(other).rejects.toBeInstanceOf(StateMachineAlreadyExists);
  const invalid = client.send(new CreateStateMachineCommand({ ...input, name: "other", definition: "{}" }));
  await expect(invalid).rejects.toBeInstanceOf(InvalidDefinition);
});

it("updates a state machine, and an update that changes nothing makes no revision", async () => {
  const stateMachineArn = await create("orders", pass);
  const update = { stateMachineArn, tracingConfiguration: { enabled: true } };
  const { revisionId } = await client.send(new UpdateStateMachineCommand(update));
  await client.send(new UpdateStateMachineCommand(update));
  const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
  expect(described).toMatchObject({ revisionId, tracingConfiguration: { enabled: true }, definition: pass });
});

it("lists page by page, newest first, and refuses tokens it did not give", async () => {
  const stateMachineArn = await create("orders", pass);
  const started: string[] = [];
  for (let count = 0; count < 5; count++) {
    started.unshift(await start(stateMachineArn));
  }
  const listed: (string | undefined)[] = [];
  for await (const page of paginateListExecutions({ client, pageSize: 2 }, { stateMachineArn })) {
    listed.push(...(page.executions ?? []).map(({ executionArn }) => executionArn));
  }
  expect(listed).toEqual(started);
  await expect(
    client.send(new ListExecutionsCommand({ stateMachineArn, nextToken: "made up" })),
  ).rejects.toBeInstanceOf(InvalidToken);
  await expect(client.send(new ListStateMachinesCommand({ nextToken: "made up" }))).rejects.toBeInstanceOf(
    InvalidToken,
  );
});

it("carries an activity's task to a worker and its result back", async () => {
  const { activityArn = "" } = await client.send(new CreateActivityCommand({ name: "pack" }));
  const task = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"${activityArn}","End":true}}}`;
  const stateMachineArn = await create("packing", task);
  const polled = client.send(new GetActivityTaskCommand({ activityArn, workerName: "w" }));
  const first = await start(stateMachineArn, '{"n":1}');
  const { taskToken, input } = await polled;
  expect(input).toBe('{"n":1}');
  await client.send(new SendTaskSuccessCommand({ taskToken, output: '"packed"' }));
  await engine.executions.ended(first);
  expect(await describeExecution(first)).toMatchObject({ status: "SUCCEEDED", output: '"packed"' });

  const second = await start(stateMachineArn);
  const next = await client.send(new GetActivityTaskCommand({ activityArn }));
  await client.send(new SendTaskFailureCommand({ taskToken: next.taskToken, error: "Torn", cause: "wet" }));
  await engine.executions.ended(second);
  expect(await describeExecution(second)).toMatchObject({ status: "FAILED", error: "Torn", cause: "wet" });
});

it("keeps a task for the next worker when the one that polled has gone", async () => {
  const { activityArn = "" } = await client.send(new CreateActivityCommand({ name: "pack" }));
  const task = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"${activityArn}","End":true}}}`;
  const stateMachineArn = await create("packing", task);
  const abort = new AbortController();
  const gone = client.send(new GetActivityTaskCommand({ activityArn }), { abortSignal: abort.signal });
  const refused = expect(gone).rejects.toThrow();
  setTimeout(() => abort.abort(), 50);
  await refused;
  // The server learns of it when the end of the connection arrives, which a call on another connection follows.
  await client.send(new ListStateMachinesCommand({}));
  await start(stateMachineArn);
  const { taskToken } = await client.send(new GetActivityTaskCommand({ activityArn }));
  expect(taskToken).toBeTruthy();
});

it("stops an execution and deletes its state machine", async () => {
  const wait = '{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1000,"End":true}}}';
  const stateMachineArn = await create("waiting", wait);
  const executionArn = await start(stateMachineArn);
  expect(await describeExecution(executionArn)).toMatchObject({
    status: "RUNNING",
    redriveStatusReason: "Execution is RUNNING and cannot be redriven",
  });
  await client.send(new StopExecutionCommand({ executionArn, error: "Enough", cause: "of it" }));
  expect(await describeExecution(executionArn)).toMatchObject({
    status: "ABORTED",
    error: "Enough",
    cause: "of it",
    redriveStatus: "REDRIVABLE",
  });
  await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
  const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
  expect(stateMachines).toEqual([]);
});
