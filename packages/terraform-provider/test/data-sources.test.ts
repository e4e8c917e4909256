import { expect, it } from "vitest";
import { caught, pass, serveEngine, stateMachineArn } from "../../server/test/served-engine.js";
import type { DataSource } from "../src/kinds.js";
import { dataSources } from "../src/provider.js";
import { activity } from "../src/resources/activity.js";
import { alias } from "../src/resources/alias.js";
import { stateMachine } from "../src/resources/state-machine.js";
import type { Fields, Value } from "../src/value.js";
import { contextOf, OneResource, roleArn } from "./one-resource.js";

async function served() {
  const { server } = await serveEngine();
  const context = contextOf(server.url);
  const machine = new OneResource(stateMachine, context);
  for (const name of ["order", "orders", "orders-2"]) {
    machine.state = null;
    await machine.apply({ name, role_arn: roleArn, definition: pass(name) });
  }
  machine.state = null;
  const config = { name: "orders", role_arn: roleArn, publish: true };
  await machine.import(stateMachineArn("orders"));
  await machine.apply({ ...config, definition: pass("orders") });
  const state = await machine.apply({ ...config, definition: pass("two") });
  return {
    context,
    machine: state,
    read: (name: string, config: Fields) => source(name).read({ config: complete(source(name), config), context }),
  };
}

function source(name: string): DataSource {
  const found = dataSources[name];
  if (found === undefined) throw new Error(`no data source ${name}`);
  return found;
}

function complete({ schema }: DataSource, config: Fields): Fields {
  return {
    ...Object.fromEntries(Object.keys(schema.attributes).map((name): [string, Value] => [name, null])),
    ...config,
  };
}

const orders = stateMachineArn("orders");

it("finds a state machine by its name", async () => {
  const { read, machine } = await served();
  expect(await read("aws_sfn_state_machine", { name: "orders" })).toEqual({
    arn: orders,
    creation_date: machine.creation_date,
    definition: pass("two"),
    description: "",
    id: orders,
    name: "orders",
    region: "us-east-1",
    revision_id: machine.revision_id,
    role_arn: roleArn,
    status: "ACTIVE",
  });
  const failed = await caught(read("aws_sfn_state_machine", { name: "none" }));
  expect(failed.message).toBe("No such state machine: There is no state machine 'none' in us-east-1.");
});

it("lists the versions of a state machine, the latest first", async () => {
  const { read } = await served();
  expect(await read("aws_sfn_state_machine_versions", { statemachine_arn: orders })).toEqual({
    id: orders,
    region: "us-east-1",
    statemachine_arn: orders,
    statemachine_versions: [`${orders}:2`, `${orders}:1`],
  });
  expect(await source("aws_sfn_state_machine_versions").validate?.({ statemachine_arn: "orders" })).toMatchObject([
    { path: ["statemachine_arn"] },
  ]);
});

it("finds an alias by its name and state machine", async () => {
  const { read, context } = await served();
  const routing = [{ state_machine_version_arn: `${orders}:2`, weight: 100 }];
  const state = await new OneResource(alias, context).apply({
    name: "PROD",
    description: "d",
    routing_configuration: routing,
  });
  expect(await read("aws_sfn_alias", { name: "PROD", statemachine_arn: orders })).toEqual({
    arn: `${orders}:PROD`,
    creation_date: state.creation_date,
    description: "d",
    id: `${orders}:PROD`,
    name: "PROD",
    region: "us-east-1",
    routing_configuration: routing,
    statemachine_arn: orders,
  });
  const failed = await caught(read("aws_sfn_alias", { name: "ROD", statemachine_arn: orders }));
  expect(failed.message).toBe(`No such alias: The state machine ${orders} has no alias 'ROD'.`);
});

it("finds an activity by its name or ARN", async () => {
  const { read, context } = await served();
  const { arn, creation_date } = await new OneResource(activity, context).apply({ name: "approve" });
  const state = { arn, creation_date, id: arn, name: "approve", region: "us-east-1" };
  expect(await read("aws_sfn_activity", { name: "approve" })).toEqual(state);
  expect(await read("aws_sfn_activity", { arn: String(arn) })).toEqual(state);
  expect((await caught(read("aws_sfn_activity", { name: "none" }))).message).toContain("no activity 'none'");
  expect((await caught(read("aws_sfn_activity", { arn: `${String(arn)}2` }))).message).toContain("no activity arn:");
  const faults = (config: Fields) =>
    source("aws_sfn_activity").validate?.(complete(source("aws_sfn_activity"), config));
  expect(await faults({ name: "approve" })).toEqual([]);
  expect(await faults({})).toMatchObject([{ severity: "error" }]);
  expect(await faults({ name: "approve", arn: String(arn) })).toMatchObject([{ severity: "error" }]);
});
