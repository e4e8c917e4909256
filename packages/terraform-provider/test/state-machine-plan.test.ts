import { describe, expect, it } from "vitest";
import { caught, pass, serveEngine, stateMachineArn } from "../../server/test/served-engine.js";
import type { Context } from "../src/kinds.js";
import { stateMachine } from "../src/resources/state-machine.js";
import { type Fields, UNKNOWN } from "../src/value.js";
import { block, contextOf, OneResource, roleArn } from "./one-resource.js";

const config: Fields = { name: "orders", role_arn: roleArn, definition: pass("one") };

async function machine(given: Partial<Context> = {}) {
  const { client, server } = await serveEngine();
  const context = contextOf(server.url, given);
  return { client, server, context, resource: new OneResource(stateMachine, context) };
}

describe("planning", () => {
  it("knows of a new machine what can be known", async () => {
    const { resource } = await machine({ defaultTags: { team: "a" } });
    const { planned } = await resource.plan({ ...config, tags: { stage: "test" } });
    expect(planned).toMatchObject({
      name: "orders",
      name_prefix: "",
      region: "us-east-1",
      tags_all: { team: "a", stage: "test" },
      state_machine_version_arn: "",
      version_number: null,
      arn: UNKNOWN,
      revision_id: UNKNOWN,
      logging_configuration: UNKNOWN,
    });
  });

  it("takes the same JSON in another form for the same", async () => {
    const { resource } = await machine();
    await resource.apply({
      ...config,
      definition: '{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":10,"End":true}}}',
    });
    const other = '{ "States": {"A": {"Type":"Wait","End":true,"Seconds":1e1}},\n "StartAt": "A" }';
    expect(await resource.changes({ ...config, definition: other })).toEqual([]);
    const longer = other.replace("1e1", "10.5");
    expect((await caught(resource.plan({ ...config, definition: longer }))).message).toContain(
      "SCHEMA_VALIDATION_FAILED",
    );
    expect(await resource.changes({ ...config, definition: other.replace("1e1", "11") })).toEqual([
      "definition",
      "revision_id",
    ]);
  });

  it("makes unknown only what changes", async () => {
    const { resource } = await machine();
    await resource.apply({ ...config, publish: true });
    const published = { ...config, publish: true };
    const version = ["state_machine_version_arn", "version_number"];
    const changes = async (changed: Fields) => (await resource.changes({ ...published, ...changed })).toSorted();
    expect(await changes({ definition: pass("two") })).toEqual(["definition", "revision_id", ...version]);
    expect(await changes({ role_arn: `${roleArn}2` })).toEqual(["revision_id", "role_arn", ...version]);
    expect(await changes({ tags: { a: "b" } })).toEqual(["tags", "tags_all"]);
    expect(await changes({ publish: false })).toEqual(["publish"]);
    expect(await changes({ publish: false, definition: pass("two") })).toEqual([
      "definition",
      "publish",
      "revision_id",
    ]);
    expect(await changes({ tracing_configuration: [{ enabled: true }] })).toEqual([
      "revision_id",
      ...version.slice(0, 1),
      "tracing_configuration",
      ...version.slice(1),
    ]);
    expect(await changes({ tracing_configuration: [{ enabled: false }] })).toEqual([]);
    expect(await changes({ version_description: "next" })).toEqual(["version_description"]);
  });

  it("asks for a replacement in another region only", async () => {
    const { resource } = await machine();
    await resource.apply(config);
    expect((await resource.plan({ ...config, region: "eu-west-1" })).requiresReplace).toEqual([["region"]]);
    expect((await resource.plan({ ...config, region: "us-east-1" })).requiresReplace).toEqual([]);
    // A state of an older provider has no region.
    expect((await resource.plan(config, { ...resource.state, region: null })).requiresReplace).toEqual([]);
  });

  it("lets unknown values stand", async () => {
    const { resource } = await machine();
    const unknown: Fields = {
      ...config,
      definition: UNKNOWN,
      role_arn: UNKNOWN,
      tags: UNKNOWN,
      publish: UNKNOWN,
      name: UNKNOWN,
    };
    expect(await resource.validate(unknown)).toEqual([]);
    expect((await resource.plan(unknown)).planned).toMatchObject({
      definition: UNKNOWN,
      name: UNKNOWN,
      name_prefix: UNKNOWN,
      state_machine_version_arn: UNKNOWN,
      tags_all: UNKNOWN,
    });
    await resource.apply(config);
    expect((await resource.plan({ ...unknown, name: "orders" })).planned).toMatchObject({
      arn: stateMachineArn("orders"),
      revision_id: UNKNOWN,
      state_machine_version_arn: UNKNOWN,
    });
    expect((await resource.plan({ ...config, tags: { a: UNKNOWN } })).planned.tags_all).toEqual({ a: UNKNOWN });
  });

  it("leaves the states of other providers as they are", async () => {
    const { resource } = await machine();
    const written = { ...config, logging_configuration: [block(stateMachine, "logging_configuration", {})], tags: {} };
    await resource.apply(written);
    resource.state = {
      ...resource.state,
      tags: {},
      logging_configuration: [{ include_execution_data: false, level: "OFF", log_destination: "" }],
    };
    expect(await resource.changes(written)).toEqual([]);
    expect(await resource.changes(config)).toEqual([]);
    await resource.refresh();
    expect(await resource.changes(written)).toEqual([]);
  });
});
