import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  StartExecutionCommand,
  TagResourceCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { describe, expect, it } from "vitest";
import { caught, pass, serveEngine, stateMachineArn } from "../../server/test/served-engine.js";
import { type Context, PartialStateError } from "../src/kinds.js";
import { stateMachine } from "../src/resources/state-machine.js";
import type { Fields } from "../src/value.js";
import { block, contextOf, OneResource, roleArn } from "./one-resource.js";

const config: Fields = { name: "orders", role_arn: roleArn, definition: pass("one") };

async function machine(given: Partial<Context> = {}) {
  const { client, server } = await serveEngine();
  const context = contextOf(server.url, given);
  return { client, server, context, resource: new OneResource(stateMachine, context) };
}

describe("creating", () => {
  it("has what the AWS provider's state has", async () => {
    const { resource } = await machine();
    const arn = stateMachineArn("orders");
    expect(await resource.apply(config)).toEqual({
      arn,
      creation_date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      definition: pass("one"),
      description: "",
      encryption_configuration: [{ kms_data_key_reuse_period_seconds: null, kms_key_id: "", type: "AWS_OWNED_KEY" }],
      id: arn,
      logging_configuration: [{ include_execution_data: false, level: "OFF", log_destination: "" }],
      name: "orders",
      name_prefix: "",
      publish: false,
      region: "us-east-1",
      revision_id: "",
      role_arn: roleArn,
      state_machine_version_arn: "",
      status: "ACTIVE",
      tags: null,
      tags_all: {},
      timeouts: null,
      tracing_configuration: [{ enabled: false }],
      type: "STANDARD",
      version_description: null,
      version_number: null,
    });
    expect(await resource.changes(config)).toEqual([]);
  });

  it("makes up a name, with a prefix or without", async () => {
    const { resource, context } = await machine();
    const { name, ...unnamed } = config;
    expect(name).toBe("orders");
    const first = await resource.apply(unnamed);
    expect(first).toMatchObject({
      name: expect.stringMatching(/^terraform-\d{18}[0-9a-f]{8}$/),
      name_prefix: "terraform-",
    });
    expect(await resource.changes(unnamed)).toEqual([]);

    const prefixed = new OneResource(stateMachine, context);
    const state = await prefixed.apply({ ...unnamed, name_prefix: "order-" });
    expect(state).toMatchObject({ name: expect.stringMatching(/^order-\d{18}[0-9a-f]{8}$/), name_prefix: "order-" });
    expect(await prefixed.changes({ ...unnamed, name_prefix: "order-" })).toEqual([]);
  });

  it("publishes the first version, with its description", async () => {
    const { resource, client } = await machine();
    const published = { ...config, publish: true, version_description: "the first" };
    const state = await resource.apply(published);
    const version = `${stateMachineArn("orders")}:1`;
    expect(state).toMatchObject({ state_machine_version_arn: version, version_number: 1 });
    const { description } = await client.send(new DescribeStateMachineCommand({ stateMachineArn: version }));
    expect(description).toBe("the first");
    expect(await resource.changes(published)).toEqual([]);
  });

  it.each([
    ["a machine of the same name is gone", "StateMachineDeleting", "being deleted"],
    [
      "IAM knows the role everywhere",
      "AccessDeniedException",
      "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.",
    ],
  ])("waits until %s", async (_, name, message) => {
    const { resource, context } = await machine();
    const client = await context.client();
    const send = client.send.bind(client);
    let calls = 0;
    client.send = (async (command: Parameters<typeof send>[0]) => {
      if (command instanceof CreateStateMachineCommand && calls++ < 2) {
        throw Object.assign(new Error(message), { name });
      }
      return send(command);
    }) as typeof client.send;
    const { planned } = await resource.plan(config);
    const request = { planned, config, context: { ...context, client: async () => client } };
    expect((await stateMachine.create(request)).name).toBe("orders");
    expect(calls).toBe(3);
  });

  it("does not wait for a permission that the caller does not have", async () => {
    const { resource, context } = await machine();
    const client = await context.client();
    let calls = 0;
    client.send = (async () => {
      calls += 1;
      const message = "User: u is not authorized to perform: states:CreateStateMachine on resource: r";
      throw Object.assign(new Error(message), { name: "AccessDeniedException" });
    }) as typeof client.send;
    const { planned } = await resource.plan(config);
    const create = stateMachine.create({ planned, config, context: { ...context, client: async () => client } });
    expect((await caught(create)).name).toBe("AccessDeniedException");
    expect(calls).toBe(1);
  });

  it("keeps what was created where it cannot be read", async () => {
    const { resource, context } = await machine();
    const client = await context.client();
    const send = client.send.bind(client);
    client.send = (async (command: Parameters<typeof send>[0]) => {
      if (!(command instanceof CreateStateMachineCommand)) throw new Error("the network is down");
      return send(command);
    }) as typeof client.send;
    const { planned } = await resource.plan(config);
    const failed = await caught(
      stateMachine.create({ planned, config, context: { ...context, client: async () => client } }),
    );
    expect(failed).toBeInstanceOf(PartialStateError);
    const { state, diagnostics } = failed as PartialStateError;
    expect(state).toMatchObject({ id: stateMachineArn("orders"), name: "orders", definition: pass("one") });
    expect(diagnostics[0]?.detail).toContain("the network is down");
  });

  it("waits until what was created can be read, and takes the version that it published for the latest", async () => {
    const { resource, context } = await machine();
    const client = await context.client();
    const send = client.send.bind(client);
    let unseen = 2;
    client.send = (async (command: Parameters<typeof send>[0]) => {
      if (command instanceof DescribeStateMachineCommand && unseen-- > 0) {
        throw Object.assign(new Error("not yet"), { name: "StateMachineDoesNotExist" });
      }
      return command instanceof ListStateMachineVersionsCommand ? { stateMachineVersions: [] } : send(command);
    }) as typeof client.send;
    const published = { ...config, publish: true };
    const { planned } = await resource.plan(published);
    const request = { planned, config: published, context: { ...context, client: async () => client } };
    expect(await stateMachine.create(request)).toMatchObject({
      state_machine_version_arn: `${stateMachineArn("orders")}:1`,
      version_number: 1,
    });
  });

  it("ends its waiting when Terraform is interrupted", async () => {
    const stop = new AbortController();
    const { resource, context } = await machine({ signal: stop.signal });
    const client = await context.client();
    client.send = (async () => {
      stop.abort();
      throw Object.assign(new Error("being deleted"), { name: "StateMachineDeleting" });
    }) as typeof client.send;
    const { planned } = await resource.plan(config);
    const create = stateMachine.create({ planned, config, context: { ...context, client: async () => client } });
    expect((await caught(create)).message).toMatch(/^Stopped while waiting for the state machine orders to be created/);
  });
});

describe("changing", () => {
  it("publishes a version for each revision", async () => {
    const { resource } = await machine();
    const version = (number: number) => `${stateMachineArn("orders")}:${number}`;
    await resource.apply({ ...config, publish: true });
    const second = await resource.apply({ ...config, publish: true, definition: pass("two") });
    expect(second).toMatchObject({ state_machine_version_arn: version(2), version_number: 2 });
    expect(second.revision_id).not.toBe("");
    const third = await resource.apply({ ...config, definition: pass("three") });
    expect(third).toMatchObject({ state_machine_version_arn: version(2), publish: false });
    const published = await resource.apply({ ...config, publish: true, definition: pass("three") });
    expect(published).toMatchObject({ state_machine_version_arn: version(3), revision_id: third.revision_id });
    expect(await resource.changes({ ...config, publish: true, definition: pass("three") })).toEqual([]);
  });

  it("changes role, logging and tracing, and leaves alone what is no longer configured", async () => {
    const { resource, client } = await machine();
    await resource.apply(config);
    const logging = {
      include_execution_data: true,
      level: "ERROR",
      log_destination: "arn:aws:logs:us-east-1:123456789012:log-group:orders:*",
    };
    const changed = {
      ...config,
      role_arn: `${roleArn}2`,
      logging_configuration: [logging],
      tracing_configuration: [{ enabled: true }],
    };
    const state = await resource.apply(changed);
    expect(state).toMatchObject({ logging_configuration: [logging], tracing_configuration: [{ enabled: true }] });
    expect(await resource.changes(changed)).toEqual([]);
    expect(await resource.changes({ ...config, role_arn: `${roleArn}2` })).toEqual([]);
    const found = await client.send(new DescribeStateMachineCommand({ stateMachineArn: String(state.arn) }));
    expect(found).toMatchObject({ roleArn: `${roleArn}2`, tracingConfiguration: { enabled: true } });
    const quiet = {
      ...changed,
      logging_configuration: [block(stateMachine, "logging_configuration", { level: "OFF" })],
    };
    await resource.apply(quiet);
    expect(await resource.changes(quiet)).toEqual([]);
  });

  it("changes the encryption", async () => {
    const { resource } = await machine();
    await resource.apply(config);
    const encrypted = (fields: Fields) => ({
      ...config,
      encryption_configuration: [block(stateMachine, "encryption_configuration", fields)],
    });
    const key = { type: "CUSTOMER_MANAGED_KMS_KEY", kms_key_id: "alias/orders" };
    for (const seconds of [null, 900, 300, null]) {
      const changed = encrypted({ ...key, kms_data_key_reuse_period_seconds: seconds });
      await resource.apply(changed);
      expect(await resource.changes(changed)).toEqual([]);
      await resource.refresh();
      expect(await resource.changes(changed)).toEqual([]);
    }
    await resource.apply(encrypted({ type: "AWS_OWNED_KEY" }));
    expect(await resource.changes(config)).toEqual([]);
  });

  it("sets and removes tags, those of the provider too", async () => {
    const { resource, client } = await machine({ defaultTags: { team: "a", stage: "dev" } });
    const arn = stateMachineArn("orders");
    const tags = async () => {
      const { tags: found = [] } = await client.send(new ListTagsForResourceCommand({ resourceArn: arn }));
      return Object.fromEntries(found.map(({ key, value }) => [key, value]));
    };
    const first = await resource.apply({ ...config, tags: { stage: "test", owner: "o" } });
    expect(first).toMatchObject({ tags: { stage: "test", owner: "o" }, tags_all: await tags() });
    const same = { ...config, tags: { stage: "dev", empty: "" } };
    const second = await resource.apply(same);
    expect(second).toMatchObject({
      tags: { stage: "dev", empty: "" },
      tags_all: { team: "a", stage: "dev", empty: "" },
    });
    expect(await tags()).toEqual({ team: "a", stage: "dev", empty: "" });
    expect(await resource.changes(same)).toEqual([]);
    const third = await resource.apply(config);
    expect(third.tags_all).toEqual({ team: "a", stage: "dev" });
    expect(await resource.changes(config)).toEqual([]);
  });

  it("lets ignored tags be", async () => {
    const { resource, client } = await machine({ ignoreTags: { keys: ["scanned"], keyPrefixes: ["cost:"] } });
    const { arn } = await resource.apply({ ...config, tags: { a: "b" } });
    const tags = [
      { key: "scanned", value: "yes" },
      { key: "cost:center", value: "7" },
    ];
    await client.send(new TagResourceCommand({ resourceArn: String(arn), tags }));
    expect(await resource.refresh()).toMatchObject({ tags: { a: "b" }, tags_all: { a: "b" } });
    await resource.apply(config);
    const { tags: left } = await client.send(new ListTagsForResourceCommand({ resourceArn: String(arn) }));
    expect(left).toHaveLength(2);
  });
});

describe("refreshing", () => {
  it("finds what others changed", async () => {
    const { resource, client } = await machine();
    const { arn } = await resource.apply(config);
    await client.send(
      new UpdateStateMachineCommand({
        stateMachineArn: String(arn),
        definition: pass("theirs"),
        tracingConfiguration: { enabled: true },
        publish: true,
      }),
    );
    await client.send(new TagResourceCommand({ resourceArn: String(arn), tags: [{ key: "theirs", value: "1" }] }));
    expect(await resource.refresh()).toMatchObject({
      definition: pass("theirs"),
      tags: { theirs: "1" },
      state_machine_version_arn: `${String(arn)}:1`,
      version_number: 1,
    });
    expect(await resource.changes(config)).toEqual(expect.arrayContaining(["definition", "tags", "tags_all"]));
  });

  it("sees no change in another form of the same JSON", async () => {
    const { resource, client } = await machine();
    const { arn } = await resource.apply(config);
    const definition = JSON.stringify(JSON.parse(pass("one")), null, 2);
    await client.send(new UpdateStateMachineCommand({ stateMachineArn: String(arn), definition }));
    expect(await resource.refresh()).toMatchObject({ definition: pass("one") });
  });

  it("forgets a machine that is gone", async () => {
    const { resource, client } = await machine();
    const { arn } = await resource.apply(config);
    await client.send(new DeleteStateMachineCommand({ stateMachineArn: String(arn) }));
    expect(await resource.refresh()).toBeNull();
  });
});

describe("deleting", () => {
  it("waits for the end of executions", async () => {
    const { resource, client } = await machine();
    const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Wait", Seconds: 3600, End: true } } });
    const { arn } = await resource.apply({ ...config, definition });
    await client.send(new StartExecutionCommand({ stateMachineArn: String(arn) }));
    await resource.destroy();
    const gone = client.send(new DescribeStateMachineCommand({ stateMachineArn: String(arn) }));
    expect((await caught(gone)).name).toBe("StateMachineDoesNotExist");
  });

  it("takes a machine that is gone for deleted", async () => {
    const { resource, client } = await machine();
    const { arn } = await resource.apply(config);
    await client.send(new DeleteStateMachineCommand({ stateMachineArn: String(arn) }));
    await resource.destroy();
  });

  it("says what it waited for when the time is over", async () => {
    const { resource, context } = await machine();
    await resource.apply({ ...config, timeouts: { create: null, update: null, delete: "250ms" } });
    const client = await context.client();
    const send = client.send.bind(client);
    client.send = (async (command: Parameters<typeof send>[0]) =>
      command instanceof DeleteStateMachineCommand ? {} : send(command)) as typeof client.send;
    const state = resource.state ?? {};
    const failed = await caught(stateMachine.delete({ state, context: { ...context, client: async () => client } }));
    expect(failed.message).toContain(`Timed out while waiting for the state machine ${String(state.id)} to be deleted`);
  });
});

describe("importing", () => {
  it("reads everything by the ARN", async () => {
    const { resource, context } = await machine();
    const state = await resource.apply({ ...config, tags: { a: "b" }, type: "EXPRESS" });
    const imported = new OneResource(stateMachine, context);
    expect(await imported.import(String(state.arn))).toEqual(state);
    expect(await imported.import(`${String(state.arn)}@us-east-1`)).toEqual(state);
    expect(await imported.changes({ ...config, tags: { a: "b" }, type: "EXPRESS" })).toEqual([]);
  });

  it("refuses what is no ARN of a state machine", async () => {
    const { resource } = await machine();
    for (const id of ["orders", `${stateMachineArn("orders")}:1`, "arn:aws:states:us-east-1:123456789012:activity:a"]) {
      expect((await caught(resource.import(id))).message).toContain(`'${id}' cannot be imported`);
    }
    const elsewhere = await caught(resource.import(`${stateMachineArn("orders")}@eu-west-1`));
    expect(elsewhere.message).toContain("The region is not the ARN's");
  });
});
