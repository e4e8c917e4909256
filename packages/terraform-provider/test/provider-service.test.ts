import { describe, expect, test } from "vitest";
import { serveEngine } from "../../server/test/served-engine.js";
import { actions, dataSources, resources } from "../src/provider.js";
import { dynamic, type Host, plain, startHost, Unknown } from "./plugin-host.js";
import { providerConfig } from "./provider-config.js";

// The SDK's word about coming Node versions belongs to no test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

/** Every call that Terraform makes for resources and data sources, to the built executable; aws_sfn_activity stands for all. */

async function configured(): Promise<Host> {
  const { server } = await serveEngine();
  const host = await startHost();
  await host.call("ConfigureProvider", ["ConfigureRequest", "DiagnosticsResponse"], {
    terraform_version: "1.14.4",
    config: dynamic(providerConfig({ endpoint: server.url, default_tags: [{ tags: { team: "x" } }] })),
  });
  return host;
}

const type_name = "aws_sfn_activity";
const names = Object.keys(resources[type_name]?.schema.attributes ?? {});
const blocks = Object.keys(resources[type_name]?.schema.blocks ?? {});
const none = {
  ...Object.fromEntries(names.map((name) => [name, null])),
  ...Object.fromEntries(blocks.map((name) => [name, []])),
};
const config = { ...none, name: "orders", tags: { stage: "test" } };
const NULL = dynamic(null);

async function create(host: Host) {
  const planned = await host.call("PlanResourceChange", ["PlanRequest", "PlanResponse"], {
    type_name,
    prior_state: NULL,
    proposed_new_state: dynamic(config),
    config: dynamic(config),
    prior_private: Buffer.from("kept"),
  });
  const applied = await host.call("ApplyResourceChange", ["ApplyRequest", "ApplyResponse"], {
    type_name,
    prior_state: NULL,
    planned_state: planned.planned_state,
    config: dynamic(config),
    planned_private: planned.planned_private,
  });
  return { planned, applied };
}

describe("schema", () => {
  test("has everything, and is asked for once a command", async () => {
    const host = await startHost();
    const schema = await host.call("GetProviderSchema", ["Empty", "SchemaResponse"], {});
    expect(Object.keys(schema.resource_schemas ?? {})).toEqual(Object.keys(resources));
    expect(Object.keys(schema.data_source_schemas ?? {})).toEqual(Object.keys(dataSources));
    expect(Object.keys(schema.action_schemas ?? {})).toEqual(Object.keys(actions));
    expect(schema.server_capabilities).toEqual({ get_provider_schema_optional: true });
    const { attributes = [] } = schema.action_schemas?.aws_sfn_start_execution?.schema?.block ?? {};
    const [arn] = attributes;
    expect(arn).toMatchObject({
      name: "state_machine_arn",
      required: true,
      description: expect.stringContaining("ARN"),
    });
    expect(Buffer.from(arn?.type ?? []).toString()).toBe('"string"');
    expect(attributes.map(({ name, type }) => [name, Buffer.from(type ?? []).toString()])).toContainEqual([
      "timeout",
      '"number"',
    ]);
  });
});

describe("a resource", () => {
  test("plan, create, read, update, delete", async () => {
    const host = await configured();
    const { planned, applied } = await create(host);
    expect(plain(planned.planned_state)).toMatchObject({ name: "orders", arn: expect.any(Unknown) });
    expect(Buffer.from(planned.planned_private ?? []).toString()).toBe("kept");
    expect(applied.diagnostics).toBeUndefined();
    expect(Buffer.from(applied.private ?? []).toString()).toBe("kept");
    const state = plain(applied.new_state) as Record<string, unknown>;
    const arn = "arn:aws:states:us-east-1:123456789012:activity:orders";
    expect(state).toMatchObject({ arn, id: arn, tags_all: { stage: "test", team: "x" } });

    const read = await host.call("ReadResource", ["ReadRequest", "ReadResponse"], {
      type_name,
      current_state: applied.new_state,
      private: Buffer.from("kept"),
    });
    expect(plain(read.new_state)).toEqual(state);

    const renamed = { ...state, name: "others" };
    const replaced = await host.call("PlanResourceChange", ["PlanRequest", "PlanResponse"], {
      type_name,
      prior_state: applied.new_state,
      proposed_new_state: dynamic(renamed),
      config: dynamic({ ...config, name: "others" }),
    });
    expect(replaced.requires_replace).toEqual([{ steps: [{ attribute_name: "name" }] }]);

    const gone = await host.call("ApplyResourceChange", ["ApplyRequest", "ApplyResponse"], {
      type_name,
      prior_state: applied.new_state,
      planned_state: NULL,
      config: NULL,
    });
    expect(plain(gone.new_state)).toBeNull();
    const again = await host.call("ReadResource", ["ReadRequest", "ReadResponse"], {
      type_name,
      current_state: applied.new_state,
    });
    expect(plain(again.new_state)).toBeNull();
  });

  test("a plan to destroy says nothing", async () => {
    const host = await configured();
    const answer = await host.call("PlanResourceChange", ["PlanRequest", "PlanResponse"], {
      type_name,
      prior_state: dynamic(config),
      proposed_new_state: NULL,
      config: NULL,
    });
    expect(plain(answer.planned_state)).toBeNull();
    expect(answer.diagnostics).toBeUndefined();
  });

  test("import, and states as they are stored", async () => {
    const host = await configured();
    const { applied } = await create(host);
    const { id } = plain(applied.new_state) as { id: string };
    const imported = await host.call("ImportResourceState", ["ImportRequest", "ImportResponse"], { type_name, id });
    expect(imported.imported_resources).toHaveLength(1);
    expect(plain(imported.imported_resources?.[0]?.state)).toMatchObject({ id });
    const wrong = await host.call("ImportResourceState", ["ImportRequest", "ImportResponse"], { type_name, id: "x" });
    expect(wrong.diagnostics?.map(({ severity }) => severity)).toEqual([1]);

    const json = Buffer.from(JSON.stringify({ id, arn: id, name: "orders", unheard_of: 12 }));
    const upgraded = await host.call("UpgradeResourceState", ["UpgradeStateRequest", "UpgradeStateResponse"], {
      type_name,
      version: 0,
      raw_state: { json },
    });
    expect(plain(upgraded.upgraded_state)).toMatchObject({ id, name: "orders", tags: null });
    const broken = await host.call("UpgradeResourceState", ["UpgradeStateRequest", "UpgradeStateResponse"], {
      type_name,
      raw_state: { json: Buffer.from("{") },
    });
    expect(broken.diagnostics).toHaveLength(1);
  });

  test("what goes wrong is a diagnostic, and the state stays what it was", async () => {
    const host = await configured();
    const unknown = await host.call("ReadResource", ["ReadRequest", "ReadResponse"], {
      type_name: "aws_other",
      current_state: dynamic(config),
    });
    expect(unknown.diagnostics?.[0]?.summary).toBe("Unknown resource");
    expect(plain(unknown.new_state)).toEqual(config);
    const failed = await host.call("ApplyResourceChange", ["ApplyRequest", "ApplyResponse"], {
      type_name,
      prior_state: NULL,
      planned_state: dynamic({ ...config, name: "a b" }),
      config: dynamic({ ...config, name: "a b" }),
    });
    expect(failed.diagnostics).toHaveLength(1);
    expect(plain(failed.new_state)).toBeNull();
  });

  test("validation, with unknown values", async () => {
    const host = await startHost();
    const validate = async (given: Readonly<Record<string, unknown>>) => {
      const answer = await host.call("ValidateResourceConfig", ["ValidateRequest", "DiagnosticsResponse"], {
        type_name,
        config: dynamic({ ...none, ...given }),
      });
      return answer.diagnostics ?? [];
    };
    expect(await validate({ name: new Unknown(), tags: new Unknown() })).toEqual([]);
    expect(await validate({ name: "a b" })).toMatchObject([{ attribute: { steps: [{ attribute_name: "name" }] } }]);
  });
});

test("a data source", async () => {
  const host = await configured();
  await create(host);
  const attributes = Object.keys(dataSources[type_name]?.schema.attributes ?? {});
  const given = { ...Object.fromEntries(attributes.map((name) => [name, null])), name: "orders" };
  const validated = await host.call("ValidateDataResourceConfig", ["ValidateRequest", "DiagnosticsResponse"], {
    type_name,
    config: dynamic(given),
  });
  expect(validated.diagnostics).toBeUndefined();
  const { state } = await host.call("ReadDataSource", ["ReadDataRequest", "ReadDataResponse"], {
    type_name,
    config: dynamic(given),
  });
  expect(plain(state)).toMatchObject({ arn: "arn:aws:states:us-east-1:123456789012:activity:orders" });
});
