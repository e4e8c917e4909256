import { describe, expect, test } from "vitest";
import { isLogged } from "../src/execution-log/log-level.js";
import { logEntry } from "../src/execution-log/log-record.js";
import { logSettings } from "../src/execution-log/log-settings.js";
import type { LogEntry, LogStream, LogTransport } from "../src/index.js";
import { openTestEngine, type TestEngine, type TestEngineOptions } from "./test-engine.js";

const GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/orders:*";
const roleArn = "arn:aws:iam::123456789012:role/role";

/** Keeps what it gets. */
class KeptLogs implements LogTransport {
  readonly name = "memory";
  readonly batch = { entries: 100, bytes: 1_000_000, overhead: 0 };
  readonly entries: LogEntry[] = [];
  readonly streams: LogStream[] = [];

  async send(stream: LogStream, entries: readonly LogEntry[]): Promise<number> {
    this.streams.push(stream);
    this.entries.push(...entries);
    return 0;
  }

  get records(): Record<string, unknown>[] {
    return this.entries.map(({ message }) => JSON.parse(message) as Record<string, unknown>);
  }
}

interface Logged {
  readonly records: Record<string, unknown>[];
  readonly streams: readonly LogStream[];
  readonly executionArn: string;
}

interface Run {
  readonly definition: object;
  readonly type?: "STANDARD" | "EXPRESS";
  readonly level?: string;
  readonly includeExecutionData?: boolean;
  readonly input?: unknown;
  readonly sync?: boolean;
}

async function open(options: TestEngineOptions = {}): Promise<{ logs: KeptLogs; test: TestEngine }> {
  const logs = new KeptLogs();
  return { logs, test: await openTestEngine({ ...options, executionLogs: [logs] }) };
}

/** Runs a definition to its end and gives what was logged of it. */
async function logged(run: Run): Promise<Logged> {
  const { definition, type = "STANDARD", level = "ALL", includeExecutionData = true, input = {}, sync = false } = run;
  const { logs, test } = await open();
  const { stateMachineArn } = await test.engine.stateMachines.create({
    name: "orders",
    definition: JSON.stringify(definition),
    roleArn,
    type,
    tags: [],
    loggingConfiguration: {
      level,
      includeExecutionData,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: GROUP } }],
    },
  });
  const request = { stateMachineArn, input: JSON.stringify(input) };
  const { executionArn } = await (sync
    ? test.engine.executions.startSync(request)
    : test.engine.executions.start(request));
  await test.rest();
  await test.engine.close();
  return { records: logs.records, streams: logs.streams, executionArn };
}

const passing = { StartAt: "Only", States: { Only: { Type: "Pass", Result: { total: 3 }, End: true } } };
const failing = { StartAt: "Only", States: { Only: { Type: "Fail", Error: "Some", Cause: "why" } } };
const types = ({ records }: Logged) => records.map(({ type }) => type);

describe("the levels of a logging configuration", () => {
  test.each([
    ["ALL", ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]],
    ["ERROR", ["FailStateEntered", "ExecutionFailed"]],
    ["FATAL", ["ExecutionFailed"]],
    ["OFF", []],
  ])("%s", async (level, expected) => {
    expect(types(await logged({ definition: failing, level }))).toEqual(expected);
    expect(types(await logged({ definition: failing, level, type: "EXPRESS" }))).toEqual(expected);
    expect(types(await logged({ definition: failing, level, type: "EXPRESS", sync: true }))).toEqual(expected);
  });

  test.each([["ERROR"], ["FATAL"]])("%s logs nothing of an execution that succeeds", async (level) => {
    expect(types(await logged({ definition: passing, level }))).toEqual([]);
  });

  test("an error that is caught is one for ERROR, not for FATAL", () => {
    for (const type of ["TaskFailed", "ActivityTimedOut", "MapRunFailed", "EvaluationFailed", "WaitStateAborted"]) {
      expect([isLogged("ERROR", type), isLogged("FATAL", type)]).toEqual([true, false]);
    }
    for (const type of ["ExecutionRedriven", "TaskSubmitted", "MapRunSucceeded", "ChoiceStateExited"]) {
      expect([isLogged("ALL", type), isLogged("ERROR", type)]).toEqual([true, false]);
    }
  });
});

describe("a record", () => {
  test("has the members of the service, with ids and times as texts", async () => {
    const { records, executionArn } = await logged({ definition: passing, input: { a: 1 } });
    const common = {
      execution_arn: executionArn,
      redrive_count: "0",
      event_timestamp: expect.stringMatching(/^\d{13}$/),
    };
    expect(records).toEqual([
      {
        id: "1",
        type: "ExecutionStarted",
        details: { input: '{"a":1}', inputDetails: { truncated: false }, roleArn },
        previous_event_id: "0",
        ...common,
      },
      {
        id: "2",
        type: "PassStateEntered",
        details: { input: '{"a":1}', inputDetails: { truncated: false }, name: "Only" },
        previous_event_id: "0",
        ...common,
      },
      {
        id: "3",
        type: "PassStateExited",
        details: { name: "Only", output: '{"total":3}', outputDetails: { truncated: false } },
        previous_event_id: "2",
        ...common,
      },
      {
        id: "4",
        type: "ExecutionSucceeded",
        details: { output: '{"total":3}', outputDetails: { truncated: false } },
        previous_event_id: "3",
        ...common,
      },
    ]);
  });

  test("without execution data keeps names, roles, errors and causes", async () => {
    const { records } = await logged({ definition: failing, includeExecutionData: false, input: { secret: 1 } });
    expect(records.map(({ details }) => details)).toEqual([
      { roleArn },
      { name: "Only" },
      { error: "Some", cause: "why" },
    ]);
    expect(JSON.stringify(records)).not.toContain("secret");
  });

  test("holds as much of an input as fits, cut between characters", () => {
    const log = (input: string) => {
      const event = {
        timestamp: 1.5,
        type: "PassStateEntered",
        id: 2,
        previousEventId: 0,
        detailsKey: "stateEnteredEventDetails",
        details: { name: "Only", input, inputDetails: { truncated: false } },
      };
      const { message } = logEntry(event, { arn: "arn", redriveCount: 0 }, true);
      expect(Buffer.byteLength(message)).toBeLessThan(256 * 1024 - 26);
      return (JSON.parse(message) as { details: { input: string; inputDetails: object } }).details;
    };
    const limit = 248 * 1024;
    expect(log("x".repeat(limit))).toMatchObject({ input: "x".repeat(limit), inputDetails: { truncated: false } });
    expect(log("x".repeat(limit + 1))).toMatchObject({ input: "x".repeat(limit), inputDetails: { truncated: true } });
    expect(log('"'.repeat(limit))).toMatchObject({ input: '"'.repeat(limit / 2), inputDetails: { truncated: true } });
    expect(log("é".repeat(limit))).toMatchObject({ input: "é".repeat(limit / 2), inputDetails: { truncated: true } });
    expect(log(`x${"😀".repeat(limit)}`).input).toBe(`x${"😀".repeat(limit / 4 - 1)}`);
  });
});

test("records go to the log group of the configuration, by state machine", async () => {
  const { streams } = await logged({ definition: passing });
  expect(streams).toEqual([
    {
      group: { region: "eu-west-1", accountId: "123456789012", name: "/aws/vendedlogs/states/orders" },
      stateMachineName: "orders",
    },
  ]);
});

test("a configuration without a log group logs nothing", () => {
  const of = (logGroupArn: string) =>
    logSettings({
      loggingConfiguration: { level: "ALL", destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] },
    })?.group.name;
  expect(of("arn:aws:logs:eu-west-1:123456789012:log-group:a:*")).toBe("a");
  expect(of("arn:aws:logs:eu-west-1:123456789012:log-group:a")).toBe("a");
  expect(of("a")).toBeUndefined();
});

test("each event is logged once, whatever the store does meanwhile", async () => {
  const { logs, test } = await open();
  const { stateMachineArn } = await test.engine.stateMachines.create({
    name: "orders",
    definition: JSON.stringify({
      StartAt: "Wait",
      States: { Wait: { Type: "Wait", Seconds: 5, Next: "After" }, After: { Type: "Pass", End: true } },
    }),
    roleArn,
    type: "EXPRESS",
    tags: [],
    loggingConfiguration: {
      level: "ALL",
      includeExecutionData: false,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: GROUP } }],
    },
  });
  await test.start(stateMachineArn);
  await test.rest();
  test.watch.break(new Error("the disk is full"), "commit");
  await test.clock.turn(5_000);
  test.watch.mend();
  await test.clock.turn(2_000);
  await test.rest();
  await test.engine.close();
  expect(logs.records.map(({ id, type }) => `${id} ${type}`)).toEqual([
    "1 ExecutionStarted",
    "2 WaitStateEntered",
    "3 WaitStateExited",
    "4 PassStateEntered",
    "5 PassStateExited",
    "6 ExecutionSucceeded",
  ]);
});
