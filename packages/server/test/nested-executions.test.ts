import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseResource } from "@pawl/asl";
import { type Changes, type Engine, openEngine, openSqliteStore, type Store } from "@pawl/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stepFunctionsTasks } from "../src/step-functions-tasks.js";

const machineArn = (name: string) => `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`;
const wait = (Seconds: number) => ({ StartAt: "W", States: { W: { Type: "Wait", Seconds, End: true } } });
const nesting = (pattern: string, child: string, more: object = {}) => ({
  StartAt: "T",
  States: {
    T: {
      Type: "Task",
      Resource: `arn:aws:states:::states:startExecution${pattern}`,
      Parameters: { StateMachineArn: machineArn(child), Input: { "from.$": "$.a" }, ...more },
      End: true,
    },
  },
});

describe("nested executions", () => {
  let folder: string;
  let engine: Engine;

  let opened: Store | undefined;
  const open = async (commit?: (changes: Changes, store: Store) => Promise<void>): Promise<void> => {
    const inner = await openSqliteStore({ folder });
    const store =
      commit === undefined
        ? inner
        : new Proxy(inner, {
            get(target, name) {
              if (name === "commit") return (changes: Changes) => commit(changes, target);
              const member: unknown = Reflect.get(target, name);
              return typeof member === "function" ? member.bind(target) : member;
            },
          });
    opened = inner;
    engine = await openEngine({ store, integrations: stepFunctionsTasks });
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pawl-nested-"));
    await open();
  });
  afterEach(async () => {
    await engine.close();
    rmSync(folder, { recursive: true });
  });

  const create = (name: string, definition: object) =>
    engine.stateMachines.create({
      name,
      definition: JSON.stringify(definition),
      roleArn: "arn:aws:iam::123456789012:role/role",
      type: "STANDARD",
      tags: [],
    });
  const start = async (name: string): Promise<string> =>
    (await engine.executions.start({ stateMachineArn: machineArn(name), input: '{"a":1}' })).executionArn;
  const children = async () =>
    (await engine.executions.list({ stateMachineArn: machineArn("child"), maxResults: 10 })).items;
  const types = async (executionArn: string) =>
    (await engine.executions.history({ executionArn, maxResults: 100, reverseOrder: false })).items.map(
      (text) => JSON.parse(text).type,
    );

  it("run an express machine to its end in one call, with JSON in and out", async () => {
    const quick = { StartAt: "P", States: { P: { Type: "Pass", Parameters: { "got.$": "$.from" }, End: true } } };
    const bad = { StartAt: "F", States: { F: { Type: "Fail", Error: "Bad", Cause: "on purpose" } } };
    const role = { roleArn: "arn:aws:iam::123456789012:role/role", type: "EXPRESS", tags: [] } as const;
    await engine.stateMachines.create({ name: "quick", definition: JSON.stringify(quick), ...role });
    await engine.stateMachines.create({ name: "bad", definition: JSON.stringify(bad), ...role });
    const calling = (child: string) => {
      const definition = nesting("", child);
      definition.States.T.Resource = "arn:aws:states:::states:startSyncExecution";
      return definition;
    };
    await create("calls", calling("quick"));
    await create("fails", calling("bad"));
    const called = await engine.executions.ended(await start("calls"));
    expect(called.status).toBe("SUCCEEDED");
    expect(JSON.parse(called.output ?? "")).toMatchObject({
      Status: "SUCCEEDED",
      Input: { from: 1 },
      Output: { got: 1 },
    });
    const failed = await engine.executions.ended(await start("fails"));
    expect(failed).toMatchObject({ status: "FAILED", error: "States.TaskFailed" });
    expect(JSON.parse(failed.cause ?? "")).toMatchObject({ Status: "FAILED", Error: "Bad", Cause: "on purpose" });
  });

  it("start and go on", async () => {
    await create("child", wait(60));
    await create("parent", nesting("", "child"));
    const ended = await engine.executions.ended(await start("parent"));
    expect(ended.status).toBe("SUCCEEDED");
    expect(JSON.parse(ended.output ?? "").ExecutionArn).toBe((await children())[0]?.executionArn);
    expect((await children()).map(({ status }) => status)).toEqual(["RUNNING"]);
  });

  it("end with the execution that they started, its payloads as text or as JSON", async () => {
    await create("child", wait(0));
    for (const [pattern, input] of [
      [".sync", '{"from":1}'],
      [".sync:2", { from: 1 }],
    ] as const) {
      await create(`parent${pattern.length}`, nesting(pattern, "child"));
      const arn = await start(`parent${pattern.length}`);
      const output = JSON.parse((await engine.executions.ended(arn)).output ?? "");
      expect(output).toMatchObject({ Status: "SUCCEEDED", Input: input, Output: input });
      expect(await types(arn)).toEqual([
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
      ]);
    }
  });

  it("fail with it, and say why", async () => {
    await create("child", { StartAt: "F", States: { F: { Type: "Fail", Error: "Boom", Cause: "so" } } });
    await create("parent", nesting(".sync:2", "child"));
    const { status, error, cause } = await engine.executions.ended(await start("parent"));
    expect([status, error]).toEqual(["FAILED", "States.TaskFailed"]);
    expect(JSON.parse(cause ?? "")).toMatchObject({ Error: "Boom", Cause: "so", Status: "FAILED" });
  });

  it("fail where there is no such machine", async () => {
    await create("parent", nesting("", "nobody"));
    const { error, cause } = await engine.executions.ended(await start("parent"));
    expect(error).toBe("StepFunctions.StateMachineDoesNotExistException");
    expect(cause).toContain(`State Machine Does Not Exist: '${machineArn("nobody")}' (Service: AWSStepFunctions;`);
  });

  it("wait for the same execution with the next process", async () => {
    await create("child", wait(1));
    await create("parent", nesting(".sync:2", "child"));
    const arn = await start("parent");
    await expect.poll(() => types(arn)).toContain("TaskSubmitted");
    await engine.close();
    await open();
    expect((await engine.executions.ended(arn)).status).toBe("SUCCEEDED");
    expect((await children()).map(({ status }) => status)).toEqual(["SUCCEEDED"]);
    expect((await types(arn)).filter((type) => type === "TaskSubmitted")).toHaveLength(1);
  });

  it("are stopped with their parent, and go on where only the process stops", async () => {
    await create("child", wait(600));
    await create("parent", nesting(".sync", "child"));
    const arn = await start("parent");
    await expect.poll(() => types(arn)).toContain("TaskSubmitted");
    await engine.close();
    await open();
    expect((await children()).map(({ status }) => status)).toEqual(["RUNNING"]);
    await engine.executions.stop({ executionArn: arn });
    await expect.poll(async () => (await children()).map(({ status }) => status)).toEqual(["ABORTED"]);
  });

  it("are stopped by the next process where this one dies with the end of their parent on the disk", async () => {
    await create("child", wait(600));
    const end = { ...nesting(".sync", "child").States.T, TimeoutSeconds: 1 };
    await create("parent", nesting(".sync", "child"));
    await create("impatient", { StartAt: "T", States: { T: end } });
    for (const name of ["parent", "impatient"]) {
      await engine.close();
      let died = (): void => {};
      const death = new Promise<void>((resolve) => {
        died = resolve;
      });
      await open((changes, store) => {
        const { executions = [] } = changes;
        if (!executions.some(({ jobStops }) => jobStops !== undefined)) return store.commit(changes);
        return store.commit(changes).then(() => store.close().then(died));
      });
      const arn = await start(name);
      await expect.poll(() => types(arn)).toContain("TaskSubmitted");
      // Nobody answers any more.
      if (name === "parent") await expect(engine.executions.stop({ executionArn: arn })).rejects.toThrow("was closed");
      await death;
      await engine.close();
      await open();
      expect((await engine.executions.describe(arn)).status).toBe(name === "parent" ? "ABORTED" : "FAILED");
      await expect
        .poll(async () => new Set((await children()).map(({ status }) => status)))
        .toEqual(new Set(["ABORTED"]));
    }
    expect(await children()).toHaveLength(2);
    await expect.poll(() => opened?.jobStops(10)).toEqual([]);
  });

  it("are stopped where their parent ends while they are being started", async () => {
    await create("child", wait(600));
    await create("parent", nesting(".sync", "child"));
    await engine.close();
    let hold = (): void => {};
    const held = new Promise<void>((resolve) => {
      hold = resolve;
    });
    let starting = (): void => {};
    const started = new Promise<void>((resolve) => {
      starting = resolve;
    });
    await open(async (changes, store) => {
      const isStart = changes.executions?.some(({ insert }) => insert?.stateMachineArn === machineArn("child"));
      if (isStart) {
        starting();
        await held;
      }
      await store.commit(changes);
    });
    const arn = await start("parent");
    await started;
    const stopped = engine.executions.stop({ executionArn: arn });
    hold();
    await stopped;
    await expect.poll(async () => (await children()).map(({ status }) => status)).toEqual(["ABORTED"]);
    expect(await types(arn)).not.toContain("TaskSubmitted");
  });

  it("are left alone where it is not known that their parent started them and the input is another", async () => {
    await create("child", wait(600));
    const request = { stateMachineArn: machineArn("child"), name: "known" };
    await engine.executions.start({ ...request, input: '{"from":2}' });
    const stop = stepFunctionsTasks(engine).get("states:startExecution");
    const parameters = { StateMachineArn: machineArn("child"), Name: "known", Input: { from: 1 } };
    const resource = parseResource("arn:aws:states:::states:startExecution.sync");
    const execution = {
      arn: `${machineArn("p").replace("stateMachine", "execution")}:p`,
      name: "p",
      region: "us-east-1",
    };
    if (stop === undefined || resource === undefined) throw new Error("there is no such integration");
    const unknown = {
      resource,
      parameters,
      stops: true as const,
      idempotencyKey: "p#1",
      execution: { ...execution, traceHeader: undefined },
    };
    const never = new AbortController().signal;
    await stop(unknown, never);
    expect((await children()).map(({ status }) => status)).toEqual(["RUNNING"]);
    await stop({ ...unknown, parameters: { ...parameters, Name: "unknown" } }, never);
    await stop({ ...unknown, parameters: { ...parameters, Input: { from: 2 } } }, never);
    expect((await children()).map(({ status }) => status)).toEqual(["ABORTED"]);
  });
});
