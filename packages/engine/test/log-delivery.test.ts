import { appendFileSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { logFile } from "../src/execution-log/folder-transport.js";
import { type DeliveryLimits, LogDelivery } from "../src/execution-log/log-delivery.js";
import {
  AwsClients,
  cloudWatchTransport,
  folderTransport,
  type LogEntry,
  LogRefusedError,
  type LogStream,
  type LogTransport,
  outputTransport,
} from "../src/index.js";
import { startCloudWatchServer } from "./cloudwatch-server.js";
import { openTestEngine, temporaryFolder } from "./test-engine.js";

const now = Date.UTC(2026, 0, 31, 23, 59);
const orders: LogStream = {
  group: { region: "eu-west-1", accountId: "123456789012", name: "/aws/vendedlogs/states/orders" },
  stateMachineName: "orders",
};
const entry = (id: number, timestamp = now): LogEntry => ({ timestamp, message: `{"id":"${id}"}` });
const ids = (entries: readonly { readonly message: string }[]) =>
  entries.map(({ message }) => Number((JSON.parse(message) as { id: string }).id));

interface Delivery {
  readonly delivery: LogDelivery;
  readonly told: string[];
}

function deliverTo(transport: LogTransport, limits: Partial<DeliveryLimits> = {}): Delivery {
  const told: string[] = [];
  const delivery = new LogDelivery(transport, (message) => told.push(message), {
    retryMilliseconds: 1,
    longestRetryMilliseconds: 2,
    ...limits,
  });
  onTestFinished(() => delivery.close());
  return { delivery, told };
}

/** A transport of which the test says what each call does. */
function scripted(send: (entries: readonly LogEntry[]) => Promise<number | undefined>): LogTransport {
  return { name: "test", batch: { entries: 3, bytes: 1_000, overhead: 0 }, send: (_stream, entries) => send(entries) };
}

describe("delivery", () => {
  test("is in order, in batches, and again where it failed", async () => {
    const got: number[][] = [];
    let failures = 3;
    const { delivery, told } = deliverTo(
      scripted(async (entries) => {
        if (failures-- > 0) throw new Error("nobody there");
        got.push(ids(entries));
        return 0;
      }),
    );
    delivery.add(
      orders,
      [1, 2, 3, 4].map((id) => entry(id)),
    );
    delivery.add(
      orders,
      [5].map((id) => entry(id)),
    );
    await vi.waitFor(() => expect(delivery.delivered).toBe(5));
    expect(got).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(told[0]).toBe("log records for test: they are tried again: nobody there");
    expect(delivery.lost).toBe(0);
  });

  test("holds up nobody and keeps no more than the limit: what is too much is counted and told", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { delivery, told } = deliverTo(
      scripted(async () => {
        await held;
        return 0;
      }),
      { waitingBytes: 120 * 5 },
    );
    for (let id = 1; id <= 100; id++) delivery.add(orders, [entry(id)]);
    expect(delivery.lost).toBe(95);
    expect(told).toEqual(["log records for test: one is lost: too many records wait"]);
    release();
    await vi.waitFor(() => expect(delivery.delivered).toBe(5));
    // There is room again.
    delivery.add(orders, [entry(101)]);
    await vi.waitFor(() => expect(delivery.delivered).toBe(6));
    await delivery.close();
    expect(told.at(-1)).toBe("log records for test: 94 are lost: the process ends");
  });

  test("gives up what is refused for good, and what is too long", async () => {
    const { delivery, told } = deliverTo(
      scripted(async (entries) => {
        if (ids(entries).includes(1)) throw new LogRefusedError("no such place");
        return ids(entries).includes(5) ? 1 : 0;
      }),
    );
    delivery.add(
      orders,
      [1, 2, 3, 4, 5].map((id) => entry(id)),
    );
    delivery.add(orders, [{ timestamp: now, message: "x".repeat(1_001) }]);
    await vi.waitFor(() => expect(delivery.lost).toBe(5));
    expect(delivery.delivered).toBe(1);
    expect(told[0]).toBe("log records for test: 3 are lost: no such place");
  });

  test("the end waits for what is under way, and not for ever", async () => {
    const { delivery } = deliverTo(
      scripted(() => new Promise(() => {})),
      { closeMilliseconds: 1 },
    );
    const dead = deliverTo(
      scripted(() => Promise.reject(new Error("nobody there"))),
      { closeMilliseconds: 1, retryMilliseconds: 60_000, longestRetryMilliseconds: 60_000 },
    );
    dead.delivery.add(orders, [entry(1), entry(2)]);
    await vi.waitFor(() => expect(dead.told).toHaveLength(1));
    await dead.delivery.close();
    expect(dead.delivery.lost).toBe(2);
    expect(delivery.lost).toBe(0);
  });

  test("what happened earlier goes first within a batch", async () => {
    const got: number[][] = [];
    const { delivery } = deliverTo(
      scripted(async (entries) => {
        got.push(ids(entries));
        return 0;
      }),
    );
    delivery.add(orders, [entry(1, now), entry(2, now - 5), entry(3, now)]);
    await vi.waitFor(() => expect(got).toEqual([[2, 1, 3]]));
  });
});

describe("a folder", () => {
  test("has a file for each log group, a record a line, for this user alone", async () => {
    const folder = temporaryFolder();
    const { delivery } = deliverTo(folderTransport(folder));
    delivery.add(orders, [entry(1), entry(2)]);
    await vi.waitFor(() => expect(delivery.delivered).toBe(2));
    delivery.add(orders, [entry(3)]);
    delivery.add({ ...orders, group: { ...orders.group, name: "other" } }, [entry(4)]);
    await delivery.close();
    const file = join(folder, "123456789012/eu-west-1/aws/vendedlogs/states/orders.jsonl");
    expect(readFileSync(file, "utf8")).toBe('{"id":"1"}\n{"id":"2"}\n{"id":"3"}\n');
    expect(readFileSync(join(folder, "123456789012/eu-west-1/other.jsonl"), "utf8")).toBe('{"id":"4"}\n');
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("goes on behind a line that a killed process did not finish", async () => {
    const folder = temporaryFolder();
    const file = join(folder, logFile(orders.group));
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, '{"id":"0"}\n{"id');
    const { delivery } = deliverTo(folderTransport(folder));
    delivery.add(orders, [entry(1)]);
    await delivery.close();
    expect(readFileSync(file, "utf8")).toBe('{"id":"0"}\n{"id\n{"id":"1"}\n');
  });

  test("is never left, whatever a log group is called", () => {
    const file = (name: string) => logFile({ region: "..", accountId: "a/b", name }).replaceAll("\\", "/");
    expect(file("../../etc/passwd")).toBe("a%2Fb/%2E%2E/%2E%2E/%2E%2E/etc/passwd.jsonl");
    expect(file("a.jsonl/b")).toBe("a%2Fb/%2E%2E/a%2Ejsonl/b.jsonl");
    expect(file("//")).toBe("a%2Fb/%2E%2E/_.jsonl");
    expect(file("ü:\0")).toBe("a%2Fb/%2E%2E/%C3BC%3A%00.jsonl");
    expect(file("x".repeat(512)).length).toBeLessThan(270);
  });
});

test("an output gets a record a line, and is waited for", async () => {
  let text = "";
  const waiting: (() => void)[] = [];
  const output = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      text += String(chunk);
      waiting.push(done);
    },
  });
  const { delivery } = deliverTo(outputTransport(output, "test"));
  delivery.add(orders, [entry(1), entry(2)]);
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  delivery.add(orders, [entry(3)]);
  expect(delivery.delivered).toBe(0);
  waiting.shift()?.();
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  waiting.shift()?.();
  await vi.waitFor(() => expect(delivery.delivered).toBe(3));
  expect(text).toBe('{"id":"1"}\n{"id":"2"}\n{"id":"3"}\n');
});

describe("CloudWatch Logs, through the SDK", () => {
  const { name: group } = orders.group;

  test("gets the records in a stream of the service's form, in the group's region", async () => {
    const server = await startCloudWatchServer(group);
    const { delivery, told } = deliverTo(cloudWatchTransport({ aws: awsAt(server.endpoint), now: () => now }));
    delivery.add(orders, [entry(1), entry(2)]);
    await vi.waitFor(() => expect([delivery.delivered, told]).toEqual([2, []]));
    delivery.add(orders, [entry(3)]);
    await vi.waitFor(() => expect(delivery.delivered).toBe(3));
    const [[stream, entries] = ["", []]] = [...server.streams];
    expect(stream).toMatch(/^\/aws\/vendedlogs\/states\/orders states\/orders\/2026-01-31-23\/[0-9a-f]{8}$/);
    expect(entries).toEqual([entry(1), entry(2), entry(3)]);
    expect(server.calls).toEqual(["CreateLogStream eu-west-1", "PutLogEvents eu-west-1", "PutLogEvents eu-west-1"]);
  });

  test("begins a new stream with the hour", async () => {
    const server = await startCloudWatchServer(group);
    let time = now;
    const { delivery } = deliverTo(cloudWatchTransport({ aws: awsAt(server.endpoint), now: () => time }));
    delivery.add(orders, [entry(1)]);
    await vi.waitFor(() => expect(delivery.delivered).toBe(1));
    time += 3_600_000;
    delivery.add(orders, [entry(2)]);
    await vi.waitFor(() => expect(delivery.delivered).toBe(2));
    expect([...server.streams.keys()].map((key) => key.split("/").at(-2))).toEqual(["2026-01-31-23", "2026-02-01-00"]);
  });

  test("a batch stays within the limits of one call", async () => {
    const server = await startCloudWatchServer(group);
    const { delivery } = deliverTo(cloudWatchTransport({ aws: awsAt(server.endpoint) }));
    const large = JSON.stringify({ id: "0", text: "ü".repeat(100_000) });
    delivery.add(
      orders,
      Array.from({ length: 12 }, () => ({ timestamp: now, message: large })),
    );
    delivery.add(
      orders,
      Array.from({ length: 10_001 }, (_, id) => entry(id)),
    );
    delivery.add(orders, [entry(1, now + 86_400_001)]);
    await vi.waitFor(() => expect(delivery.delivered).toBe(12 + 10_001 + 1), { timeout: 20_000 });
    expect(server.calls.filter((call) => call.startsWith("PutLogEvents")).length).toBeGreaterThan(3);
  }, 30_000);

  test("is tried again where it fails for a while, and does as it is told of sequences", async () => {
    const server = await startCloudWatchServer(group);
    const fault = (operation: string, status: number, type: string, more = {}) =>
      server.faults.push({ operation, status, body: { __type: type, message: "no", ...more } });
    for (let call = 0; call < 4; call++) fault("CreateLogStream", 503, "ServiceUnavailableException");
    fault("PutLogEvents", 400, "InvalidSequenceTokenException", { expectedSequenceToken: "expected" });
    const { delivery } = deliverTo(cloudWatchTransport({ aws: awsAt(server.endpoint) }));
    delivery.add(orders, [entry(1)]);
    await vi.waitFor(() => expect(delivery.delivered).toBe(1), { timeout: 20_000 });
    expect([...server.streams.values()]).toEqual([[entry(1)]]);
    // A stream that was deleted comes back.
    server.streams.clear();
    delivery.add(orders, [entry(2)]);
    await vi.waitFor(() => expect([...server.streams.values()]).toEqual([[entry(2)]]), { timeout: 20_000 });
    expect(delivery.lost).toBe(0);
  }, 60_000);

  test("loses what a group that is not there should have got, and says so", async () => {
    const server = await startCloudWatchServer();
    const { delivery, told } = deliverTo(cloudWatchTransport({ aws: awsAt(server.endpoint) }));
    delivery.add(orders, [entry(1)]);
    await vi.waitFor(() => expect(delivery.lost).toBe(1));
    expect(told).toEqual([`log records for CloudWatch Logs: one is lost: there is no log group ${group} in eu-west-1`]);
  });

  test("a state machine cannot be made for a log group that is not there", async () => {
    const server = await startCloudWatchServer();
    const { engine } = await openTestEngine({ executionLogs: [cloudWatchTransport({ aws: awsAt(server.endpoint) })] });
    const create = () =>
      engine.stateMachines.create({
        name: "orders",
        definition: JSON.stringify({ StartAt: "Only", States: { Only: { Type: "Succeed" } } }),
        roleArn: "arn:aws:iam::123456789012:role/role",
        type: "STANDARD",
        tags: [],
        loggingConfiguration: {
          level: "ALL",
          destinations: [
            { cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:eu-west-1:123456789012:log-group:${group}:*` } },
          ],
        },
      });
    await expect(create()).rejects.toMatchObject({
      code: "InvalidLoggingConfiguration",
      message: "Invalid Logging Configuration: Log Destination not found.",
    });
    server.groups.add(group);
    await create();
    expect([...server.streams.keys()]).toEqual([
      `${group} log_stream_created_by_aws_to_validate_log_delivery_subscriptions`,
    ]);
  });

  test("nobody there: executions end all the same", async () => {
    const port = await freePort();
    const { engine, machine, log } = await openTestEngine({
      executionLogs: [cloudWatchTransport({ aws: awsAt(`http://127.0.0.1:${port}`) })],
    });
    const stateMachineArn = await machine({ StartAt: "Only", States: { Only: { Type: "Succeed" } } });
    await engine.stateMachines.update({
      stateMachineArn,
      loggingConfiguration: {
        level: "ALL",
        destinations: [
          { cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:eu-west-1:123456789012:log-group:${group}:*` } },
        ],
      },
    });
    const { executionArn } = await engine.executions.start({ stateMachineArn, input: "{}" });
    expect(await engine.executions.ended(executionArn)).toMatchObject({ status: "SUCCEEDED" });
    await vi.waitFor(() => expect(log.join()).toContain("they are tried again"), { timeout: 20_000 });
    await engine.close();
    expect(engine.metrics().logRecords).toEqual({ delivered: 0, lost: 4 });
  }, 60_000);
});

/** Clients of AWS services that are all at one address. */
function awsAt(endpoint: string): AwsClients {
  return new AwsClients({ environment: {}, endpoints: { "*": endpoint } });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
