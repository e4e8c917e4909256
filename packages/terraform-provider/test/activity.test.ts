import { DeleteActivityCommand, ListTagsForResourceCommand } from "@aws-sdk/client-sfn";
import { expect, it } from "vitest";
import { caught, serveEngine } from "../../server/test/served-engine.js";
import { activity } from "../src/resources/activity.js";
import { UNKNOWN } from "../src/value.js";
import { contextOf, OneResource } from "./one-resource.js";

async function served() {
  const { client, server } = await serveEngine();
  const context = contextOf(server.url, { defaultTags: { team: "a" } });
  return { client, context, resource: new OneResource(activity, context) };
}

const arn = "arn:aws:states:us-east-1:123456789012:activity:approve";
const config = { name: "approve", tags: { stage: "test" } };

it("has what the AWS provider's state has", async () => {
  const { resource } = await served();
  const state = {
    arn,
    creation_date: expect.stringMatching(/Z$/),
    encryption_configuration: [{ kms_data_key_reuse_period_seconds: null, kms_key_id: "", type: "AWS_OWNED_KEY" }],
    id: arn,
    name: "approve",
    region: "us-east-1",
    tags: { stage: "test" },
    tags_all: { team: "a", stage: "test" },
  };
  expect(await resource.apply(config)).toEqual(state);
  expect(await resource.changes(config)).toEqual([]);
  expect(await resource.refresh()).toEqual(state);
});

it("changes its tags", async () => {
  const { resource, client } = await served();
  await resource.apply(config);
  await resource.apply({ name: "approve" });
  const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: arn }));
  expect(tags).toEqual([{ key: "team", value: "a" }]);
  expect(await resource.changes({ name: "approve" })).toEqual([]);
});

it("is made anew for another encryption, which the service cannot change", async () => {
  const { resource } = await served();
  await resource.apply(config);
  const plan = async (type: string) =>
    (await resource.plan({ ...config, encryption_configuration: [{ type, kms_key_id: null }] })).requiresReplace;
  expect(await plan("AWS_OWNED_KEY")).toEqual([]);
  expect(await plan("CUSTOMER_MANAGED_KMS_KEY")).toEqual([["encryption_configuration"]]);
  expect((await resource.plan({ ...config, encryption_configuration: UNKNOWN })).requiresReplace).toEqual([]);
});

it("is forgotten when it is gone", async () => {
  const { resource, client } = await served();
  await resource.apply(config);
  await client.send(new DeleteActivityCommand({ activityArn: arn }));
  await resource.destroy();
  await resource.apply(config);
  await client.send(new DeleteActivityCommand({ activityArn: arn }));
  expect(await resource.refresh()).toBeNull();
});

it("is imported by its ARN", async () => {
  const { resource, context } = await served();
  const state = await resource.apply(config);
  const imported = new OneResource(activity, context);
  expect(await imported.import(arn)).toEqual(state);
  expect((await caught(imported.import("approve"))).message).toContain("'approve' cannot be imported");
});

it("refuses a name that the service refuses", async () => {
  const { resource } = await served();
  expect(await resource.validate({ name: "a.b-c_d()+'@=!" })).toEqual([]);
  for (const name of ["", "a b", "a/b", "a:b", "a*", "a".repeat(81), "a\u0007"]) {
    expect(await resource.validate({ name })).toMatchObject([{ severity: "error", path: ["name"] }]);
  }
});
