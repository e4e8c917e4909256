import { describe, expect, it } from "vitest";
import { dataSources, resources } from "../src/provider.js";
import type { Attribute, Block } from "../src/schema.js";

/**
 * The schemas of hashicorp/aws 6.66, as facts: R required, O optional, C computed. A state can only move between two providers where names,
 * types and nesting are the same; what is more here than there is listed apart.
 */
const aws = {
  resources: {
    aws_sfn_activity: {
      attributes: "arn:C creation_date:C id:OC name:R region:OC tags:O tags_all:OC",
      blocks: { encryption_configuration: "list 1: kms_data_key_reuse_period_seconds:O kms_key_id:O type:O" },
      more: "",
    },
    aws_sfn_alias: {
      attributes: "arn:C creation_date:C description:O id:OC name:R region:OC",
      blocks: {
        routing_configuration: "list: state_machine_version_arn:R weight:R",
        timeouts: "single: create:O delete:O update:O",
      },
      more: "",
    },
    aws_sfn_state_machine: {
      attributes:
        "arn:C creation_date:C definition:R description:C id:OC name:OC name_prefix:OC publish:O region:OC revision_id:C role_arn:R " +
        "state_machine_version_arn:C status:C tags:O tags_all:OC type:O version_description:C",
      blocks: {
        encryption_configuration: "list 1: kms_data_key_reuse_period_seconds:O kms_key_id:O type:O",
        logging_configuration: "list 1: include_execution_data:O level:O log_destination:O",
        timeouts: "single: create:O delete:O update:O",
        tracing_configuration: "list 1: enabled:O",
      },
      more: "version_description:OC version_number:C",
    },
  },
  dataSources: {
    aws_sfn_activity: { attributes: "arn:OC creation_date:C id:OC name:OC region:OC", blocks: {}, more: "" },
    aws_sfn_alias: {
      attributes:
        "arn:C creation_date:C description:O id:OC name:R region:OC routing_configuration:C statemachine_arn:R",
      blocks: {},
      // There it is a mistake: Terraform takes what a data source finds for computed attributes only.
      more: "description:OC",
    },
    aws_sfn_state_machine: {
      attributes:
        "arn:C creation_date:C definition:C description:C id:OC name:R region:OC revision_id:C role_arn:C status:C",
      blocks: {},
      more: "",
    },
    aws_sfn_state_machine_versions: {
      attributes: "id:OC region:OC statemachine_arn:R statemachine_versions:C",
      blocks: {},
      more: "",
    },
  },
} as const;

const types: Readonly<Record<string, Attribute["type"]>> = {
  enabled: "bool",
  include_execution_data: "bool",
  kms_data_key_reuse_period_seconds: "number",
  publish: "bool",
  routing_configuration: ["list", ["object", { state_machine_version_arn: "string", weight: "number" }]],
  statemachine_versions: ["list", "string"],
  tags: ["map", "string"],
  tags_all: ["map", "string"],
  version_number: "number",
  weight: "number",
};

function flagged(text: string): Record<string, string> {
  return Object.fromEntries(text.split(" ").flatMap((each) => (each === "" ? [] : [each.split(":")])));
}

function flagsOf({ attributes }: Block): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { required, optional, computed }]) => [
      name,
      `${required ? "R" : ""}${optional ? "O" : ""}${computed ? "C" : ""}`,
    ]),
  );
}

describe.each(["resources", "dataSources"] as const)("%s", (kind) => {
  const ours: Readonly<Record<string, { readonly schema: Block }>> = { resources, dataSources }[kind];

  it.each(Object.entries(aws[kind]))("%s has the schema of the AWS provider", (name, { attributes, blocks, more }) => {
    const schema = ours[name]?.schema;
    if (schema === undefined) throw new Error(`there is no ${name}`);
    expect(flagsOf(schema)).toEqual({ ...flagged(attributes), ...flagged(more) });
    const nested = Object.entries(schema.blocks ?? {}).map(([block, each]) => {
      const size = each.maxItems === undefined ? "" : ` ${each.maxItems}`;
      const inner = Object.entries(flagsOf(each)).map(([attribute, flags]) => `${attribute}:${flags}`);
      return [block, `${each.nesting}${size}: ${inner.toSorted().join(" ")}`];
    });
    expect(Object.fromEntries(nested)).toEqual(blocks);
    for (const block of [schema, ...Object.values(schema.blocks ?? {})]) {
      for (const [attribute, { type }] of Object.entries(block.attributes)) {
        expect([attribute, type]).toEqual([attribute, types[attribute] ?? "string"]);
      }
    }
  });
});
