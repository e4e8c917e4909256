import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineForExecutionCommand,
  type ExecutionListItem,
  type ExecutionRedriveFilter,
  type ExecutionStatus,
  InvalidArn,
  InvalidToken,
  ListExecutionsCommand,
  ListMapRunsCommand,
  paginateListExecutions,
  paginateListMapRuns,
  RedriveExecutionCommand,
  ResourceNotFound,
  type SFNClient,
  StopExecutionCommand,
  UpdateMapRunCommand,
  ValidationException,
} from "@aws-sdk/client-sfn";
import type { TaskHandler } from "@pawl/engine";
import { describe, expect, it } from "vitest";
import { caught, roleArn, serveEngine } from "./served-engine.js";

/** Calls that wait for the test, by the input that they were made with. */
class CallsByHand {
  readonly #calls = new Map<
    string,
    { readonly succeed: (output: string) => void; readonly fail: (error: Error) => void }
  >();
  readonly integrations: ReadonlyMap<string, TaskHandler> = new Map([
    [
      "aws-sdk:sqs:sendMessage",
      ({ parameters }, signal) =>
        new Promise<string>((succeed, fail) => {
          const key = JSON.stringify((parameters as { input: unknown }).input);
          this.#calls.set(key, { succeed, fail });
          signal.addEventListener("abort", () => this.#calls.delete(key));
        }),
    ],
  ]);

  get inputs(): string[] {
    return [...this.#calls.keys()];
  }

  /** Answers a call, once it is made. */
  async answer(input: unknown, output?: unknown): Promise<void> {
    const key = JSON.stringify(input);
    await expect.poll(() => this.#calls.has(key)).toBe(true);
    const call = this.#calls.get(key);
    this.#calls.delete(key);
    if (output === undefined) call?.fail(new Error("broken"));
    else call?.succeed(JSON.stringify(output));
  }
}

const call = {
  Type: "Task",
  Resource: "arn:aws:states:::aws-sdk:sqs:sendMessage",
  Parameters: { "input.$": "$" },
  End: true,
};
const pass = { Type: "Pass", End: true };

const distributed = (state: object, fields: object = {}, ExecutionType = "STANDARD") => ({
  StartAt: "M",
  States: {
    M: {
      Type: "Map",
      Label: "each",
      ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType }, StartAt: "I", States: { I: state } },
      End: true,
      ...fields,
    },
  },
});

async function openMapRun(definition: object, input: unknown) {
  const byHand = new CallsByHand();
  const { engine, client } = await serveEngine({ integrations: byHand.integrations });
  const { stateMachineArn } = await engine.stateMachines.create({
    name: "batch",
    definition: JSON.stringify(definition),
    roleArn,
    type: "STANDARD",
    tags: [],
  });
  const { executionArn } = await engine.executions.start({ stateMachineArn, input: JSON.stringify(input) });
  await expect.poll(async () => (await listMapRuns(client, executionArn)).length).toBeGreaterThan(0);
  const mapRunArn = (await listMapRuns(client, executionArn))[0]?.mapRunArn ?? "";
  return {
    engine,
    client,
    byHand,
    stateMachineArn,
    executionArn,
    mapRunArn,
    describe: () => client.send(new DescribeMapRunCommand({ mapRunArn })),
    ended: async () => (await engine.executions.ended(executionArn)).status,
    children: (filter: { statusFilter?: ExecutionStatus; redriveFilter?: ExecutionRedriveFilter } = {}) =>
      listExecutions(client, { mapRunArn, ...filter }),
  };
}

async function listMapRuns(client: SFNClient, executionArn: string) {
  const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
  return mapRuns;
}

async function listExecutions(
  client: SFNClient,
  input: { mapRunArn: string; statusFilter?: ExecutionStatus; redriveFilter?: ExecutionRedriveFilter },
): Promise<ExecutionListItem[]> {
  const items: ExecutionListItem[] = [];
  for await (const page of paginateListExecutions({ client, pageSize: 2 }, input))
    items.push(...(page.executions ?? []));
  return items;
}

const counts = (part: object) => ({
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  total: 0,
  resultsWritten: 0,
  failuresNotRedrivable: 0,
  pendingRedrive: 0,
  ...part,
});

describe("DescribeMapRun", () => {
  it("tells settings, dates and counts of a map run that has ended", async () => {
    const run = await openMapRun(
      distributed(pass, { MaxConcurrency: 1, ItemBatcher: { MaxItemsPerBatch: 2 } }),
      [1, 2, 3],
    );
    expect(await run.ended()).toBe("SUCCEEDED");
    const { $metadata: _, ...described } = await run.describe();
    expect(described).toEqual({
      mapRunArn: run.mapRunArn,
      executionArn: run.executionArn,
      status: "SUCCEEDED",
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      maxConcurrency: 1,
      toleratedFailureCount: 0,
      toleratedFailurePercentage: 0,
      executionCounts: counts({ total: 2, succeeded: 2, resultsWritten: 2 }),
      itemCounts: counts({ total: 3, succeeded: 3, resultsWritten: 3 }),
      redriveCount: 0,
    });
  });

  it("counts while it runs, and what was stopped when it fails", async () => {
    const fields = { MaxConcurrency: 3, ToleratedFailureCount: 1 };
    const run = await openMapRun(distributed(call, fields), ["a", "b", "c", "d", "e", "f"]);
    await run.byHand.answer("a", 1);
    await run.byHand.answer("b");
    await expect.poll(() => run.byHand.inputs).toEqual(['"c"', '"d"', '"e"']);
    await expect
      .poll(async () => (await run.describe()).executionCounts)
      .toEqual(counts({ total: 6, succeeded: 1, failed: 1, running: 3, pending: 1 }));
    expect((await run.describe()).stopDate).toBeUndefined();
    await run.byHand.answer("c");
    expect(await run.ended()).toBe("FAILED");
    expect(await run.describe()).toMatchObject({
      status: "FAILED",
      stopDate: expect.any(Date),
      itemCounts: counts({ total: 6, succeeded: 1, failed: 2, aborted: 2, pending: 1 }),
    });
  });

  it("tells that it was aborted with its execution", async () => {
    const run = await openMapRun(distributed(call), ["a", "b"]);
    await expect.poll(() => run.byHand.inputs).toHaveLength(2);
    await run.client.send(new StopExecutionCommand({ executionArn: run.executionArn }));
    expect(await run.describe()).toMatchObject({ status: "ABORTED", executionCounts: { aborted: 2, total: 2 } });
    await expect.poll(async () => (await run.children()).map(({ status }) => status)).toEqual(["ABORTED", "ABORTED"]);
  });

  it("refuses what is no map run", async () => {
    const { client, mapRunArn, executionArn } = await openMapRun(distributed(pass), [1]);
    const describeMapRun = (arn: string) => caught(client.send(new DescribeMapRunCommand({ mapRunArn: arn })));
    expect(await describeMapRun(`${mapRunArn}0`)).toBeInstanceOf(ResourceNotFound);
    expect(await describeMapRun(executionArn)).toBeInstanceOf(InvalidArn);
    expect(await describeMapRun("map run")).toBeInstanceOf(InvalidArn);
  });
});

describe("ListMapRuns", () => {
  it("lists those of an execution page by page, newest first", async () => {
    const again = (name: string, next: object) => ({
      Type: "Map",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: name,
        States: { [name]: pass },
      },
      ...next,
    });
    const definition = {
      StartAt: "A",
      States: { A: again("a", { Next: "B" }), B: again("b", { Next: "C" }), C: again("c", { End: true }) },
    };
    const { client, executionArn, ended } = await openMapRun(definition, [1]);
    expect(await ended()).toBe("SUCCEEDED");
    const listed = [];
    for await (const page of paginateListMapRuns({ client, pageSize: 1 }, { executionArn })) {
      expect(page.mapRuns).toHaveLength(1);
      listed.push(...(page.mapRuns ?? []));
    }
    expect(listed).toHaveLength(3);
    for (const mapRun of listed) {
      const [, label = ""] =
        mapRun.mapRunArn?.match(/^arn:aws:states:us-east-1:123456789012:mapRun:batch\/(\S+):\S+$/) ?? [];
      expect(mapRun).toEqual({
        executionArn,
        mapRunArn: mapRun.mapRunArn,
        stateMachineArn: `arn:aws:states:us-east-1:123456789012:stateMachine:batch/${label}`,
        startDate: expect.any(Date),
        stopDate: expect.any(Date),
      });
    }
    const dates = listed.map(({ startDate }) => Number(startDate));
    expect(dates).toEqual(dates.toSorted((one, other) => other - one));
    const forged = client.send(new ListMapRunsCommand({ executionArn, nextToken: "forged" }));
    expect(await caught(forged)).toBeInstanceOf(InvalidToken);
  });
});

describe("the children of a map run", () => {
  it("are listed by map run, with the number of their items", async () => {
    const run = await openMapRun(distributed(pass, { ItemBatcher: { MaxItemsPerBatch: 2 } }), [1, 2, 3]);
    await run.ended();
    const children = await run.children();
    expect(children.map(({ itemCount }) => itemCount)).toEqual([1, 2]);
    expect(children[0]).toEqual({
      executionArn: expect.stringMatching(
        /^arn:aws:states:us-east-1:123456789012:execution:batch\/each:[0-9a-f-]{36}$/,
      ),
      stateMachineArn: `${run.stateMachineArn}/each`,
      name: expect.any(String),
      status: "SUCCEEDED",
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      redriveCount: 0,
      mapRunArn: run.mapRunArn,
      itemCount: 1,
    });
    const listed = await run.client.send(new ListExecutionsCommand({ stateMachineArn: run.stateMachineArn }));
    expect(listed.executions).toMatchObject([{ executionArn: run.executionArn }]);
    expect(listed.executions?.[0]).not.toHaveProperty("itemCount");
  });

  it("tell their map run, and the state machine that they are part of", async () => {
    for (const [type, arnType] of [
      ["STANDARD", "execution"],
      ["EXPRESS", "express"],
    ] as const) {
      const { client, children, ended, mapRunArn, stateMachineArn } = await openMapRun(
        distributed(pass, {}, type),
        [7],
      );
      await ended();
      const [child] = await children();
      const executionArn = child?.executionArn ?? "";
      expect(executionArn).toContain(`:${arnType}:batch/each:`);
      expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
        mapRunArn,
        stateMachineArn: `${stateMachineArn}/each`,
        input: "7",
        output: "7",
        redriveStatus: "NOT_REDRIVABLE",
      });
      const machine = await client.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
      expect(machine).toMatchObject({ mapRunArn, label: "each", stateMachineArn: `${stateMachineArn}/each` });
    }
  });

  it("are listed by status and by whether they were redriven, while others wait for their redrive", async () => {
    const run = await openMapRun(distributed(call, { MaxConcurrency: 2, ToleratedFailureCount: 1 }), [
      "a",
      "b",
      "c",
      "d",
    ]);
    await run.byHand.answer("a", 1);
    await run.byHand.answer("b");
    await run.byHand.answer("c");
    expect(await run.ended()).toBe("FAILED");
    const outcomes = async (filter: Parameters<typeof run.children>[0] = {}) => {
      const children = await run.children(filter);
      return Promise.all(
        children.map(async ({ executionArn, status }) => {
          const { input } = await run.client.send(new DescribeExecutionCommand({ executionArn }));
          return `${JSON.parse(input ?? "")} ${status}`;
        }),
      );
    };
    await expect.poll(() => outcomes()).toEqual(["d ABORTED", "c FAILED", "b FAILED", "a SUCCEEDED"]);
    expect(await outcomes({ statusFilter: "FAILED" })).toEqual(["c FAILED", "b FAILED"]);
    expect(await outcomes({ statusFilter: "PENDING_REDRIVE" })).toEqual([]);

    await run.client.send(new RedriveExecutionCommand({ executionArn: run.executionArn }));
    await expect.poll(() => run.byHand.inputs).toEqual(['"b"', '"c"']);
    await expect.poll(() => outcomes()).toEqual(["d PENDING_REDRIVE", "c RUNNING", "b RUNNING", "a SUCCEEDED"]);
    expect(await outcomes({ statusFilter: "PENDING_REDRIVE" })).toEqual(["d PENDING_REDRIVE"]);
    expect(await outcomes({ statusFilter: "ABORTED" })).toEqual([]);
    expect(await outcomes({ redriveFilter: "REDRIVEN" })).toEqual(["c RUNNING", "b RUNNING"]);
    expect(await outcomes({ redriveFilter: "NOT_REDRIVEN" })).toEqual(["d PENDING_REDRIVE", "a SUCCEEDED"]);
    expect(await run.describe()).toMatchObject({
      status: "RUNNING",
      redriveCount: 1,
      redriveDate: expect.any(Date),
      executionCounts: counts({ total: 4, succeeded: 1, running: 2, pendingRedrive: 1 }),
    });
    expect((await run.describe()).stopDate).toBeUndefined();
    for (const input of ["b", "c", "d"]) await run.byHand.answer(input, input);
    expect(await run.ended()).toBe("SUCCEEDED");
    expect(await run.describe()).toMatchObject({
      status: "SUCCEEDED",
      executionCounts: counts({ total: 4, succeeded: 4, resultsWritten: 4 }),
    });
  });
});

describe("UpdateMapRun", () => {
  it("lets more children run at once, and more of them fail", async () => {
    const run = await openMapRun(distributed(call, { MaxConcurrency: 1 }), ["a", "b", "c"]);
    const { client, mapRunArn } = run;
    await expect.poll(() => run.byHand.inputs).toEqual(['"a"']);
    await client.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 2, toleratedFailureCount: 1 }));
    await expect.poll(() => run.byHand.inputs).toEqual(['"a"', '"b"']);
    expect(await run.describe()).toMatchObject({
      maxConcurrency: 2,
      toleratedFailureCount: 1,
      toleratedFailurePercentage: 0,
    });
    await run.byHand.answer("a");
    await client.send(
      new UpdateMapRunCommand({ mapRunArn, toleratedFailurePercentage: 70.5, toleratedFailureCount: 0 }),
    );
    expect((await run.describe()).toleratedFailurePercentage).toBe(70.5);
    await run.byHand.answer("b");
    await run.byHand.answer("c", "C");
    expect(await run.ended()).toBe("SUCCEEDED");
  });

  it("ends a map run where fewer failures are tolerated than there are", async () => {
    const run = await openMapRun(distributed(call, { ToleratedFailureCount: 2 }), ["a", "b", "c"]);
    await run.byHand.answer("a");
    await expect.poll(async () => (await run.describe()).executionCounts?.failed).toBe(1);
    await run.client.send(new UpdateMapRunCommand({ mapRunArn: run.mapRunArn, toleratedFailureCount: 0 }));
    expect(await run.ended()).toBe("FAILED");
  });

  it("refuses a map run that has ended or is not there, and an update of nothing", async () => {
    const run = await openMapRun(distributed(pass), [1]);
    await run.ended();
    const { client, mapRunArn } = run;
    const update = (input: { mapRunArn: string; maxConcurrency?: number }) =>
      caught(client.send(new UpdateMapRunCommand(input)));
    const refusal = await update({ mapRunArn, maxConcurrency: 1 });
    expect(refusal).toBeInstanceOf(ValidationException);
    expect(refusal).toMatchObject({ reason: "CANNOT_UPDATE_COMPLETED_MAP_RUN" });
    expect(await update({ mapRunArn })).toMatchObject({ reason: "MISSING_REQUIRED_PARAMETER" });
    expect(await update({ mapRunArn: `${mapRunArn}0`, maxConcurrency: 1 })).toBeInstanceOf(ResourceNotFound);
    expect(await update({ mapRunArn: run.executionArn, maxConcurrency: 1 })).toBeInstanceOf(InvalidArn);
  });
});
