import * as sfn from "@aws-sdk/client-sfn";
import { expect, test } from "vitest";
import { inputs } from "../src/request-model/inputs.js";
import { pass, roleArn, serveEngine, stateMachineArn } from "./served-engine.js";

// Every operation of the service's model, through the client that the service gives its users: what it answers, its paginators and
// its error classes.

type Client = sfn.SFNClient;

/** Notes which operations are called. */
function watched(client: Client): Set<string> {
  const called = new Set<string>();
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        called.add(String(commandName).replace(/Command$/, ""));
        return next(args);
      },
    { step: "initialize" },
  );
  return called;
}

async function ended(client: Client, executionArn: string | undefined): Promise<sfn.DescribeExecutionCommandOutput> {
  for (;;) {
    const description = await client.send(new sfn.DescribeExecutionCommand({ executionArn }));
    if (description.status !== "RUNNING") return description;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const succeed = (type: "STANDARD" | "EXPRESS") =>
  ({ name: `passing-${type}`, definition: pass(type), roleArn, type }) satisfies sfn.CreateStateMachineCommandInput;

test("every operation does what it is for", async () => {
  const { client } = await serveEngine();
  const called = watched(client);

  const { activityArn = "" } = await client.send(new sfn.CreateActivityCommand({ name: "work" }));
  expect(await client.send(new sfn.DescribeActivityCommand({ activityArn }))).toMatchObject({ name: "work" });
  expect((await client.send(new sfn.ListActivitiesCommand({}))).activities).toHaveLength(1);

  const working = JSON.stringify({
    StartAt: "Work",
    States: { Work: { Type: "Task", Resource: activityArn, HeartbeatSeconds: 600, End: true } },
  });
  const checked = await client.send(new sfn.ValidateStateMachineDefinitionCommand({ definition: working }));
  expect(checked).toMatchObject({ result: "OK", diagnostics: [] });
  const { stateMachineArn: machine = "" } = await client.send(
    new sfn.CreateStateMachineCommand({ name: "working", definition: pass("first"), roleArn }),
  );
  const { revisionId } = await client.send(
    new sfn.UpdateStateMachineCommand({ stateMachineArn: machine, definition: working }),
  );
  expect(await client.send(new sfn.DescribeStateMachineCommand({ stateMachineArn: machine }))).toMatchObject({
    status: "ACTIVE",
    definition: working,
    revisionId,
    creationDate: expect.any(Date),
  });
  expect((await client.send(new sfn.ListStateMachinesCommand({}))).stateMachines).toMatchObject([{ name: "working" }]);

  const { stateMachineVersionArn = "" } = await client.send(
    new sfn.PublishStateMachineVersionCommand({ stateMachineArn: machine, revisionId }),
  );
  const versions = await client.send(new sfn.ListStateMachineVersionsCommand({ stateMachineArn: machine }));
  expect(versions.stateMachineVersions).toMatchObject([{ stateMachineVersionArn }]);
  const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
  const { stateMachineAliasArn = "" } = await client.send(
    new sfn.CreateStateMachineAliasCommand({ name: "live", routingConfiguration }),
  );
  await client.send(new sfn.UpdateStateMachineAliasCommand({ stateMachineAliasArn, description: "now" }));
  expect(await client.send(new sfn.DescribeStateMachineAliasCommand({ stateMachineAliasArn }))).toMatchObject({
    description: "now",
    routingConfiguration,
  });
  const aliases = await client.send(new sfn.ListStateMachineAliasesCommand({ stateMachineArn: machine }));
  expect(aliases.stateMachineAliases).toMatchObject([{ stateMachineAliasArn }]);

  await client.send(
    new sfn.TagResourceCommand({
      resourceArn: machine,
      tags: [
        { key: "a", value: "1" },
        { key: "b", value: "2" },
      ],
    }),
  );
  await client.send(new sfn.UntagResourceCommand({ resourceArn: machine, tagKeys: ["a"] }));
  expect((await client.send(new sfn.ListTagsForResourceCommand({ resourceArn: machine }))).tags).toEqual([
    { key: "b", value: "2" },
  ]);

  const start = async (name: string) =>
    (await client.send(new sfn.StartExecutionCommand({ stateMachineArn: stateMachineAliasArn, name, input: "{}" })))
      .executionArn;
  const task = async () =>
    (await client.send(new sfn.GetActivityTaskCommand({ activityArn, workerName: "me" }))).taskToken;
  const one = await start("one");
  const taskToken = await task();
  await client.send(new sfn.SendTaskHeartbeatCommand({ taskToken }));
  await client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: '"done"' }));
  expect(await ended(client, one)).toMatchObject({ status: "SUCCEEDED", output: '"done"', stateMachineAliasArn });
  expect(await client.send(new sfn.DescribeStateMachineForExecutionCommand({ executionArn: one }))).toMatchObject({
    definition: working,
  });
  const history = await client.send(new sfn.GetExecutionHistoryCommand({ executionArn: one }));
  expect(history.events?.map(({ type }) => type)).toContain("ActivitySucceeded");

  const two = await start("two");
  await client.send(new sfn.SendTaskFailureCommand({ taskToken: await task(), error: "No", cause: "why" }));
  expect(await ended(client, two)).toMatchObject({ status: "FAILED", error: "No", cause: "why" });
  expect((await client.send(new sfn.RedriveExecutionCommand({ executionArn: two }))).redriveDate).toBeInstanceOf(Date);
  await client.send(new sfn.StopExecutionCommand({ executionArn: two, error: "Enough" }));
  expect(await ended(client, two)).toMatchObject({ status: "ABORTED", error: "Enough", redriveCount: 1 });
  const listed = await client.send(
    new sfn.ListExecutionsCommand({ stateMachineArn: machine, statusFilter: "ABORTED" }),
  );
  expect(listed.executions).toMatchObject([{ executionArn: two }]);

  const { stateMachineArn: express } = await client.send(new sfn.CreateStateMachineCommand(succeed("EXPRESS")));
  const answer = await client.send(new sfn.StartSyncExecutionCommand({ stateMachineArn: express }));
  expect(answer).toMatchObject({ status: "SUCCEEDED", output: '"EXPRESS"', billingDetails: expect.any(Object) });
  const tested = { Type: "Pass", Result: 1, End: true };
  expect(await client.send(new sfn.TestStateCommand({ definition: JSON.stringify(tested) }))).toMatchObject({
    output: "1",
  });

  const { stateMachineArn: mapping } = await client.send(
    new sfn.CreateStateMachineCommand({
      name: "mapping",
      roleArn,
      definition: JSON.stringify({
        StartAt: "Each",
        States: {
          Each: {
            Type: "Map",
            ItemProcessor: {
              ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
              StartAt: "Work",
              States: { Work: { Type: "Task", Resource: activityArn, End: true } },
            },
            End: true,
          },
        },
      }),
    }),
  );
  const { executionArn } = await client.send(new sfn.StartExecutionCommand({ stateMachineArn: mapping, input: "[1]" }));
  const itemToken = await task();
  const { mapRuns = [] } = await client.send(new sfn.ListMapRunsCommand({ executionArn }));
  const mapRunArn = mapRuns[0]?.mapRunArn;
  await client.send(new sfn.UpdateMapRunCommand({ mapRunArn, maxConcurrency: 3 }));
  await client.send(new sfn.SendTaskSuccessCommand({ taskToken: itemToken, output: "2" }));
  expect(await ended(client, executionArn)).toMatchObject({ status: "SUCCEEDED", output: "[2]" });
  expect(await client.send(new sfn.DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
    status: "SUCCEEDED",
    maxConcurrency: 3,
    itemCounts: { total: 1, succeeded: 1 },
  });

  await client.send(new sfn.DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
  await client.send(new sfn.DeleteStateMachineVersionCommand({ stateMachineVersionArn }));
  await client.send(new sfn.DeleteStateMachineCommand({ stateMachineArn: machine }));
  await client.send(new sfn.DeleteActivityCommand({ activityArn }));
  expect((await client.send(new sfn.ListActivitiesCommand({}))).activities).toEqual([]);

  expect([...called].sort()).toEqual(Object.keys(inputs).sort());
});

const nowhere = stateMachineArn("nowhere");
const execution = "arn:aws:states:us-east-1:123456789012:execution:nowhere:one";
const activity = "arn:aws:states:us-east-1:123456789012:activity:nowhere";
const mapRun = "arn:aws:states:us-east-1:123456789012:mapRun:nowhere/Each:3f7b2f8e-4f0e-4c5e-9c4e-1d2f3a4b5c6d";
const route = (arn: string) => [{ stateMachineVersionArn: arn, weight: 100 }];

/** A call of each operation that is refused, and the class of the error. */
const refused: Record<string, [(client: Client) => Promise<unknown>, new (...parameters: never[]) => Error]> = {
  CreateActivity: [(client) => client.send(new sfn.CreateActivityCommand({ name: "a b" })), sfn.InvalidName],
  CreateStateMachine: [
    (client) => client.send(new sfn.CreateStateMachineCommand({ name: "a", definition: "{}", roleArn })),
    sfn.InvalidDefinition,
  ],
  CreateStateMachineAlias: [
    (client) =>
      client.send(new sfn.CreateStateMachineAliasCommand({ name: "a", routingConfiguration: route(`${nowhere}:1`) })),
    sfn.ResourceNotFound,
  ],
  DeleteActivity: [(client) => client.send(new sfn.DeleteActivityCommand({ activityArn: "no" })), sfn.InvalidArn],
  DeleteStateMachine: [
    (client) => client.send(new sfn.DeleteStateMachineCommand({ stateMachineArn: "no" })),
    sfn.InvalidArn,
  ],
  DeleteStateMachineAlias: [
    (client) => client.send(new sfn.DeleteStateMachineAliasCommand({ stateMachineAliasArn: "no" })),
    sfn.InvalidArn,
  ],
  DeleteStateMachineVersion: [
    (client) => client.send(new sfn.DeleteStateMachineVersionCommand({ stateMachineVersionArn: "no" })),
    sfn.InvalidArn,
  ],
  DescribeActivity: [
    (client) => client.send(new sfn.DescribeActivityCommand({ activityArn: activity })),
    sfn.ActivityDoesNotExist,
  ],
  DescribeExecution: [
    (client) => client.send(new sfn.DescribeExecutionCommand({ executionArn: execution })),
    sfn.ExecutionDoesNotExist,
  ],
  DescribeMapRun: [(client) => client.send(new sfn.DescribeMapRunCommand({ mapRunArn: mapRun })), sfn.ResourceNotFound],
  DescribeStateMachine: [
    (client) => client.send(new sfn.DescribeStateMachineCommand({ stateMachineArn: nowhere })),
    sfn.StateMachineDoesNotExist,
  ],
  DescribeStateMachineAlias: [
    (client) => client.send(new sfn.DescribeStateMachineAliasCommand({ stateMachineAliasArn: `${nowhere}:live` })),
    sfn.ResourceNotFound,
  ],
  DescribeStateMachineForExecution: [
    (client) => client.send(new sfn.DescribeStateMachineForExecutionCommand({ executionArn: execution })),
    sfn.ExecutionDoesNotExist,
  ],
  GetActivityTask: [
    (client) => client.send(new sfn.GetActivityTaskCommand({ activityArn: activity })),
    sfn.ActivityDoesNotExist,
  ],
  GetExecutionHistory: [
    (client) => client.send(new sfn.GetExecutionHistoryCommand({ executionArn: execution })),
    sfn.ExecutionDoesNotExist,
  ],
  ListActivities: [(client) => client.send(new sfn.ListActivitiesCommand({ nextToken: "x" })), sfn.InvalidToken],
  ListExecutions: [
    (client) => client.send(new sfn.ListExecutionsCommand({ stateMachineArn: nowhere })),
    sfn.StateMachineDoesNotExist,
  ],
  ListMapRuns: [
    (client) => client.send(new sfn.ListMapRunsCommand({ executionArn: execution })),
    sfn.ExecutionDoesNotExist,
  ],
  ListStateMachineAliases: [
    (client) => client.send(new sfn.ListStateMachineAliasesCommand({ stateMachineArn: nowhere })),
    sfn.StateMachineDoesNotExist,
  ],
  ListStateMachineVersions: [
    (client) => client.send(new sfn.ListStateMachineVersionsCommand({ stateMachineArn: "no" })),
    sfn.InvalidArn,
  ],
  ListStateMachines: [(client) => client.send(new sfn.ListStateMachinesCommand({ nextToken: "x" })), sfn.InvalidToken],
  ListTagsForResource: [
    (client) => client.send(new sfn.ListTagsForResourceCommand({ resourceArn: nowhere })),
    sfn.ResourceNotFound,
  ],
  PublishStateMachineVersion: [
    (client) => client.send(new sfn.PublishStateMachineVersionCommand({ stateMachineArn: nowhere })),
    sfn.StateMachineDoesNotExist,
  ],
  RedriveExecution: [
    (client) => client.send(new sfn.RedriveExecutionCommand({ executionArn: execution })),
    sfn.ExecutionDoesNotExist,
  ],
  SendTaskFailure: [(client) => client.send(new sfn.SendTaskFailureCommand({ taskToken: "no" })), sfn.InvalidToken],
  SendTaskHeartbeat: [(client) => client.send(new sfn.SendTaskHeartbeatCommand({ taskToken: "no" })), sfn.InvalidToken],
  SendTaskSuccess: [
    (client) => client.send(new sfn.SendTaskSuccessCommand({ taskToken: "no", output: "{" })),
    sfn.InvalidOutput,
  ],
  StartExecution: [
    (client) => client.send(new sfn.StartExecutionCommand({ stateMachineArn: nowhere })),
    sfn.StateMachineDoesNotExist,
  ],
  StartSyncExecution: [
    (client) => client.send(new sfn.StartSyncExecutionCommand({ stateMachineArn: nowhere })),
    sfn.StateMachineDoesNotExist,
  ],
  StopExecution: [
    (client) => client.send(new sfn.StopExecutionCommand({ executionArn: execution })),
    sfn.ExecutionDoesNotExist,
  ],
  TagResource: [
    (client) => client.send(new sfn.TagResourceCommand({ resourceArn: nowhere, tags: [] })),
    sfn.ResourceNotFound,
  ],
  TestState: [(client) => client.send(new sfn.TestStateCommand({ definition: "{}" })), sfn.InvalidDefinition],
  UntagResource: [
    (client) => client.send(new sfn.UntagResourceCommand({ resourceArn: nowhere, tagKeys: ["a"] })),
    sfn.ResourceNotFound,
  ],
  UpdateMapRun: [
    (client) => client.send(new sfn.UpdateMapRunCommand({ mapRunArn: mapRun, maxConcurrency: 1 })),
    sfn.ResourceNotFound,
  ],
  UpdateStateMachine: [
    (client) => client.send(new sfn.UpdateStateMachineCommand({ stateMachineArn: nowhere })),
    sfn.MissingRequiredParameter,
  ],
  UpdateStateMachineAlias: [
    (client) =>
      client.send(
        new sfn.UpdateStateMachineAliasCommand({ stateMachineAliasArn: `${nowhere}:live`, description: "a" }),
      ),
    sfn.ResourceNotFound,
  ],
  ValidateStateMachineDefinition: [
    (client) => client.send(new sfn.ValidateStateMachineDefinitionCommand({ definition: "" })),
    sfn.ValidationException,
  ],
};

test("every operation is refused with an error of the SDK's class", async () => {
  const { client } = await serveEngine();
  const classes: Record<string, string> = {};
  for (const [name, [run, type]] of Object.entries(refused)) {
    const error = await run(client).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    classes[name] = error instanceof type ? type.name : String(error);
  }
  expect(classes).toEqual(Object.fromEntries(Object.entries(refused).map(([name, [, type]]) => [name, type.name])));
  expect(Object.keys(refused).sort()).toEqual(Object.keys(inputs).sort());
});

test("every paginator reads all pages, however small they are", async () => {
  const { client, engine } = await serveEngine();
  const { stateMachineArn: machine } = await engine.stateMachines.create({ ...succeed("STANDARD"), tags: [] });
  for (const name of ["a", "b", "c"]) {
    await engine.stateMachines.create({ ...succeed("STANDARD"), name, tags: [] });
    await engine.activities.create({ name, tags: [] });
    await engine.executions.start({ stateMachineArn: machine, name, input: "{}" });
  }
  const executionArn = "arn:aws:states:us-east-1:123456789012:execution:passing-STANDARD:a";
  async function all<Page, Item>(
    pages: AsyncIterable<Page>,
    items: (page: Page) => Item[] | undefined,
  ): Promise<Item[]> {
    const found: Item[] = [];
    let count = 0;
    for await (const page of pages) {
      found.push(...(items(page) ?? []));
      count += 1;
    }
    expect(count).toBeGreaterThan(1);
    return found;
  }
  const one = { client, pageSize: 1 };
  const names = (items: readonly { name?: string | undefined }[]) => items.map(({ name }) => name);
  expect(names(await all(sfn.paginateListStateMachines(one, {}), (page) => page.stateMachines))).toEqual([
    ...["a", "b", "c"],
    "passing-STANDARD",
  ]);
  expect(names(await all(sfn.paginateListActivities(one, {}), (page) => page.activities))).toEqual(["a", "b", "c"]);
  const executions = sfn.paginateListExecutions(one, { stateMachineArn: machine });
  expect(names(await all(executions, (page) => page.executions))).toEqual(["c", "b", "a"]);
  const history = sfn.paginateGetExecutionHistory(one, { executionArn });
  expect((await all(history, (page) => page.events)).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
});
