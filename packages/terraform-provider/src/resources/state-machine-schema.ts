import { type Diagnostic, error, warning } from "../diagnostic.js";
import type { Attribute, Block } from "../schema.js";
import type { Fields, Value } from "../value.js";
import { isArn } from "./arn.js";
import { encryption, encryptionFaults, logging, loggingFaults, tracing } from "./configuration-block.js";
import { definitionFaults } from "./definition.js";
import { MAX_PREFIX_LENGTH } from "./generated-name.js";
import { regionAttribute } from "./region.js";
import { tagAttributes } from "./tags.js";
import { type Timeouts, timeoutFaults, timeoutsBlock } from "./timeouts.js";

/** How long operations may take where the configuration does not say: milliseconds. */
export const stateMachineTimeouts: Timeouts = { create: 300_000, update: 60_000, delete: 300_000 };

const computed = (type: Attribute["type"], description: string): Attribute => ({ type, description, computed: true });

/** Names, types, blocks and schema version are those of the AWS provider, so that a state moves from one to the other. */
export const stateMachineSchema: Block & { readonly version: number } = {
  version: 0,
  description: "A Step Functions state machine.",
  attributes: {
    arn: computed("string", "ARN of the state machine."),
    creation_date: computed("string", "When it was created."),
    definition: {
      type: "string",
      description: "The definition in Amazon States Language. Another way to write the same JSON is no change.",
      required: true,
    },
    description: computed("string", "What the service reports as description: empty for a state machine."),
    id: { type: "string", description: "ARN of the state machine.", optional: true, computed: true },
    name: {
      type: "string",
      description:
        "Name of the state machine. Default: a unique one is made up. Another name means another state machine.",
      optional: true,
      computed: true,
      forcesReplacement: true,
    },
    name_prefix: {
      type: "string",
      description: "How a name that is made up begins. Conflicts with `name`.",
      optional: true,
      computed: true,
      forcesReplacement: true,
    },
    publish: {
      type: "bool",
      description: "Whether every revision is published as a version. Default: `false`.",
      optional: true,
      default: false,
    },
    region: regionAttribute,
    revision_id: computed("string", "Id of the current revision: empty for the first one."),
    role_arn: { type: "string", description: "ARN of the IAM role that executions run with.", required: true },
    state_machine_version_arn: computed("string", "ARN of the latest version: empty where none is published."),
    status: computed("string", "`ACTIVE` or `DELETING`."),
    ...tagAttributes,
    type: {
      type: "string",
      description: "`STANDARD` or `EXPRESS`. Default: `STANDARD`. Another type means another state machine.",
      optional: true,
      default: "STANDARD",
      forcesReplacement: true,
    },
    version_description: {
      type: "string",
      description: "Description of the versions that are published from now on, at most 256 characters.",
      optional: true,
      computed: true,
    },
    version_number: computed("number", "Number of the latest version: null where none is published."),
  },
  blocks: {
    encryption_configuration: encryption.block,
    logging_configuration: logging.block,
    timeouts: timeoutsBlock(stateMachineTimeouts),
    tracing_configuration: tracing.block,
  },
};

/** What can be said of a configuration before any plan. Unknown values are taken as right. */
export async function stateMachineFaults(config: Fields): Promise<readonly Diagnostic[]> {
  const { definition, type } = config;
  return [
    ...nameFaults(config),
    ...typeFaults(type),
    ...roleFaults(config.role_arn),
    ...versionFaults(config),
    ...loggingFaults(config),
    ...encryptionFaults(config),
    ...timeoutFaults(config),
    ...(typeof definition === "string" ? await definitionFaults(definition, String(type ?? "STANDARD")) : []),
  ];
}

function nameFaults({ name, name_prefix }: Fields): readonly Diagnostic[] {
  if ((name ?? null) !== null && (name_prefix ?? null) !== null) {
    return [
      error(
        "Conflicting configuration arguments",
        "name and name_prefix cannot both be set: one names the other's whole.",
        ["name_prefix"],
      ),
    ];
  }
  return [...partFaults("name", name, 80), ...partFaults("name_prefix", name_prefix, MAX_PREFIX_LENGTH)];
}

function partFaults(attribute: string, value: Value | undefined, longest: number): readonly Diagnostic[] {
  if (typeof value !== "string" || (/^[0-9A-Za-z_-]+$/.test(value) && value.length <= longest)) return [];
  const detail = `'${value}' must have 1 to ${longest} characters out of 0-9, A-Z, a-z, - and _.`;
  return [error("Invalid name of a state machine", detail, [attribute])];
}

function typeFaults(type: Value | undefined): readonly Diagnostic[] {
  if (typeof type !== "string" || type === "STANDARD" || type === "EXPRESS") return [];
  return [error("No such type of state machine", `'${type}' is neither STANDARD nor EXPRESS.`, ["type"])];
}

function roleFaults(role: Value | undefined): readonly Diagnostic[] {
  if (typeof role !== "string" || isArn(role)) return [];
  return [
    error("Not an ARN", `'${role}' is not an ARN. A role's looks like arn:aws:iam::123456789012:role/NAME`, [
      "role_arn",
    ]),
  ];
}

function versionFaults({ publish, version_description: description }: Fields): readonly Diagnostic[] {
  if (typeof description !== "string") return [];
  if (description.length > 256) {
    return [
      error("The version's description is too long", `It has ${description.length} characters, 256 are allowed.`, [
        "version_description",
      ]),
    ];
  }
  if (description === "" || publish === true || (publish !== false && (publish ?? null) !== null)) return [];
  return [
    warning("The version's description has no effect", "Versions are only published where publish is true.", [
      "version_description",
    ]),
  ];
}
