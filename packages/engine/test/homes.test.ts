import { expect, test } from "vitest";
import { type Engine, openEngine, openSqliteStore, type TaskHandler } from "../src/index.js";
import { historyOf, openTestEngine, temporaryFolder } from "./test-engine.js";

const roleArn = "arn:aws:iam::123456789012:role/role";
const hello = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}';
const wait = '{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":5,"End":true}}}';
const anybody = (): AbortSignal => new AbortController().signal;

async function create(engine: Engine, name: string, definition = hello): Promise<string> {
  const request = { name, definition, roleArn, type: "STANDARD", tags: [], publish: {} } as const;
  return (await engine.stateMachines.create(request)).stateMachineArn;
}

async function homes() {
  const { engine, ...rest } = await openTestEngine();
  const other = engine.at({ region: "eu-west-1", accountId: "999999999999" });
  return { engine, other, ...rest };
}

test("an engine for another account and region makes ARNs of that one", async () => {
  const { engine, other } = await homes();
  expect([other.region, other.accountId]).toEqual(["eu-west-1", "999999999999"]);
  expect(engine.at({ region: "us-east-1", accountId: "123456789012" })).toBe(engine);
  expect(other.at({ region: "eu-west-1", accountId: "999999999999" })).toBe(other);
  expect(await create(other, "m")).toBe("arn:aws:states:eu-west-1:999999999999:stateMachine:m");
  const china = engine.at({ region: "cn-north-1", accountId: "123456789012" });
  expect(await create(china, "m")).toBe("arn:aws-cn:states:cn-north-1:123456789012:stateMachine:m");
});

test("names are free in each of them, and lists hold their own", async () => {
  const { engine, other, clock } = await homes();
  const third = engine.at({ region: "eu-west-1", accountId: "123456789012" });
  const all = [engine, other, third];
  const created = new Map<Engine, string[]>(all.map((each) => [each, []]));
  for (let number = 0; number < 7; number++) {
    for (const each of all) {
      created.get(each)?.push(await create(each, `m${number}`));
      await each.activities.create({ name: `a${number}`, tags: [] });
      await clock.turn(1);
    }
  }
  for (const each of all) {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await each.stateMachines.list({ maxResults: 3, ...(nextToken !== undefined && { nextToken }) });
      found.push(...page.items.map(({ stateMachineArn }) => stateMachineArn));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(found).toEqual(created.get(each));
    const { items } = await each.activities.list({ maxResults: 1000 });
    expect(items.map(({ name }) => name)).toEqual(["a0", "a1", "a2", "a3", "a4", "a5", "a6"]);
  }
});

test("a map run of another is not there, nor are its children", async () => {
  const { engine, other, rest } = await homes();
  const definition = JSON.stringify({
    StartAt: "M",
    States: {
      M: {
        Type: "Map",
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
          StartAt: "W",
          States: { W: { Type: "Wait", Seconds: 5, End: true } },
        },
        End: true,
      },
    },
  });
  const stateMachineArn = await create(engine, "m", definition);
  const { executionArn } = await engine.executions.start({ stateMachineArn, input: "[1]" });
  await rest();
  const page = { maxResults: 10 };
  const [run] = (await engine.mapRuns.list({ executionArn, ...page })).items;
  const mapRunArn = run?.mapRunArn ?? "";
  expect((await engine.mapRuns.listExecutions({ mapRunArn, ...page })).items).toHaveLength(1);
  await expect(other.mapRuns.list({ executionArn, ...page })).rejects.toMatchObject({ code: "ExecutionDoesNotExist" });
  for (const refused of [
    other.mapRuns.describe(mapRunArn),
    other.mapRuns.listExecutions({ mapRunArn, ...page }),
    other.mapRuns.update({ mapRunArn, maxConcurrency: 1 }),
  ]) {
    await expect(refused).rejects.toMatchObject({ code: "ResourceNotFound" });
  }
});

test("what belongs to another is not there", async () => {
  const { engine, other, clock, rest } = await homes();
  const stateMachineArn = await create(engine, "m", wait);
  const { executionArn } = await engine.executions.start({ stateMachineArn, input: "{}", name: "run" });
  const { activityArn } = await engine.activities.create({ name: "a", tags: [] });
  const version = `${stateMachineArn}:1`;
  const { stateMachineAliasArn } = await engine.aliases.create({
    name: "live",
    routingConfiguration: [{ stateMachineVersionArn: version, weight: 100 }],
  });
  const page = { maxResults: 10 };
  const refused: [string, () => Promise<unknown>, string][] = [
    ["describe", () => other.stateMachines.describe(stateMachineArn), "StateMachineDoesNotExist"],
    ["describe a version", () => other.stateMachines.describe(version), "StateMachineDoesNotExist"],
    [
      "describe for an execution",
      () => other.stateMachines.describeForExecution(executionArn),
      "ExecutionDoesNotExist",
    ],
    ["update", () => other.stateMachines.update({ stateMachineArn, roleArn: "arn:x" }), "StateMachineDoesNotExist"],
    ["start", () => other.executions.start({ stateMachineArn, input: "{}" }), "StateMachineDoesNotExist"],
    [
      "start by an alias",
      () => other.executions.start({ stateMachineArn: stateMachineAliasArn, input: "{}" }),
      "StateMachineDoesNotExist",
    ],
    ["list executions", () => other.executions.list({ ...page, stateMachineArn }), "StateMachineDoesNotExist"],
    ["describe an execution", () => other.executions.describe(executionArn), "ExecutionDoesNotExist"],
    ["stop", () => other.executions.stop({ executionArn }), "ExecutionDoesNotExist"],
    ["redrive", () => other.executions.redrive({ executionArn }), "ExecutionDoesNotExist"],
    ["wait for the end", () => other.executions.ended(executionArn), "ExecutionDoesNotExist"],
    [
      "history",
      () => other.executions.history({ executionArn, maxResults: 10, reverseOrder: false }),
      "ExecutionDoesNotExist",
    ],
    ["publish", () => other.versions.publish({ stateMachineArn }), "StateMachineDoesNotExist"],
    ["list versions", () => other.versions.list({ ...page, stateMachineArn }), ""],
    ["describe an alias", () => other.aliases.describe(stateMachineAliasArn), "ResourceNotFound"],
    ["update an alias", () => other.aliases.update({ stateMachineAliasArn, description: "x" }), "ResourceNotFound"],
    ["list aliases", () => other.aliases.list({ ...page, stateMachineArn }), "StateMachineDoesNotExist"],
    [
      "create an alias",
      () =>
        other.aliases.create({ name: "x", routingConfiguration: [{ stateMachineVersionArn: version, weight: 100 }] }),
      "ResourceNotFound",
    ],
    ["describe an activity", () => other.activities.describe(activityArn), "ActivityDoesNotExist"],
    ["poll", () => other.activities.task({ activityArn }, anybody()), "ActivityDoesNotExist"],
    ["tags of a state machine", () => other.tags.list(stateMachineArn), "ResourceNotFound"],
    [
      "tag an activity",
      () => other.tags.add({ resourceArn: activityArn, tags: [{ key: "a", value: "b" }] }),
      "ResourceNotFound",
    ],
  ];
  for (const [what, ask, code] of refused) {
    const outcome = await ask().catch((error: unknown) => error);
    expect({ what, outcome }).toMatchObject({ what, outcome: code === "" ? { items: [] } : { code } });
  }
  // Of what is not there nothing is deleted, and that is no error.
  await other.stateMachines.delete(stateMachineArn);
  await other.activities.delete(activityArn);
  await other.aliases.delete(stateMachineAliasArn);
  await other.versions.delete(version).catch(() => {});

  expect(await engine.stateMachines.describe(stateMachineArn)).toMatchObject({ status: "ACTIVE" });
  expect(await engine.activities.describe(activityArn)).toMatchObject({ name: "a" });
  expect(await engine.aliases.describe(stateMachineAliasArn)).toMatchObject({ name: "live" });
  await clock.turn(5000);
  await rest();
  expect(await engine.executions.describe(executionArn)).toMatchObject({ status: "SUCCEEDED" });
});

test("a task token is good for its own alone", async () => {
  const { engine, other } = await homes();
  const { activityArn } = await engine.activities.create({ name: "a", tags: [] });
  const work = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"${activityArn}","End":true}}}`;
  const { executionArn } = await engine.executions.start({
    stateMachineArn: await create(engine, "m", work),
    input: "1",
  });
  const { taskToken = "" } = (await engine.activities.task({ activityArn }, anybody())) ?? {};
  for (const report of [
    () => other.activities.succeed({ taskToken, output: "2" }),
    () => other.activities.fail({ taskToken }),
    () => other.activities.heartbeat({ taskToken }),
  ]) {
    await expect(report()).rejects.toMatchObject({ code: "TaskDoesNotExist" });
  }
  await engine.activities.succeed({ taskToken, output: "3" });
  expect(await engine.executions.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "3" });
  await expect(other.activities.succeed({ taskToken, output: "2" })).rejects.toMatchObject({
    code: "TaskDoesNotExist",
  });
  await expect(engine.activities.succeed({ taskToken, output: "2" })).rejects.toMatchObject({ code: "TaskTimedOut" });
});

test("a state machine uses activities of its own account and region alone", async () => {
  const { engine, other } = await homes();
  const { activityArn } = await other.activities.create({ name: "a", tags: [] });
  const work = `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"${activityArn}","End":true}}}`;
  const { executionArn } = await engine.executions.start({
    stateMachineArn: await create(engine, "m", work),
    input: "1",
  });
  expect(await engine.executions.describe(executionArn)).toMatchObject({
    status: "FAILED",
    cause: expect.stringContaining(`The activity ${activityArn} does not exist.`),
  });
  const own = await other.executions.start({ stateMachineArn: await create(other, "m", work), input: "1" });
  expect(await other.activities.task({ activityArn }, anybody())).toMatchObject({ input: "1" });
  expect(await other.executions.describe(own.executionArn)).toMatchObject({ status: "RUNNING" });
});

test("calls and histories name the region of the execution", async () => {
  const regions: string[] = [];
  const call: TaskHandler = async ({ execution }) => {
    regions.push(execution.region);
    return "{}";
  };
  const { engine, rest } = await openTestEngine({ integrations: new Map([["aws-sdk:sqs:sendMessage", call]]) });
  const other = engine.at({ region: "eu-west-1", accountId: "999999999999" });
  const task = { Type: "Task", Resource: "arn:aws:states:::aws-sdk:sqs:sendMessage", Parameters: {}, End: true };
  const stateMachineArn = await create(other, "m", JSON.stringify({ StartAt: "T", States: { T: task } }));
  const { executionArn } = await other.executions.start({ stateMachineArn, input: "{}" });
  await rest();
  expect(regions).toEqual(["eu-west-1"]);
  const scheduled = (await historyOf(other, executionArn)).find(({ type }) => type === "TaskScheduled");
  expect(scheduled?.taskScheduledEventDetails).toMatchObject({ region: "eu-west-1" });
});

test("the next process goes on with all of them, and finishes what was being deleted", async () => {
  const folder = temporaryFolder();
  const store = await openSqliteStore({ folder });
  const first = await openEngine({ store });
  const home = { region: "eu-west-1", accountId: "999999999999" };
  const stateMachineArn = await create(first.at(home), "m", wait);
  const { executionArn } = await first.at(home).executions.start({ stateMachineArn, input: "{}" });
  const dying = await create(first.at(home), "dying", wait);
  const row = await store.stateMachine(dying);
  if (row === undefined) throw new Error("it was created");
  await store.commit({ stateMachines: [{ ...row, status: "DELETING" }] });
  await first.close();

  const { engine, clock, rest } = await openTestEngine({ folder, now: Date.now() });
  await clock.turn(10_000);
  await rest();
  expect(await engine.at(home).executions.describe(executionArn)).toMatchObject({ status: "SUCCEEDED" });
  await expect(engine.at(home).stateMachines.describe(dying)).rejects.toMatchObject({
    code: "StateMachineDoesNotExist",
  });
  expect((await engine.stateMachines.list({ maxResults: 10 })).items).toEqual([]);
});
