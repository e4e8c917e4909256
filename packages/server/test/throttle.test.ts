import { ListActivitiesCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { expect, it, onTestFinished, test } from "vitest";
import { createServer, parseQuotas, type Quotas, ServerError, serviceQuotas } from "../src/index.js";
import { inputs } from "../src/request-model/inputs.js";
import { Throttle } from "../src/throttle.js";
import { pass, roleArn, serveEngine } from "./served-engine.js";

function taken(throttle: Throttle, operation: string, calls: number, home = ""): number {
  let count = 0;
  for (let call = 0; call < calls; call++) {
    try {
      throttle.take(operation, home);
      count++;
    } catch (error) {
      expect(error).toMatchObject({ code: "ThrottlingException", message: "Rate exceeded" });
    }
  }
  return count;
}

it("lets as many calls through as the bucket holds, and then as many as come in", () => {
  let now = 0;
  const throttle = new Throttle({ ListActivities: { bucket: 10, refill: 5 } }, () => now);
  expect(taken(throttle, "ListActivities", 20)).toBe(10);
  now += 1000;
  expect(taken(throttle, "ListActivities", 20)).toBe(5);
  now += 100;
  expect(taken(throttle, "ListActivities", 20)).toBe(0);
  now += 100;
  expect(taken(throttle, "ListActivities", 20)).toBe(1);
  now += 3_600_000;
  expect(taken(throttle, "ListActivities", 20)).toBe(10);
});

it("keeps a bucket for each operation and each account and region, and none for those without a quota", () => {
  const throttle = new Throttle({ A: { bucket: 2, refill: 0 }, B: { bucket: 1, refill: 0 } }, () => 0);
  expect(taken(throttle, "A", 5, "one")).toBe(2);
  expect(taken(throttle, "B", 5, "one")).toBe(1);
  expect(taken(throttle, "A", 5, "other")).toBe(2);
  expect(taken(throttle, "C", 5)).toBe(5);
  expect(taken(throttle, "constructor", 5)).toBe(5);
});

async function serve(quotas: Quotas, maxAttempts: number) {
  const { engine } = await serveEngine();
  const server = await createServer(engine, { host: "127.0.0.1", port: 0, quotas });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new SFNClient({ endpoint: server.url, region: "us-east-1", credentials, maxAttempts });
  onTestFinished(async () => {
    client.destroy();
    await server.close();
  });
  return { engine, client };
}

it("answers as the service does, and the SDK calls again until it gets through", async () => {
  const quotas = { ListActivities: { bucket: 1, refill: 20 } };
  const { client } = await serve(quotas, 1);
  await client.send(new ListActivitiesCommand({}));
  const refused = await client.send(new ListActivitiesCommand({})).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    name: "ThrottlingException",
    message: "Rate exceeded",
    $metadata: { httpStatusCode: 400 },
  });

  const { client: patient } = await serve(quotas, 10);
  const answers = await Promise.all([1, 2, 3, 4].map(() => patient.send(new ListActivitiesCommand({}))));
  expect(answers.some(({ $metadata }) => ($metadata.attempts ?? 1) > 1)).toBe(true);
});

it("counts starts of express state machines against a quota of their own", async () => {
  const quotas = { StartExecution: { bucket: 1, refill: 0 }, "StartExecution:EXPRESS": { bucket: 2, refill: 0 } };
  const { engine, client } = await serve(quotas, 1);
  const create = async (name: string, type: "STANDARD" | "EXPRESS") =>
    (await engine.stateMachines.create({ name, definition: pass("done"), roleArn, type, tags: [] })).stateMachineArn;
  const [standard, express] = [await create("standard", "STANDARD"), await create("express", "EXPRESS")];
  const start = (stateMachineArn: string) =>
    client.send(new StartExecutionCommand({ stateMachineArn })).then(
      () => "started",
      ({ name }: Error) => name,
    );
  const unknown = `${standard}x`;
  expect([await start(express), await start(express), await start(express)]).toEqual([
    "started",
    "started",
    "ThrottlingException",
  ]);
  expect([await start(unknown), await start(standard)]).toEqual(["StateMachineDoesNotExist", "ThrottlingException"]);
  // What has no quota is served.
  await expect(client.send(new StopExecutionCommand({ executionArn: "x" }))).rejects.toMatchObject({
    name: "InvalidArn",
  });
});

test("the service's quotas are of operations that there are", () => {
  const names = new Set<string>([...Object.keys(inputs), "StartExecution:EXPRESS"]);
  const known = Object.keys(serviceQuotas).filter((name) => names.has(name));
  expect(known.length).toBeGreaterThan(20);
  expect(serviceQuotas.StartExecution).toEqual({ bucket: 1300, refill: 300 });
});

test("quotas as text take the place of the service's", () => {
  const quotas = parseQuotas('{"StartExecution": {"bucket": 10, "refill": 0.5}}', "a text");
  expect(quotas).toEqual({ ...serviceQuotas, StartExecution: { bucket: 10, refill: 0.5 } });
  expect(parseQuotas("{}", "a text")).toEqual(serviceQuotas);
});

test.each([
  ["{", /^a text is no JSON: /],
  ["[]", "a text must be a JSON object of quotas by operation"],
  ["null", "a text must be a JSON object of quotas by operation"],
  [
    '{"Start": {"bucket": 1, "refill": 1}}',
    "a text has a quota for 'Start', which is none of the operations that have one",
  ],
  [
    '{"__proto__": {"bucket": 1, "refill": 1}}',
    "a text has a quota for '__proto__', which is none of the operations that have one",
  ],
  ['{"StartExecution": 5}', 'a text must say for StartExecution how many calls: {"bucket": 10, "refill": 5}'],
  ['{"StartExecution": {"bucket": "1", "refill": 1}}', /^a text must say for StartExecution/],
  ['{"StartExecution": {"bucket": 1, "refill": -1}}', /^a text must say for StartExecution/],
  ['{"StartExecution": null}', /^a text must say for StartExecution/],
])("%s is refused", (text, message) => {
  expect(() => parseQuotas(text, "a text")).toThrow(ServerError);
  expect(() => parseQuotas(text, "a text")).toThrow(message);
});
