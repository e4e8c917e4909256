import {
  DeleteStateMachineAliasCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineAliasCommand,
  UpdateStateMachineAliasCommand,
} from "@aws-sdk/client-sfn";
import { expect, it } from "vitest";
import { caught, pass, serveEngine, stateMachineArn } from "../../server/test/served-engine.js";
import { alias } from "../src/resources/alias.js";
import { stateMachine } from "../src/resources/state-machine.js";
import { type Fields, UNKNOWN } from "../src/value.js";
import { contextOf, OneResource, roleArn } from "./one-resource.js";

const version = (number: number, name = "orders") => `${stateMachineArn(name)}:${number}`;

/** Two versions of a state machine. */
async function versions() {
  const { client, server } = await serveEngine();
  const context = contextOf(server.url);
  const machine = new OneResource(stateMachine, context);
  const config = { name: "orders", role_arn: roleArn, publish: true };
  await machine.apply({ ...config, definition: pass("one") });
  await machine.apply({ ...config, definition: pass("two") });
  return { client, context, machine, resource: new OneResource(alias, context) };
}

function routes(...items: readonly (readonly [string, number])[]): Fields[] {
  return items.map(([arn, weight]) => ({ state_machine_version_arn: arn, weight }));
}

const config: Fields = { name: "PROD", routing_configuration: routes([version(1), 100]) };

it("has what the AWS provider's state has", async () => {
  const { resource } = await versions();
  const arn = `${stateMachineArn("orders")}:PROD`;
  const state = {
    arn,
    creation_date: expect.stringMatching(/Z$/),
    description: null,
    id: arn,
    name: "PROD",
    region: "us-east-1",
    routing_configuration: routes([version(1), 100]),
    timeouts: null,
  };
  expect(await resource.apply(config)).toEqual(state);
  expect(await resource.changes(config)).toEqual([]);
  expect(await resource.refresh()).toEqual(state);
  // The AWS provider's states have an empty description for none.
  resource.state = { ...resource.state, description: "" };
  expect(await resource.changes(config)).toEqual([]);
});

it("changes in place", async () => {
  const { resource, client } = await versions();
  await resource.apply(config);
  const divided = {
    ...config,
    description: "half and half",
    routing_configuration: routes([version(2), 30], [version(1), 70]),
  };
  expect(await resource.changes(divided)).toEqual(["description", "routing_configuration"]);
  const state = await resource.apply(divided);
  expect(state).toMatchObject(divided);
  expect(await resource.changes(divided)).toEqual([]);
  const stateMachineAliasArn = String(state.arn);
  const found = await client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
  expect(found.description).toBe("half and half");
  expect(await resource.apply(config)).toMatchObject({ description: null });
  expect(await resource.changes(config)).toEqual([]);
});

it("takes another order of the versions for no change of others", async () => {
  const { resource, client } = await versions();
  const routing = routes([version(2), 30], [version(1), 70]);
  const { arn } = await resource.apply({ ...config, routing_configuration: routing });
  await client.send(
    new UpdateStateMachineAliasCommand({
      stateMachineAliasArn: String(arn),
      routingConfiguration: [
        { stateMachineVersionArn: version(1), weight: 70 },
        { stateMachineVersionArn: version(2), weight: 30 },
      ],
    }),
  );
  expect(await resource.refresh()).toMatchObject({ routing_configuration: routing });
});

it("finds what others changed, and forgets what is gone", async () => {
  const { resource, client } = await versions();
  const { arn } = await resource.apply(config);
  const stateMachineAliasArn = String(arn);
  const routingConfiguration = [{ stateMachineVersionArn: version(2), weight: 100 }];
  await client.send(
    new UpdateStateMachineAliasCommand({ stateMachineAliasArn, routingConfiguration, description: "theirs" }),
  );
  expect(await resource.refresh()).toMatchObject({ description: "theirs" });
  expect(await resource.changes(config)).toEqual(["description", "routing_configuration"]);
  await client.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
  await resource.destroy();
  await resource.apply(config);
  await client.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
  expect(await resource.refresh()).toBeNull();
});

it("is made anew for another state machine", async () => {
  const { resource, context } = await versions();
  await resource.apply(config);
  const other = new OneResource(stateMachine, context);
  await other.apply({ name: "other", role_arn: roleArn, definition: pass("one"), publish: true });
  const moved = { ...config, routing_configuration: routes([version(1, "other"), 100]) };
  expect((await resource.plan(moved)).requiresReplace).toEqual([["routing_configuration"]]);
  expect(
    (await resource.plan({ ...config, routing_configuration: routes([version(2), 100]) })).requiresReplace,
  ).toEqual([]);
});

it("comes back where its state machine was replaced in the same run", async () => {
  const { resource, machine, client } = await versions();
  const prior = await resource.apply(config);
  await client.send(new DeleteStateMachineCommand({ stateMachineArn: stateMachineArn("orders") }));
  machine.state = null;
  await machine.apply({ name: "orders", role_arn: roleArn, definition: pass("new"), publish: true, type: "EXPRESS" });
  // The version's number was not known when this was planned.
  expect(
    (await resource.plan({ ...config, routing_configuration: routes([UNKNOWN as never, 100]) })).planned,
  ).toMatchObject({ arn: prior.arn });
  const state = await resource.apply({ ...config, description: "again" });
  expect(state).toMatchObject({ arn: prior.arn, description: "again" });
});

it("is imported by its ARN", async () => {
  const { resource, context } = await versions();
  const state = await resource.apply({ ...config, description: "d" });
  const imported = new OneResource(alias, context);
  expect(await imported.import(String(state.arn))).toEqual(state);
  for (const id of ["PROD", version(1), stateMachineArn("orders")]) {
    expect((await caught(imported.import(id))).message).toContain("cannot be imported");
  }
});

it("refuses wrong names and weights before any plan", async () => {
  const { resource } = await versions();
  const wrong = async (fields: Fields) =>
    (await resource.validate({ ...config, ...fields })).map(({ path, detail }) => [path, detail]);
  expect(await wrong({})).toEqual([]);
  expect(await wrong({ name: "12" })).toEqual([[["name"], expect.stringContaining("not only digits")]]);
  expect(await wrong({ name: "a b" })).toEqual([[["name"], expect.any(String)]]);
  const routing = (...weights: readonly number[]) =>
    wrong({
      routing_configuration: routes(...weights.map((weight, index): [string, number] => [version(index), weight])),
    });
  expect(await routing(60, 50)).toEqual([[["routing_configuration"], expect.stringContaining("they are 110")]]);
  expect(await routing(101)).toEqual([[["routing_configuration", 0, "weight"], expect.any(String)]]);
  expect(await routing(1.5, 98.5)).toHaveLength(2);
  expect(await routing(1, 1, 98)).toEqual([[["routing_configuration"], expect.stringContaining("not to 3")]]);
  expect(await wrong({ routing_configuration: UNKNOWN })).toEqual([]);
  expect(await wrong({ routing_configuration: [{ state_machine_version_arn: UNKNOWN, weight: UNKNOWN }] })).toEqual([]);
});
