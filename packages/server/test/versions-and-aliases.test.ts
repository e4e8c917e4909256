import {
  ConflictException,
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  type CreateStateMachineCommandInput,
  DeleteStateMachineAliasCommand,
  DeleteStateMachineCommand,
  DeleteStateMachineVersionCommand,
  DescribeExecutionCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  InvalidArn,
  InvalidExecutionInput,
  InvalidName,
  InvalidToken,
  ListExecutionsCommand,
  ListStateMachineAliasesCommand,
  ListStateMachineVersionsCommand,
  PublishStateMachineVersionCommand,
  ResourceNotFound,
  ServiceQuotaExceededException,
  type SFNClient,
  StartExecutionCommand,
  StateMachineAlreadyExists,
  StateMachineDoesNotExist,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
  ValidationException,
} from "@aws-sdk/client-sfn";
import { describe, expect, it } from "vitest";
import { caught, pass, roleArn, serveEngine, stateMachineArn } from "./served-engine.js";

const machine = stateMachineArn("orders");
const version = (number: number) => `${machine}:${number}`;
const alias = (name: string) => `${machine}:${name}`;
const unknown = stateMachineArn("none");
const route = (number: number, weight = 100) => ({ stateMachineVersionArn: version(number), weight });

function create(client: SFNClient, more: Partial<CreateStateMachineCommandInput> = {}) {
  return client.send(new CreateStateMachineCommand({ name: "orders", definition: pass("1"), roleArn, ...more }));
}

/** A state machine whose first versions have the definitions pass("1"), pass("2") and so on. */
async function createVersions(client: SFNClient, count: number): Promise<void> {
  await create(client, { publish: true });
  for (let number = 2; number <= count; number++) {
    const definition = pass(String(number));
    await client.send(new UpdateStateMachineCommand({ stateMachineArn: machine, definition, publish: true }));
  }
}

async function versionsOf(client: SFNClient): Promise<(string | undefined)[]> {
  const { stateMachineVersions } = await client.send(new ListStateMachineVersionsCommand({ stateMachineArn: machine }));
  return (stateMachineVersions ?? []).map(({ stateMachineVersionArn }) => stateMachineVersionArn);
}

async function aliasesOf(client: SFNClient, arn = machine): Promise<(string | undefined)[]> {
  const { stateMachineAliases } = await client.send(new ListStateMachineAliasesCommand({ stateMachineArn: arn }));
  return (stateMachineAliases ?? []).map(({ stateMachineAliasArn }) => stateMachineAliasArn?.split(":").at(-1));
}

const publish = (client: SFNClient, more: { revisionId?: string; description?: string } = {}) =>
  client.send(new PublishStateMachineVersionCommand({ stateMachineArn: machine, ...more }));

const createAlias = (
  client: SFNClient,
  name: string,
  routingConfiguration: { stateMachineVersionArn: string; weight: number }[],
  description?: string,
) => client.send(new CreateStateMachineAliasCommand({ name, routingConfiguration, description }));

describe("PublishStateMachineVersion", () => {
  it("gives the current revision a number, once", async () => {
    const { client } = await serveEngine();
    await create(client);
    const first = await publish(client, { revisionId: "INITIAL", description: "the first" });
    expect(first).toMatchObject({ stateMachineVersionArn: version(1), creationDate: expect.any(Date) });
    expect(await publish(client)).toMatchObject({
      stateMachineVersionArn: version(1),
      creationDate: first.creationDate,
    });
    const update = { stateMachineArn: machine, definition: pass("2") };
    const { revisionId = "" } = await client.send(new UpdateStateMachineCommand(update));
    expect(await publish(client, { revisionId })).toMatchObject({ stateMachineVersionArn: version(2) });
    expect(await versionsOf(client)).toEqual([version(2), version(1)]);
  });

  it("refuses a revision that is not the current one", async () => {
    const { client } = await serveEngine();
    await create(client);
    const stale = await caught(publish(client, { revisionId: "9a1f" }));
    expect(stale).toBeInstanceOf(ConflictException);
    expect(stale.message).toBe(
      "Failed to publish the State Machine version for revision 9a1f. The current State Machine revision is INITIAL.",
    );
  });

  it("refuses what is no state machine", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 1);
    const send = (arn: string) => caught(client.send(new PublishStateMachineVersionCommand({ stateMachineArn: arn })));
    expect(await send("orders")).toBeInstanceOf(InvalidArn);
    expect(await send(unknown)).toBeInstanceOf(StateMachineDoesNotExist);
    expect(await send(version(1))).toBeInstanceOf(StateMachineDoesNotExist);
    expect(await send(`${machine}/label`)).toBeInstanceOf(ValidationException);
  });

  it("does not use the number of a deleted version again", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 2);
    await client.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: version(2) }));
    expect(await publish(client)).toMatchObject({ stateMachineVersionArn: version(3) });
  });

  it("stops at a thousand versions", async () => {
    const { client, engine } = await serveEngine();
    await create(client);
    for (let number = 1; number <= 1000; number++) {
      await engine.stateMachines.update({ stateMachineArn: machine, definition: pass(String(number)), publish: {} });
    }
    await client.send(new UpdateStateMachineCommand({ stateMachineArn: machine, definition: pass("more") }));
    expect(await caught(publish(client))).toBeInstanceOf(ServiceQuotaExceededException);
    const { stateMachineVersions, nextToken } = await client.send(
      new ListStateMachineVersionsCommand({ stateMachineArn: machine, maxResults: 1000 }),
    );
    expect(stateMachineVersions).toHaveLength(1000);
    expect(nextToken).toBeUndefined();
  });
});

describe("publish on creation and update", () => {
  it("answers the version, and the same one where nothing changes", async () => {
    const { client } = await serveEngine();
    const wish = { publish: true, versionDescription: "v" };
    expect(await create(client, wish)).toMatchObject({ stateMachineVersionArn: version(1) });
    expect(await create(client, wish)).toMatchObject({ stateMachineVersionArn: version(1) });
    const update = { stateMachineArn: machine, definition: pass("1"), publish: true };
    const { stateMachineVersionArn, revisionId } = await client.send(new UpdateStateMachineCommand(update));
    expect([stateMachineVersionArn, revisionId]).toEqual([version(1), undefined]);
    const changed = await client.send(new UpdateStateMachineCommand({ ...update, definition: pass("2") }));
    expect(changed).toMatchObject({ stateMachineVersionArn: version(2), revisionId: expect.any(String) });
  });

  it("counts when a state machine is created again", async () => {
    const { client } = await serveEngine();
    await create(client, { publish: true, versionDescription: "v" });
    const plain = await caught(create(client));
    expect(plain).toBeInstanceOf(StateMachineAlreadyExists);
    expect(plain.message).toBe(`State Machine Already Exists: '${machine}'`);
    for (const versionDescription of [undefined, "w"]) {
      const other = await caught(create(client, { publish: true, versionDescription }));
      expect(other).toBeInstanceOf(StateMachineAlreadyExists);
      expect(other.message).toBe(
        "State Machine Already Exists: This state machine was already created with a published version using a different description.",
      );
    }
  });

  it("refuses a description of no version", async () => {
    const { client } = await serveEngine();
    await create(client);
    const update = { stateMachineArn: machine, definition: pass("2"), versionDescription: "v" };
    const refused = await caught(client.send(new UpdateStateMachineCommand(update)));
    expect(refused).toBeInstanceOf(ValidationException);
    expect(refused.message).toBe("Version description can only be set when publish is true");
  });
});

describe("versions", () => {
  it("are described as they were published", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 1);
    const update = { stateMachineArn: machine, definition: pass("2"), publish: true, versionDescription: "second" };
    const { revisionId } = await client.send(new UpdateStateMachineCommand(update));
    await client.send(new UpdateStateMachineCommand({ stateMachineArn: machine, definition: pass("3") }));
    const send = (arn: string) => client.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
    const first = await send(version(1));
    expect(first).toMatchObject({
      stateMachineArn: version(1),
      name: "orders",
      definition: pass("1"),
      status: "ACTIVE",
    });
    expect(first.description).toBeUndefined();
    expect(first.revisionId).toBeUndefined();
    expect(await send(version(2))).toMatchObject({ definition: pass("2"), description: "second", revisionId });
    expect((await send(machine)).definition).toBe(pass("3"));
    const metadata = new DescribeStateMachineCommand({ stateMachineArn: version(2), includedData: "METADATA_ONLY" });
    expect((await client.send(metadata)).definition).toBe("{}");
    for (const [arn, what] of [
      [version(9), "Version "],
      [alias("none"), "Alias "],
      [`${unknown}:1`, ""],
    ]) {
      const refused = await caught(send(arn ?? ""));
      expect(refused).toBeInstanceOf(StateMachineDoesNotExist);
      expect(refused.message).toBe(`State Machine ${what}Does Not Exist: '${arn}'`);
    }
  });

  it("are listed page by page, newest first", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 11);
    const list = (maxResults: number, nextToken?: string) =>
      client.send(new ListStateMachineVersionsCommand({ stateMachineArn: machine, maxResults, nextToken }));
    const listed: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await list(4, nextToken);
      listed.push(...(page.stateMachineVersions ?? []).map(({ stateMachineVersionArn }) => stateMachineVersionArn));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(listed).toEqual(Array.from({ length: 11 }, (_, index) => version(11 - index)));
    expect(await caught(list(4, "made up"))).toBeInstanceOf(InvalidToken);
    expect(await caught(list(1001))).toBeInstanceOf(ValidationException);
    const none = await client.send(new ListStateMachineVersionsCommand({ stateMachineArn: unknown }));
    expect(none.stateMachineVersions).toEqual([]);
    const invalid = client.send(new ListStateMachineVersionsCommand({ stateMachineArn: "orders" }));
    expect(await caught(invalid)).toBeInstanceOf(InvalidArn);
  });

  it("cannot be changed as the state machine can", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 1);
    const update = new UpdateStateMachineCommand({ stateMachineArn: version(1), definition: pass("2") });
    const refused = await caught(client.send(update));
    expect(refused).toBeInstanceOf(StateMachineDoesNotExist);
    expect(refused.message).toBe(`State Machine Does Not Exist: '${version(1)}'`);
  });

  it("are deleted unless an alias points to them", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 3);
    await createAlias(client, "live", [route(1, 60), route(2, 40)]);
    await createAlias(client, "next", [route(2)]);
    const remove = (arn: string) => client.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: arn }));
    const refused = await caught(remove(version(2)));
    expect(refused).toBeInstanceOf(ConflictException);
    expect(refused.message).toBe(
      "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [live, next]",
    );
    await remove(version(3));
    await remove(version(3));
    await remove(`${unknown}:1`);
    expect(await versionsOf(client)).toEqual([version(2), version(1)]);
    for (const arn of ["orders", machine, alias("live")]) expect(await caught(remove(arn))).toBeInstanceOf(InvalidArn);
  });
});

describe("executions of versions and aliases", () => {
  it("say which they are of, and keep what they started with", async () => {
    const { client, engine } = await serveEngine();
    await createVersions(client, 2);
    await createAlias(client, "live", [route(1)]);
    await client.send(new UpdateStateMachineCommand({ stateMachineArn: machine, definition: pass("3") }));
    const run = async (arn: string) => {
      const { executionArn = "" } = await client.send(new StartExecutionCommand({ stateMachineArn: arn }));
      await engine.executions.ended(executionArn);
      const { stateMachineArn, stateMachineVersionArn, stateMachineAliasArn, output } = await client.send(
        new DescribeExecutionCommand({ executionArn }),
      );
      const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
      const { definition, stateMachineArn: ranBy } = await client.send(
        new DescribeStateMachineForExecutionCommand({ executionArn }),
      );
      const { stateMachineVersionArn: startedVersion, stateMachineAliasArn: startedAlias } =
        events[0]?.executionStartedEventDetails ?? {};
      expect([startedVersion, startedAlias]).toEqual([stateMachineVersionArn, stateMachineAliasArn]);
      expect([stateMachineArn, ranBy]).toEqual([machine, machine]);
      expect(definition).toBe(pass(JSON.parse(output ?? "")));
      return { executionArn, stateMachineVersionArn, stateMachineAliasArn, output };
    };
    const [plain, ofVersion, ofAlias] = [await run(machine), await run(version(2)), await run(alias("live"))];
    expect(plain).toMatchObject({ output: '"3"', stateMachineVersionArn: undefined, stateMachineAliasArn: undefined });
    expect(ofVersion).toMatchObject({ output: '"2"', stateMachineVersionArn: version(2) });
    expect(ofVersion.stateMachineAliasArn).toBeUndefined();
    expect(ofAlias).toMatchObject({
      output: '"1"',
      stateMachineVersionArn: version(1),
      stateMachineAliasArn: alias("live"),
    });
    const list = async (arn: string) => {
      const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: arn }));
      return executions.map(({ executionArn, stateMachineVersionArn, stateMachineAliasArn }) => ({
        executionArn,
        stateMachineVersionArn,
        stateMachineAliasArn,
      }));
    };
    const listed = [ofAlias, ofVersion, plain].map(({ output: _, ...rest }) => rest);
    expect(await list(machine)).toEqual(listed);
    expect(await list(version(2))).toEqual([listed[1]]);
    expect(await list(version(1))).toEqual([listed[0]]);
    expect(await list(alias("live"))).toEqual([listed[0]]);
    for (const arn of [version(7), alias("none")]) expect(await list(arn)).toEqual([]);
    expect(await caught(list(`${unknown}:1`))).toBeInstanceOf(StateMachineDoesNotExist);
  });

  it("are shared between versions by weight, as chance decides for each start", async () => {
    const chances = [0, 0.29, 0.3, 0.999];
    const { client, engine } = await serveEngine({ random: () => chances.shift() ?? 0 });
    await createVersions(client, 2);
    await createAlias(client, "live", [route(1, 30), route(2, 70)]);
    const outputs: (string | undefined)[] = [];
    for (let start = 0; start < 4; start++) {
      const { executionArn = "" } = await client.send(new StartExecutionCommand({ stateMachineArn: alias("live") }));
      outputs.push((await engine.executions.ended(executionArn)).output);
    }
    expect(outputs).toEqual(['"1"', '"1"', '"2"', '"2"']);
    await client.send(
      new UpdateStateMachineAliasCommand({
        stateMachineAliasArn: alias("live"),
        routingConfiguration: [route(1, 0), route(2, 100)],
      }),
    );
    const { executionArn = "" } = await client.send(new StartExecutionCommand({ stateMachineArn: alias("live") }));
    expect((await engine.executions.ended(executionArn)).output).toBe('"2"');
  });

  it("are refused as those of the state machine are", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 1);
    await createAlias(client, "live", [route(1)]);
    const start = (more: { stateMachineArn: string; name?: string; input?: string }) =>
      caught(client.send(new StartExecutionCommand(more)));
    for (const [stateMachineArn, what] of [
      [version(2), "Version "],
      [alias("none"), "Alias "],
      [`${machine}:`, "Alias "],
      [`${unknown}:1`, ""],
    ]) {
      const refused = await start({ stateMachineArn: stateMachineArn ?? "" });
      expect(refused).toBeInstanceOf(StateMachineDoesNotExist);
      expect(refused.message).toBe(`State Machine ${what}Does Not Exist: '${stateMachineArn}'`);
    }
    expect(await start({ stateMachineArn: alias("live"), name: "a b" })).toBeInstanceOf(InvalidName);
    expect(await start({ stateMachineArn: alias("live"), input: "{" })).toBeInstanceOf(InvalidExecutionInput);
    expect(await start({ stateMachineArn: `${unknown}:1`, input: "{" })).toBeInstanceOf(StateMachineDoesNotExist);
  });

  it("go on when their version is deleted", async () => {
    const { client } = await serveEngine();
    const wait = '{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1000,"End":true}}}';
    await create(client, { definition: wait, publish: true });
    const { executionArn = "" } = await client.send(new StartExecutionCommand({ stateMachineArn: version(1) }));
    await client.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: version(1) }));
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({ status: "RUNNING", stateMachineVersionArn: version(1) });
    const { executions } = await client.send(new ListExecutionsCommand({ stateMachineArn: version(1) }));
    expect(executions).toMatchObject([{ executionArn }]);
    const again = await caught(client.send(new StartExecutionCommand({ stateMachineArn: version(1) })));
    expect(again).toBeInstanceOf(StateMachineDoesNotExist);
  });
});

describe("aliases", () => {
  it("are created, described, updated and deleted", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 2);
    const created = await createAlias(client, "live", [route(1)], "what runs");
    expect(created).toMatchObject({ stateMachineAliasArn: alias("live"), creationDate: expect.any(Date) });
    const describeAlias = async () => {
      const { $metadata: _, ...described } = await client.send(
        new DescribeStateMachineAliasCommand({ stateMachineAliasArn: alias("live") }),
      );
      return described;
    };
    const first = {
      stateMachineAliasArn: alias("live"),
      name: "live",
      description: "what runs",
      routingConfiguration: [route(1)],
      creationDate: created.creationDate,
    };
    expect(await describeAlias()).toEqual(first);
    const update = (more: { description?: string; routingConfiguration?: ReturnType<typeof route>[] }) =>
      client.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn: alias("live"), ...more }));
    const { updateDate } = await update({ routingConfiguration: [route(1, 20), route(2, 80)] });
    expect(await describeAlias()).toEqual({
      ...first,
      routingConfiguration: [route(1, 20), route(2, 80)],
      updateDate,
    });
    await update({ description: "" });
    expect(await describeAlias()).toMatchObject({
      description: "",
      routingConfiguration: [route(1, 20), route(2, 80)],
    });
    const remove = new DeleteStateMachineAliasCommand({ stateMachineAliasArn: alias("live") });
    await client.send(remove);
    await client.send(remove);
    expect(await caught(describeAlias())).toBeInstanceOf(ResourceNotFound);
    expect(await versionsOf(client)).toEqual([version(2), version(1)]);
  });

  it("are created twice only alike", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 2);
    const { creationDate } = await createAlias(client, "live", [route(1)], "d");
    expect(await createAlias(client, "live", [route(1)], "d")).toMatchObject({ creationDate });
    for (const other of [
      () => createAlias(client, "live", [route(1)]),
      () => createAlias(client, "live", [route(1)], "e"),
      () => createAlias(client, "live", [route(2)], "d"),
    ]) {
      const refused = await caught(other());
      expect(refused).toBeInstanceOf(ConflictException);
      expect(refused.message).toBe(
        "Failed to create alias because an alias with the same name and a different routing configuration already exists.",
      );
    }
  });

  it("refuse routes that lead nowhere", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 2);
    await create(client, { name: "other", publish: true });
    const other = { stateMachineVersionArn: `${stateMachineArn("other")}:1`, weight: 50 };
    await createAlias(client, "live", [route(1)]);
    const cases: [routes: ReturnType<typeof route>[], message: string][] = [
      [[route(1, 70), route(2, 29)], "Sum of routing configuration weights must equal 100. Received: [70, 29]"],
      [
        [route(1, 50), route(1, 50)],
        `Routing configuration must contain distinct state machine version ARNs. Received: [${version(1)}, ${version(1)}]`,
      ],
      [
        [{ stateMachineVersionArn: machine, weight: 50 }, route(2, 50)],
        `Routing configuration must contain state machine version ARNs. Received: [${machine}, ${version(2)}]`,
      ],
      [
        [{ stateMachineVersionArn: alias("live"), weight: 100 }],
        `Routing configuration must contain state machine version ARNs. Received: [${alias("live")}]`,
      ],
      [
        [route(1, 50), other],
        `Routing configuration must contain state machine version ARNs for the same state machine. Received: [${version(1)}, ${other.stateMachineVersionArn}]`,
      ],
    ];
    for (const [routingConfiguration, message] of cases) {
      for (const refused of [
        await caught(createAlias(client, "new", routingConfiguration)),
        await caught(
          client.send(
            new UpdateStateMachineAliasCommand({ stateMachineAliasArn: alias("live"), routingConfiguration }),
          ),
        ),
      ]) {
        expect(refused).toBeInstanceOf(ValidationException);
        expect(refused).toMatchObject({ message, reason: "INVALID_ROUTING_CONFIGURATION" });
      }
    }
    for (const stateMachineVersionArn of [version(3), `${unknown}:1`]) {
      const refused = await caught(createAlias(client, "new", [{ stateMachineVersionArn, weight: 100 }]));
      expect(refused).toBeInstanceOf(ResourceNotFound);
      expect(refused.message).toBe("Request references a resource that does not exist.");
    }
    const noArn = createAlias(client, "new", [{ stateMachineVersionArn: "orders", weight: 100 }]);
    expect(await caught(noArn)).toBeInstanceOf(InvalidArn);
    expect(await caught(createAlias(client, "123", [route(1)]))).toBeInstanceOf(ValidationException);
  });

  it("refuse updates of what is not there, and updates of nothing", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 1);
    const update = (arn: string, description?: string) =>
      caught(client.send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn: arn, description })));
    const missing = await update(alias("none"), "d");
    expect(missing).toBeInstanceOf(ResourceNotFound);
    expect(missing.message).toBe("Request references a resource that does not exist.");
    const nothing = await update(alias("none"));
    expect(nothing).toBeInstanceOf(ValidationException);
    expect(nothing.message).toBe("Either description or routing configuration must be specified");
    for (const arn of ["live", machine, version(1)]) {
      expect(await update(arn, "d")).toBeInstanceOf(InvalidArn);
      const remove = client.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn: arn }));
      expect(await caught(remove)).toBeInstanceOf(InvalidArn);
      const described = client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn: arn }));
      expect(await caught(described)).toBeInstanceOf(InvalidArn);
    }
  });

  it("are listed by name, of the state machine or of a version", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 2);
    expect(await aliasesOf(client)).toEqual([]);
    for (const index of [2, 0, 4, 3, 1]) {
      await createAlias(client, `alias-${index}`, index === 3 ? [route(1, 50), route(2, 50)] : [route(2)]);
    }
    expect(await aliasesOf(client)).toEqual(["alias-0", "alias-1", "alias-2", "alias-3", "alias-4"]);
    expect(await aliasesOf(client, version(1))).toEqual(["alias-3"]);
    const listed: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new ListStateMachineAliasesCommand({ stateMachineArn: machine, maxResults: 2, nextToken }),
      );
      listed.push(...(page.stateMachineAliases ?? []).map(({ stateMachineAliasArn }) => stateMachineAliasArn));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(listed).toEqual([0, 1, 2, 3, 4].map((index) => alias(`alias-${index}`)));
    const list = (arn: string, token?: string) =>
      caught(client.send(new ListStateMachineAliasesCommand({ stateMachineArn: arn, nextToken: token })));
    const invalid = await list(machine, "made up");
    expect(invalid).toBeInstanceOf(InvalidToken);
    expect(invalid.message).toBe("Invalid Token: 'Invalid token'");
    expect(await list("orders")).toBeInstanceOf(InvalidArn);
    expect(await list(unknown)).toBeInstanceOf(StateMachineDoesNotExist);
    expect(await list(version(3))).toBeInstanceOf(ResourceNotFound);
  });

  it("are a hundred at most", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 1);
    for (let index = 0; index < 100; index++) await createAlias(client, `alias-${index}`, [route(1)]);
    expect(await caught(createAlias(client, "more", [route(1)]))).toBeInstanceOf(ServiceQuotaExceededException);
  });
});

describe("a deleted state machine", () => {
  it("takes its versions and aliases with it", async () => {
    const { client } = await serveEngine();
    await createVersions(client, 2);
    await createAlias(client, "live", [route(1)]);
    await client.send(new DeleteStateMachineCommand({ stateMachineArn: machine }));
    expect(await versionsOf(client)).toEqual([]);
    expect(await caught(aliasesOf(client))).toBeInstanceOf(StateMachineDoesNotExist);
    for (const arn of [version(1), alias("live")]) {
      const refused = await caught(client.send(new StartExecutionCommand({ stateMachineArn: arn })));
      expect(refused).toBeInstanceOf(StateMachineDoesNotExist);
    }
    expect(await create(client, { publish: true })).toMatchObject({ stateMachineVersionArn: version(1) });
    expect(await aliasesOf(client)).toEqual([]);
  });
});
