import { expect, test } from "vitest";
import type { Context, Resource } from "../src/kinds.js";
import { planResource } from "../src/protocol/resource-plan.js";
import { type Fields, UNKNOWN } from "../src/value.js";

/** What the framework makes of a schema before a resource has its say. */

const never = async () => {
  throw new Error("not in a plan");
};

const resource: Resource = {
  schema: {
    version: 0,
    description: "",
    attributes: {
      name: { type: "string", description: "", required: true, forcesReplacement: true },
      kind: { type: "string", description: "", optional: true, default: "plain" },
      arn: { type: "string", description: "", computed: true },
    },
    blocks: {
      setting: {
        nesting: "list",
        description: "",
        attributes: {
          on: { type: "bool", description: "", optional: true, default: false },
          key: { type: "string", description: "", optional: true, forcesReplacement: true },
          id: { type: "string", description: "", computed: true },
        },
      },
    },
  },
  create: never,
  read: never,
  update: never,
  delete: never,
  import: never,
};

const plan = (prior: Fields | null, proposed: Fields, config: Fields) =>
  planResource({ resource, prior, proposed, config, context: {} as Context });

test("creating: defaults, and what is computed is unknown", async () => {
  const config = { name: "a", kind: null, arn: null, setting: [{ on: null, key: "k", id: null }] };
  const { planned, requiresReplace } = await plan(null, config, config);
  expect(planned).toEqual({ name: "a", kind: "plain", arn: UNKNOWN, setting: [{ on: false, key: "k", id: UNKNOWN }] });
  expect(requiresReplace).toEqual([]);
});

test("updating: what is computed stays, a default comes back, a new block has unknown parts", async () => {
  const prior = { name: "a", kind: "other", arn: "x", setting: [{ on: true, key: "k", id: "1" }] };
  const config = {
    name: "a",
    kind: null,
    arn: null,
    setting: [
      { on: true, key: "k", id: null },
      { on: null, key: null, id: null },
    ],
  };
  const proposed = { ...prior, setting: [prior.setting[0] ?? null, { on: null, key: null, id: null }] };
  const { planned, requiresReplace } = await plan(prior, proposed, config);
  expect(planned).toEqual({
    name: "a",
    kind: "plain",
    arn: "x",
    setting: [
      { on: true, key: "k", id: "1" },
      { on: false, key: null, id: UNKNOWN },
    ],
  });
  expect(requiresReplace).toEqual([]);
});

test("what forces a replacement is named, also within blocks and while it is unknown", async () => {
  const prior = { name: "a", kind: "plain", arn: "x", setting: [{ on: true, key: "k", id: "1" }] };
  const changed: Fields = { ...prior, name: UNKNOWN, setting: [{ on: true, key: "l", id: "1" }] };
  const { requiresReplace } = await plan(prior, changed, changed);
  expect(requiresReplace).toEqual([["name"], ["setting", 0, "key"]]);
});
