import { describe, expect, it } from "vitest";
import { openTestEngine, type TestEngine, temporaryFolder } from "./test-engine.js";
import { settled } from "./turned-clock.js";

const pass = (comment: string) => ({ Comment: comment, StartAt: "A", States: { A: { Type: "Pass", End: true } } });
const wait = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 60, End: true } } };
const READS = ["stateMachine", "revision", "versions", "aliases", "execution", "executionById", "branches"] as const;

async function publish({ engine }: TestEngine, stateMachineArn: string): Promise<string> {
  return (await engine.versions.publish({ stateMachineArn })).stateMachineVersionArn;
}

function routes(...versions: string[]) {
  return versions.map((stateMachineVersionArn) => ({ stateMachineVersionArn, weight: 100 / versions.length }));
}

describe("versions and aliases", () => {
  it("are there for the next process, with the numbers that were given out", async () => {
    const folder = temporaryFolder();
    const one = await openTestEngine({ folder });
    const stateMachineArn = await one.machine(pass("1"));
    const first = await publish(one, stateMachineArn);
    const definition = JSON.stringify(pass("2"));
    await one.engine.stateMachines.update({ stateMachineArn, definition, publish: { description: "second" } });
    const { stateMachineAliasArn } = await one.engine.aliases.create({
      name: "live",
      description: "d",
      routingConfiguration: routes(first),
    });
    const described = await one.engine.aliases.describe(stateMachineAliasArn);
    const execution = await one.start(stateMachineAliasArn);
    await one.engine.versions.delete(`${stateMachineArn}:2`);
    await one.engine.close();

    const two = await openTestEngine({ folder });
    expect(await two.engine.aliases.describe(stateMachineAliasArn)).toEqual(described);
    expect(await two.describe(execution)).toMatchObject({ stateMachineVersionArn: first, stateMachineAliasArn });
    expect((await two.engine.stateMachines.describe(first)).definition).toBe(JSON.stringify(pass("1")));
    expect(await publish(two, stateMachineArn)).toBe(`${stateMachineArn}:3`);
  });

  it("wait like their state machine while it is being deleted", async () => {
    const test = await openTestEngine();
    const { engine, watch } = test;
    const stateMachineArn = await test.machine(wait);
    const version = await publish(test, stateMachineArn);
    const { stateMachineAliasArn } = await engine.aliases.create({
      name: "live",
      routingConfiguration: routes(version),
    });
    const execution = await test.start(stateMachineAliasArn);
    watch.hold();
    const deletion = engine.stateMachines.delete(stateMachineArn);
    await settled();
    for (const arn of [stateMachineArn, version, stateMachineAliasArn]) {
      await expect(test.start(arn)).rejects.toMatchObject({ code: "StateMachineDeleting" });
    }
    await expect(engine.aliases.list({ stateMachineArn, maxResults: 10 })).rejects.toMatchObject({
      code: "StateMachineDeleting",
    });
    watch.letGo();
    await deletion;
    await settled();
    expect(await test.describe(execution)).toMatchObject({ status: "ABORTED", stateMachineVersionArn: version });
    await expect(engine.aliases.describe(stateMachineAliasArn)).rejects.toMatchObject({ code: "ResourceNotFound" });
    await expect(engine.stateMachines.describe(version)).rejects.toMatchObject({ code: "StateMachineDoesNotExist" });
  });

  it("are published, pointed to and deleted one after the other, whoever asks", async () => {
    const test = await openTestEngine();
    const { engine } = test;
    const stateMachineArn = await test.machine(pass("1"));
    const versions = await Promise.all(Array.from({ length: 5 }, () => publish(test, stateMachineArn)));
    expect(new Set(versions)).toEqual(new Set([`${stateMachineArn}:1`]));
    const [version = ""] = versions;
    const deletion = engine.versions.delete(version);
    const alias = engine.aliases.create({ name: "live", routingConfiguration: routes(version) });
    await deletion;
    await expect(alias).rejects.toMatchObject({ code: "ResourceNotFound" });
  });

  it("are as they were where a change of them could not be stored", async () => {
    const test = await openTestEngine();
    const { engine, watch } = test;
    const stateMachineArn = await test.machine(pass("1"));
    const version = await publish(test, stateMachineArn);
    const request = { name: "live", routingConfiguration: routes(version) };
    watch.break(new Error("no space left"));
    await expect(engine.aliases.create(request)).rejects.toThrow("no space left");
    await expect(engine.versions.delete(version)).rejects.toThrow("no space left");
    const update = { stateMachineArn, definition: JSON.stringify(pass("2")), publish: {} };
    await expect(engine.stateMachines.update(update)).rejects.toThrow("no space left");
    watch.mend();
    expect((await engine.aliases.list({ stateMachineArn, maxResults: 9 })).items).toEqual([]);
    expect((await engine.versions.list({ stateMachineArn, maxResults: 9 })).items).toHaveLength(1);
    expect((await engine.stateMachines.describe(stateMachineArn)).definition).toBe(JSON.stringify(pass("1")));
    expect(await engine.stateMachines.update(update)).toMatchObject({ stateMachineVersionArn: `${stateMachineArn}:2` });
  });
});

describe("a start that was made before", () => {
  it.each(["state machine", "version", "alias"])("reads nothing from the store: by %s", async (by) => {
    const test = await openTestEngine();
    const { engine, watch } = test;
    const stateMachineArn = await test.machine(pass("1"));
    const version = await publish(test, stateMachineArn);
    const alias = await engine.aliases.create({ name: "live", routingConfiguration: routes(version) });
    const arns: Record<string, string> = {
      "state machine": stateMachineArn,
      version,
      alias: alias.stateMachineAliasArn,
    };
    const arn = arns[by] ?? "";
    await test.start(arn);
    const before = READS.map(watch.calls);
    await test.start(arn);
    expect(READS.map(watch.calls)).toEqual(before);
  });
});

describe("tags", () => {
  it("are there for the next process, and leave the state machine as it is", async () => {
    const folder = temporaryFolder();
    const one = await openTestEngine({ folder });
    const [machine, activity] = [await one.machine(pass("1")), await one.activity()];
    for (const resourceArn of [machine, activity]) {
      await one.engine.tags.add({ resourceArn, tags: [{ key: "a", value: "1" }] });
    }
    const described = await one.engine.stateMachines.describe(machine);
    await one.engine.close();
    const two = await openTestEngine({ folder });
    for (const resourceArn of [machine, activity]) {
      expect(await two.engine.tags.list(resourceArn)).toEqual([{ key: "a", value: "1" }]);
    }
    expect(await two.engine.stateMachines.describe(machine)).toEqual(described);
  });

  it("of an activity that is being deleted do not bring it back", async () => {
    const { engine, activity } = await openTestEngine();
    const resourceArn = await activity();
    const deletion = engine.activities.delete(resourceArn);
    await expect(engine.tags.add({ resourceArn, tags: [] })).rejects.toMatchObject({ code: "ResourceNotFound" });
    await deletion;
    await expect(engine.activities.describe(resourceArn)).rejects.toMatchObject({ code: "ActivityDoesNotExist" });
  });
});
