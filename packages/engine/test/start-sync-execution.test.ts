import { describe, expect, it } from "vitest";
import { billedDuration, billedMemory } from "../src/local/billing.js";
import { AnsweredByHand } from "./answered-by-hand.js";
import { openTestEngine } from "./test-engine.js";
import { settled } from "./turned-clock.js";

const hello = { StartAt: "Hello", States: { Hello: { Type: "Pass", Result: "Hello", End: true } } };
const wait = (seconds: number) => ({ StartAt: "W", States: { W: { Type: "Wait", Seconds: seconds, End: true } } });
const loop = {
  StartAt: "Go",
  States: {
    Go: { Type: "Pass", Result: { again: true }, Next: "Again" },
    Again: { Type: "Choice", Choices: [{ Variable: "$.again", BooleanEquals: true, Next: "Go" }], Default: "End" },
    End: { Type: "Succeed" },
  },
};

async function openExpress(options: Parameters<typeof openTestEngine>[0] = {}) {
  const test = await openTestEngine(options);
  return {
    ...test,
    /** What a synchronous execution of the definition comes to. */
    async run(definition: object, input = "{}") {
      const stateMachineArn = await test.machine(definition, "EXPRESS");
      return test.engine.executions.startSync({ stateMachineArn, input });
    },
  };
}

describe("a synchronous execution", () => {
  it("resolves with its end", async () => {
    const { engine, machine, clock } = await openExpress();
    const stateMachineArn = await machine(hello, "EXPRESS");
    const request = { stateMachineArn, name: "name", input: '{ "n": 1.10 }', traceHeader: "Root=1" };
    const execution = await engine.executions.startSync(request);
    expect(execution).toEqual({
      executionArn: expect.stringMatching(
        /^arn:aws:states:us-east-1:123456789012:express:machine-\d+:name:[0-9a-f-]{36}$/,
      ),
      stateMachineArn,
      name: "name",
      status: "SUCCEEDED",
      startDate: clock.now(),
      stopDate: clock.now(),
      input: '{ "n": 1.10 }',
      output: '"Hello"',
      traceHeader: "Root=1",
      billedDurationInMilliseconds: 100,
      billedMemoryUsedInMB: 64,
    });
    expect((await engine.executions.startSync(request)).executionArn).not.toBe(execution.executionArn);
  });

  it("resolves where it failed, too", async () => {
    const { run } = await openExpress();
    const fail = { StartAt: "F", States: { F: { Type: "Fail", Error: "Oops", Cause: "why" } } };
    const execution = await run(fail);
    expect(execution).toMatchObject({ status: "FAILED", error: "Oops", cause: "why" });
    expect(execution).not.toHaveProperty("output");
  });

  it("never touches the store, whatever it does", async () => {
    const byHand = new AnsweredByHand();
    const { engine, machine, clock, watch } = await openExpress({ integrations: byHand.integrations });
    const stateMachineArn = await machine(
      {
        StartAt: "W",
        States: {
          W: { Type: "Wait", Seconds: 2, Next: "Each" },
          Each: {
            Type: "Map",
            ItemProcessor: { StartAt: "Call", States: { Call: AnsweredByHand.state() } },
            End: true,
          },
        },
      },
      "EXPRESS",
    );
    // The definition is read once.
    const first = engine.executions.startSync({ stateMachineArn, input: "[]" });
    await clock.turn(2000);
    await first;

    watch.break(new Error("the store is asked"), ...METHODS);
    const ended = engine.executions.startSync({ stateMachineArn, input: "[1,2]" });
    await clock.turn(2000);
    expect(byHand.inputs).toEqual([1, 2]);
    for (const call of byHand.calls) call.succeed('"done"');
    expect(await ended).toMatchObject({ status: "SUCCEEDED", output: '["done","done"]' });
    await settled();
    watch.mend();
  });

  it("does not wait for the commits of others", async () => {
    const { engine, machine, start, watch } = await openExpress();
    const [standard, express] = [await machine(hello), await machine(hello, "EXPRESS")];
    await engine.executions.startSync({ stateMachineArn: express, input: "{}" });
    watch.hold();
    const other = start(standard);
    await settled();
    const { status } = await engine.executions.startSync({ stateMachineArn: express, input: "{}" });
    expect(status).toBe("SUCCEEDED");
    watch.letGo();
    await other;
  });

  it("lasts five minutes at most, and is billed by 100 milliseconds", async () => {
    const { engine, machine, clock } = await openExpress();
    const start = async (definition: object) =>
      engine.executions.startSync({ stateMachineArn: await machine(definition, "EXPRESS"), input: "{}" });
    const tooLong = start(wait(301));
    const longest = start(wait(299));
    const short = start({ ...wait(10), TimeoutSeconds: 3 });
    const timed = start({
      StartAt: "W",
      States: { W: { Type: "Wait", Timestamp: new Date(clock.now() + 1201).toISOString(), End: true } },
    });
    await settled();
    await clock.turn(300_000);
    expect(await tooLong).toMatchObject({ status: "TIMED_OUT", billedDurationInMilliseconds: 300_000 });
    expect(await longest).toMatchObject({ status: "SUCCEEDED", billedDurationInMilliseconds: 299_000 });
    expect(await short).toMatchObject({ status: "TIMED_OUT", billedDurationInMilliseconds: 3000 });
    expect(await timed).toMatchObject({ status: "SUCCEEDED", billedDurationInMilliseconds: 1300 });
  });

  it("that never waits lets others run, and time ends it", async () => {
    const { engine, machine, run, clock } = await openExpress();
    const stateMachineArn = await machine(hello, "EXPRESS");
    const endless = run(loop);
    await settled();
    expect(await engine.executions.startSync({ stateMachineArn, input: "{}" })).toMatchObject({ status: "SUCCEEDED" });
    // More than the 25,000 events that a STANDARD execution may have.
    for (let turns = 0; turns < 3; turns++) await settled();
    await clock.turn(300_000);
    expect(await endless).toMatchObject({ status: "TIMED_OUT", billedDurationInMilliseconds: 300_000 });
  });

  it("goes on while its state machine is deleted and is not started after", async () => {
    const { engine, machine, clock } = await openExpress();
    const stateMachineArn = await machine(wait(5), "EXPRESS");
    const running = engine.executions.startSync({ stateMachineArn, input: "{}" });
    await settled();
    await engine.stateMachines.delete(stateMachineArn);
    await clock.turn(5000);
    expect(await running).toMatchObject({ status: "SUCCEEDED" });
    await expect(engine.executions.startSync({ stateMachineArn, input: "{}" })).rejects.toMatchObject({
      code: "StateMachineDoesNotExist",
    });
  });

  it("is none of a STANDARD state machine", async () => {
    const { engine, machine } = await openExpress();
    const stateMachineArn = await machine(hello);
    await expect(engine.executions.startSync({ stateMachineArn, input: "{}" })).rejects.toMatchObject({
      code: "StateMachineTypeNotSupported",
      message: "This operation is not supported by this type of state machine",
    });
  });

  it("ends with the engine: whoever waits is told", async () => {
    const byHand = new AnsweredByHand();
    const { engine, machine } = await openExpress({ integrations: byHand.integrations });
    const call = { StartAt: "Call", States: { Call: AnsweredByHand.state() } };
    const stateMachineArn = await machine(call, "EXPRESS");
    const running = engine.executions.startSync({ stateMachineArn, input: "{}" });
    await settled();
    const told = expect(running).rejects.toThrow("the engine is closed");
    await engine.close();
    await told;
    expect(byHand.calls[0]?.signal.aborted).toBe(true);
  });
});

const METHODS = [
  "commit",
  "execution",
  "executionById",
  "listExecutions",
  "mapRunExecutions",
  "mapRunChildren",
  "mapRun",
  "mapRuns",
  "runningChildren",
  "hasRunningExecution",
  "history",
  "lastEventId",
  "branches",
  "due",
  "nextDue",
  "queued",
  "restarting",
  "stateMachine",
  "revision",
  "versions",
  "aliases",
] as const;

describe("billing", () => {
  it("goes in steps of 100 milliseconds and of 64 MB", () => {
    expect([0, 1, 100, 101, 7534].map(billedDuration)).toEqual([100, 100, 100, 200, 7600]);
    expect(billedMemory(0, 1)).toBe(64);
    expect(billedMemory(262_144 * 2, 40)).toBe(128);
  });
});
