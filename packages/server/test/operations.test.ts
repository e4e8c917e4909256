import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DeleteActivityCommand,
  DeleteStateMachineCommand,
  DescribeActivityCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ExecutionDoesNotExist,
  GetActivityTaskCommand,
  GetExecutionHistoryCommand,
  InvalidArn,
  InvalidExecutionInput,
  InvalidLoggingConfiguration,
  InvalidName,
  InvalidOutput,
  InvalidToken,
  ListActivitiesCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  MissingRequiredParameter,
  paginateGetExecutionHistory,
  paginateListActivities,
  paginateListExecutions,
  paginateListStateMachines,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
  StopExecutionCommand,
  TooManyTags,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
  ValidationException,
} from "@aws-sdk/client-sfn";
import { ServiceError } from "@pawl/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLog, createServer, type PawlServer } from "../src/index.js";
import { type FakeEngine, fakeEngine } from "./fake-engine.js";

const roleArn = "arn:aws:iam::123456789012:role/runner";
const definition = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}';
const machineArn = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";
const executionArn = "arn:aws:states:us-east-1:123456789012:execution:orders:first";
const expressArn = "arn:aws:states:us-east-1:123456789012:express:orders:first:0d1b1b6c";
const activityArn = "arn:aws:states:us-east-1:123456789012:activity:pack";
const created = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));

let engine: FakeEngine;
let server: PawlServer;
let client: SFNClient;
let logged: string[];

beforeEach(async () => {
  engine = fakeEngine();
  logged = [];
  const log = createLog({ write: (line) => logged.push(line), now: () => 0 });
  server = await createServer(engine, { host: "127.0.0.1", port: 0, log });
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
});

const createMachine = () => client.send(new CreateStateMachineCommand({ name: "orders", definition, roleArn }));
const start = (name: string, input = "{}") =>
  client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input }));
const caught = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error("it was answered");
    },
    (error: Error) => error,
  );

describe("state machines", () => {
  it("creates one, with the defaults of what is not given", async () => {
    const { stateMachineArn, creationDate } = await createMachine();
    expect({ stateMachineArn, creationDate }).toEqual({ stateMachineArn: machineArn, creationDate: created });
    expect(engine.requests).toEqual([
      {
        name: "orders",
        definition,
        roleArn,
        type: "STANDARD",
        tags: [],
        loggingConfiguration: { level: "OFF", includeExecutionData: false },
        tracingConfiguration: { enabled: false },
        encryptionConfiguration: { type: "AWS_OWNED_KEY" },
      },
    ]);
  });

  it("passes on what is given", async () => {
    const destinations = [
      { cloudWatchLogsLogGroup: { logGroupArn: "arn:aws:logs:us-east-1:123456789012:log-group:l:*" } },
    ];
    await client.send(
      new CreateStateMachineCommand({
        name: "orders",
        definition,
        roleArn,
        type: "EXPRESS",
        publish: false,
        tags: [
          { key: "team", value: "a" },
          { key: "team", value: "b" },
          { key: "stage", value: "" },
        ],
        loggingConfiguration: { level: "ALL", destinations },
        tracingConfiguration: { enabled: true },
        encryptionConfiguration: { type: "CUSTOMER_MANAGED_KMS_KEY", kmsKeyId: "k", kmsDataKeyReusePeriodSeconds: 60 },
      }),
    );
    expect(engine.requests).toEqual([
      {
        name: "orders",
        definition,
        roleArn,
        type: "EXPRESS",
        tags: [
          { key: "team", value: "b" },
          { key: "stage", value: "" },
        ],
        loggingConfiguration: { level: "ALL", includeExecutionData: false, destinations },
        tracingConfiguration: { enabled: true },
        encryptionConfiguration: { type: "CUSTOMER_MANAGED_KMS_KEY", kmsKeyId: "k", kmsDataKeyReusePeriodSeconds: 60 },
      },
    ]);
  });

  it.each([
    [{ level: "ALL" as const }],
    [{ level: "ERROR" as const, destinations: [] }],
    [{ level: "FATAL" as const, destinations: [{}, {}] }],
  ])("refuses logging to other than one destination: %j", async (loggingConfiguration) => {
    const refused = await caught(
      client.send(new CreateStateMachineCommand({ name: "orders", definition, roleArn, loggingConfiguration })),
    );
    expect(refused).toBeInstanceOf(InvalidLoggingConfiguration);
    expect(refused.message).toBe("Invalid Logging Configuration: Must specify exactly one Log Destination.");
  });

  it("refuses names with forbidden characters, roles that are no ARNs and too many tags", async () => {
    const input = { name: "orders", definition, roleArn };
    const badName = await caught(client.send(new CreateStateMachineCommand({ ...input, name: "a b" })));
    expect(badName).toBeInstanceOf(InvalidName);
    expect(badName.message).toBe("Invalid Name: 'a b'");
    const badRole = await caught(client.send(new CreateStateMachineCommand({ ...input, roleArn: "runner" })));
    expect(badRole).toBeInstanceOf(InvalidArn);
    const tags = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: "" }));
    expect(await caught(client.send(new CreateStateMachineCommand({ ...input, tags })))).toBeInstanceOf(TooManyTags);
    expect(engine.requests).toEqual([]);
  });

  it("describes a version only where it publishes one", async () => {
    const input = { name: "orders", definition, roleArn, versionDescription: "v" };
    for (const publish of [undefined, false]) {
      const refused = await caught(client.send(new CreateStateMachineCommand({ ...input, publish })));
      expect(refused).toBeInstanceOf(ValidationException);
      expect(refused.message).toBe("Version description can only be set when publish is true");
    }
    await client.send(new CreateStateMachineCommand({ ...input, publish: true }));
    expect(engine.requests).toMatchObject([{ publish: { description: "v" } }]);
  });

  it("describes one, by itself and for an execution", async () => {
    await createMachine();
    await start("first");
    const reported = {
      stateMachineArn: machineArn,
      name: "orders",
      definition,
      roleArn,
      loggingConfiguration: { level: "OFF", includeExecutionData: false },
      tracingConfiguration: { enabled: false },
      encryptionConfiguration: { type: "AWS_OWNED_KEY" },
    };
    const { $metadata: _, ...one } = await client.send(
      new DescribeStateMachineCommand({ stateMachineArn: machineArn }),
    );
    expect(one).toEqual({ ...reported, status: "ACTIVE", type: "STANDARD", creationDate: created });
    const { $metadata: __, ...other } = await client.send(
      new DescribeStateMachineForExecutionCommand({ executionArn }),
    );
    expect(other).toEqual({ ...reported, updateDate: created });
  });

  it("leaves the definition out on demand", async () => {
    await createMachine();
    const described = await client.send(
      new DescribeStateMachineCommand({ stateMachineArn: machineArn, includedData: "METADATA_ONLY" }),
    );
    expect(described.definition).toBe("{}");
  });

  it("tells which variables its states read", async () => {
    const reading = '{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"b.$":"$a"},"End":true}}}';
    await client.send(new CreateStateMachineCommand({ name: "orders", definition: reading, roleArn }));
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }));
    expect(described.variableReferences).toEqual({ A: ["a"] });
  });

  it("updates one", async () => {
    await createMachine();
    const { updateDate, revisionId } = await client.send(
      new UpdateStateMachineCommand({ stateMachineArn: machineArn, tracingConfiguration: { enabled: true } }),
    );
    expect(updateDate).toEqual(new Date(created.getTime() + 1));
    expect(revisionId).toBe("11111111-2222-3333-4444-555555555555");
    expect(engine.requests.at(-1)).toEqual({
      stateMachineArn: machineArn,
      tracingConfiguration: { enabled: true },
    });
  });

  it("wants something to update", async () => {
    const refused = await caught(client.send(new UpdateStateMachineCommand({ stateMachineArn: machineArn })));
    expect(refused).toBeInstanceOf(MissingRequiredParameter);
    expect(refused.message).toBe(
      "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
    );
  });

  it("deletes one, and takes no labelled ARN", async () => {
    await client.send(new DeleteStateMachineCommand({ stateMachineArn: machineArn }));
    expect(engine.requests).toEqual([machineArn]);
    const refused = await caught(client.send(new DeleteStateMachineCommand({ stateMachineArn: `${machineArn}/map` })));
    expect(refused).toBeInstanceOf(ValidationException);
  });

  it("lists them, page by page", async () => {
    for (const name of ["a", "b", "c"]) {
      await client.send(new CreateStateMachineCommand({ name, definition, roleArn }));
    }
    const names: string[] = [];
    for await (const page of paginateListStateMachines({ client, pageSize: 2 }, {})) {
      names.push(...(page.stateMachines ?? []).map(({ name }) => String(name)));
    }
    expect(names).toEqual(["c", "b", "a"]);
    await client.send(new ListStateMachinesCommand({ maxResults: 0 }));
    expect(engine.requests.at(-1)).toEqual({ maxResults: 100 });
    const { stateMachines } = await client.send(new ListStateMachinesCommand({ maxResults: 1 }));
    expect(stateMachines).toEqual([
      {
        stateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:c",
        name: "c",
        type: "STANDARD",
        creationDate: created,
      },
    ]);
  });
});

describe("definitions", () => {
  const error = { severity: "ERROR", code: "SCHEMA_VALIDATION_FAILED", message: "no", location: "/" } as const;
  const warning = { severity: "WARNING", code: "NO_DOLLAR", message: "hm", location: "/States/A" } as const;
  const validate = async (input: Partial<ValidateStateMachineDefinitionCommand["input"]> = {}) => {
    const command = new ValidateStateMachineDefinitionCommand({ definition, ...input });
    const { $metadata: _, ...answer } = await client.send(command);
    return answer;
  };

  it("are checked without making anything of them", async () => {
    engine.diagnostics.push(warning);
    expect(await validate()).toEqual({ result: "OK", diagnostics: [], truncated: false });
    expect(await validate({ severity: "WARNING" })).toEqual({ result: "OK", diagnostics: [warning], truncated: false });
    engine.diagnostics.push(error, error);
    expect(await validate()).toEqual({ result: "FAIL", diagnostics: [error, error], truncated: false });
    expect(await validate({ maxResults: 1 })).toEqual({ result: "FAIL", diagnostics: [error], truncated: true });
    expect(engine.requests).toEqual([]);
  });
});

describe("executions", () => {
  beforeEach(createMachine);

  it("starts one, with `{}` where no input is given", async () => {
    const started = await client.send(new StartExecutionCommand({ stateMachineArn: machineArn }));
    expect(started.startDate).toEqual(created);
    expect(started.executionArn).toBe("arn:aws:states:us-east-1:123456789012:execution:orders:run-0");
    expect(engine.requests.at(-1)).toEqual({ stateMachineArn: machineArn, input: "{}" });
    await client.send(
      new StartExecutionCommand({
        stateMachineArn: machineArn,
        name: "né",
        input: '{"a": 1.10}',
        traceHeader: "Root=1",
      }),
    );
    expect(engine.requests.at(-1)).toEqual({
      stateMachineArn: machineArn,
      name: "né",
      input: '{"a": 1.10}',
      traceHeader: "Root=1",
    });
  });

  it("takes the trace header of the request before the one of the body", async () => {
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["X-Amzn-Trace-Id"] = "Root=2";
        return next(args);
      },
      { step: "build" },
    );
    await client.send(new StartExecutionCommand({ stateMachineArn: machineArn, traceHeader: "Root=1" }));
    expect(engine.requests.at(-1)).toEqual({ stateMachineArn: machineArn, input: "{}", traceHeader: "Root=2" });
  });

  it.each([
    [
      "not some json",
      "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    ],
    ["{'not': 'json'", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"],
    ["", "Invalid execution input."],
  ])("refuses the input %j", async (input, detail) => {
    const refused = await caught(start("first", input));
    expect(refused).toBeInstanceOf(InvalidExecutionInput);
    expect(refused.message).toBe(`Invalid State Machine Execution Input: '${detail}'`);
  });

  it("looks for the state machine before it looks at the name and the input", async () => {
    const stateMachineArn = `${machineArn}s`;
    for (const wrong of [{ name: "a b" }, { input: "{" }]) {
      const refused = await caught(client.send(new StartExecutionCommand({ stateMachineArn, ...wrong })));
      expect(refused).toBeInstanceOf(StateMachineDoesNotExist);
      expect(refused.message).toBe(`State Machine Does Not Exist: '${stateMachineArn}'`);
    }
    expect(await caught(start("a b"))).toBeInstanceOf(InvalidName);
  });

  it("measures an input in bytes", async () => {
    await start("most", `"${"é".repeat(131_071)}"`);
    const refused = await caught(start("more", `"${"é".repeat(131_072)}"`));
    expect(refused).toBeInstanceOf(ValidationException);
    expect(refused.message).toBe(
      "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have size less than or equal to 262144 bytes in UTF-8 encoding",
    );
  });

  it("describes one that succeeded", async () => {
    await start("first", '{"a":1}');
    const { $metadata: _, ...described } = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toEqual({
      executionArn,
      stateMachineArn: machineArn,
      name: "first",
      status: "SUCCEEDED",
      startDate: created,
      stopDate: new Date(created.getTime() + 250),
      input: '{"a":1}',
      inputDetails: { included: true },
      output: "{}",
      outputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
    });
  });

  it("describes one that failed", async () => {
    await start("first", '"fail"');
    const { $metadata: _, ...described } = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toEqual({
      executionArn,
      stateMachineArn: machineArn,
      name: "first",
      status: "FAILED",
      startDate: created,
      stopDate: new Date(created.getTime() + 250),
      input: '"fail"',
      inputDetails: { included: true },
      error: "Oops",
      cause: "why",
      redriveCount: 0,
      redriveStatus: "REDRIVABLE",
    });
  });

  it("describes one without its data on demand", async () => {
    await start("first");
    const described = await client.send(new DescribeExecutionCommand({ executionArn, includedData: "METADATA_ONLY" }));
    expect(described.input).toBeUndefined();
    expect(described.inputDetails).toEqual({ included: false });
    expect(described.output).toBeUndefined();
  });

  it("has no Express executions to look at", async () => {
    const input = { executionArn: expressArn };
    for (const looked of [
      client.send(new DescribeExecutionCommand(input)),
      client.send(new StopExecutionCommand(input)),
      client.send(new GetExecutionHistoryCommand(input)),
      client.send(new DescribeStateMachineForExecutionCommand(input)),
    ]) {
      const refused = await caught(looked);
      expect(refused).toBeInstanceOf(InvalidArn);
      expect(refused.message).toBe("Invalid Arn: 'Resource type not valid in this context: express'");
    }
  });

  it("answers for executions that are not there", async () => {
    const refused = await caught(client.send(new DescribeExecutionCommand({ executionArn })));
    expect(refused).toBeInstanceOf(ExecutionDoesNotExist);
    expect(refused.message).toBe(`Execution Does Not Exist: '${executionArn}'`);
  });

  it("lists them, page by page and by status", async () => {
    await start("a");
    await start("b", '"fail"');
    await start("c");
    const names: string[] = [];
    for await (const page of paginateListExecutions({ client, pageSize: 2 }, { stateMachineArn: machineArn })) {
      names.push(...(page.executions ?? []).map(({ name }) => String(name)));
    }
    expect(names).toEqual(["c", "b", "a"]);
    const { executions } = await client.send(
      new ListExecutionsCommand({ stateMachineArn: machineArn, statusFilter: "FAILED" }),
    );
    expect(executions).toEqual([
      {
        executionArn: "arn:aws:states:us-east-1:123456789012:execution:orders:b",
        stateMachineArn: machineArn,
        name: "b",
        status: "FAILED",
        startDate: created,
        stopDate: new Date(created.getTime() + 250),
        redriveCount: 0,
      },
    ]);
  });

  it("lists neither all executions nor, for a state machine, what only a map run has", async () => {
    for (const input of [
      {},
      { stateMachineArn: machineArn, mapRunArn: "arn:aws:states:us-east-1:123456789012:mapRun:orders/each:run" },
      { stateMachineArn: machineArn, redriveFilter: "REDRIVEN" as const },
      { stateMachineArn: machineArn, statusFilter: "PENDING_REDRIVE" as const },
    ]) {
      expect(await caught(client.send(new ListExecutionsCommand(input)))).toBeInstanceOf(ValidationException);
    }
  });

  it("stops one", async () => {
    await start("first");
    const { stopDate } = await client.send(new StopExecutionCommand({ executionArn, error: "E", cause: "" }));
    expect(stopDate).toEqual(new Date(created.getTime() + 500));
    expect(engine.requests.at(-1)).toEqual({ executionArn, error: "E", cause: "" });
  });

  it("reads the history in pages, forwards and backwards", async () => {
    await start("first", '{"a":"ü"}');
    const ids: (number | undefined)[] = [];
    for await (const page of paginateGetExecutionHistory({ client, pageSize: 2 }, { executionArn })) {
      ids.push(...(page.events ?? []).map(({ id }) => id));
    }
    expect(ids).toEqual([1, 2, 3]);
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true }));
    expect(events?.map(({ id }) => id)).toEqual([3, 2, 1]);
    expect(events?.at(-1)?.executionStartedEventDetails).toEqual({
      input: '{"a":"ü"}',
      inputDetails: { truncated: false },
      roleArn: "r",
    });
  });

  it("leaves execution data out of the history on demand", async () => {
    await start("first");
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false }));
    expect(events?.map(({ timestamp: _, ...event }) => event)).toEqual([
      { type: "ExecutionStarted", id: 1, previousEventId: 0, executionStartedEventDetails: { roleArn: "r" } },
      {
        type: "TaskScheduled",
        id: 2,
        previousEventId: 1,
        taskScheduledEventDetails: { resource: "invoke", resourceType: "lambda", region: "us-east-1" },
      },
      { type: "PassStateExited", id: 3, previousEventId: 2, stateExitedEventDetails: { name: "first" } },
    ]);
  });
});

describe("activities", () => {
  beforeEach(() => client.send(new CreateActivityCommand({ name: "pack", tags: [{ key: "a", value: "b" }] })));

  it("creates and describes one", async () => {
    expect(engine.requests).toEqual([{ name: "pack", tags: [{ key: "a", value: "b" }] }]);
    const { $metadata: _, ...described } = await client.send(new DescribeActivityCommand({ activityArn }));
    expect(described).toEqual({
      activityArn,
      name: "pack",
      creationDate: created,
      encryptionConfiguration: { type: "AWS_OWNED_KEY" },
    });
    expect(await caught(client.send(new CreateActivityCommand({ name: "p/q" })))).toBeInstanceOf(InvalidName);
  });

  it("lists and deletes them", async () => {
    await client.send(new CreateActivityCommand({ name: "ship" }));
    const names: string[] = [];
    for await (const page of paginateListActivities({ client, pageSize: 1 }, {})) {
      names.push(...(page.activities ?? []).map(({ name }) => String(name)));
    }
    expect(names).toEqual(["ship", "pack"]);
    await client.send(new DeleteActivityCommand({ activityArn }));
    const { activities } = await client.send(new ListActivitiesCommand({}));
    expect(activities?.map(({ name }) => name)).toEqual(["ship"]);
    expect(await caught(client.send(new ListActivitiesCommand({ nextToken: "?" })))).toBeInstanceOf(InvalidToken);
  });

  it("hands out a task that is there, and one that comes", async () => {
    engine.offer("token-1", '{"n":1}');
    const first = await client.send(new GetActivityTaskCommand({ activityArn, workerName: "w" }));
    expect(first).toMatchObject({ taskToken: "token-1", input: '{"n":1}' });
    expect(engine.requests.at(-1)).toEqual({ activityArn, workerName: "w" });
    const waiting = client.send(new GetActivityTaskCommand({ activityArn }));
    await expect.poll(() => engine.requests.at(-1)).toEqual({ activityArn });
    engine.offer("token-2", "{}");
    expect(await waiting).toMatchObject({ taskToken: "token-2", input: "{}" });
  });

  it("stops waiting when the caller goes away", async () => {
    const abort = new AbortController();
    const gone = caught(client.send(new GetActivityTaskCommand({ activityArn }), { abortSignal: abort.signal }));
    await expect.poll(() => engine.requests.at(-1)).toEqual({ activityArn });
    abort.abort();
    expect((await gone).name).toBe("AbortError");
    await expect.poll(() => engine.requests.at(-1)).toBe("aborted");
    expect(logged).toEqual([]);
  });

  it("ends waiting polls with no task when it closes, and takes no more calls", async () => {
    const polls = [1, 2, 3].map(() => client.send(new GetActivityTaskCommand({ activityArn })));
    await expect.poll(() => engine.requests.length).toBe(4);
    await server.close();
    for (const { taskToken } of await Promise.all(polls)) {
      expect(taskToken).toBeUndefined();
    }
    expect((await caught(createMachine())).message).toContain("ECONNREFUSED");
  });

  it("takes what became of a task", async () => {
    const taskToken = "token-1";
    await client.send(new SendTaskHeartbeatCommand({ taskToken }));
    await client.send(new SendTaskSuccessCommand({ taskToken, output: "[1]" }));
    await client.send(new SendTaskFailureCommand({ taskToken, error: "E", cause: "C" }));
    await client.send(new SendTaskFailureCommand({ taskToken }));
    expect(engine.requests.slice(1)).toEqual([
      { taskToken },
      { taskToken, output: "[1]" },
      { taskToken, error: "E", cause: "C" },
      { taskToken },
    ]);
    const invalid = await caught(client.send(new SendTaskSuccessCommand({ taskToken, output: "{" })));
    expect(invalid).toBeInstanceOf(InvalidOutput);
    const unknown = await caught(client.send(new SendTaskHeartbeatCommand({ taskToken: "?" })));
    expect(unknown).toBeInstanceOf(InvalidToken);
    expect(unknown.message).toBe("Invalid Token: 'Invalid token'");
  });
});

describe("answers", () => {
  it("keeps faults of the program to itself and logs them", async () => {
    engine.break(new TypeError("secret detail"));
    const failed = await caught(client.send(new ListStateMachinesCommand({})));
    expect(failed.name).toBe("InternalFailure");
    expect(failed.message).toBe("The request processing has failed because of an unknown error, exception or failure.");
    expect((failed as unknown as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode).toBe(500);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(
      /^1970-01-01T00:00:00.000Z error AWSStepFunctions\.ListStateMachines: TypeError: secret detail\\n/,
    );
  });

  it("passes errors of the engine on", async () => {
    engine.break(new ServiceError("StateMachineDeleting", "State Machine is being deleted: 'x'"));
    const failed = await caught(client.send(new ListStateMachinesCommand({})));
    expect(failed.name).toBe("StateMachineDeleting");
    expect((failed as unknown as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode).toBe(400);
  });

  it("does not know operations that are not there", async () => {
    const failed = await fetch(server.url, {
      method: "POST",
      headers: { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AWSStepFunctions.RunAll" },
      body: "{}",
    });
    expect([failed.status, await failed.text()]).toEqual([400, '{"__type":"UnknownOperationException"}']);
  });

  it("carries a request id", async () => {
    const { $metadata } = await client.send(new ListStateMachinesCommand({}));
    expect($metadata.requestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
