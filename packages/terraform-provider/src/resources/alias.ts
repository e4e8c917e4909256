import type { RoutingConfigurationListItem, SFNClient } from "@aws-sdk/client-sfn";
import { type Diagnostic, error } from "../diagnostic.js";
import type { Context, Resource } from "../kinds.js";
import type { Block } from "../schema.js";
import { type Fields, UNKNOWN, type Value } from "../value.js";
import { importedArn, parseStatesArn } from "./arn.js";
import { readBack } from "./read-back.js";
import { clientOf, plannedRegion, regionAttribute, regionOf } from "./region.js";
import { type Timeouts, timeoutFaults, timeoutOf, timeoutsBlock } from "./timeouts.js";
import { timestamp } from "./timestamp.js";
import { unsetFields } from "./unset-fields.js";
import { retrying } from "./waiting.js";

const timeouts: Timeouts = { create: 1_800_000, update: 1_800_000, delete: 1_800_000 };

/** Names, types, blocks and schema version are those of the AWS provider. */
const schema: Block & { readonly version: number } = {
  version: 0,
  description:
    "An alias of a state machine: a name for one of its versions, or for two between which starts are divided.",
  attributes: {
    arn: { type: "string", description: "ARN of the alias.", computed: true },
    creation_date: { type: "string", description: "When it was created.", computed: true },
    description: { type: "string", description: "Description, at most 256 characters.", optional: true },
    id: { type: "string", description: "ARN of the alias.", optional: true, computed: true },
    name: {
      type: "string",
      description: "Name of the alias. Another name means another alias.",
      required: true,
      forcesReplacement: true,
    },
    region: regionAttribute,
  },
  blocks: {
    routing_configuration: {
      description: "A version that the alias leads to: one, or two of the same state machine.",
      nesting: "list",
      minItems: 1,
      attributes: {
        state_machine_version_arn: { type: "string", description: "ARN of the version.", required: true },
        weight: { type: "number", description: "How many of 100 starts go to it.", required: true },
      },
    },
    timeouts: timeoutsBlock(timeouts),
  },
};

/** `aws_sfn_alias`. */
export const alias: Resource = {
  schema,
  legacyTypeSystem: true,
  identity: "arn",
  validate: (config) => [...nameFaults(config), ...routingFaults(config), ...timeoutFaults(config)],

  async plan({ prior, proposed, config, context }) {
    const { region, replace } = await plannedRegion(prior, config, context);
    // The service gives an empty description for none, which is no change.
    const hasNone = (config.description ?? null) === null && prior?.description === "";
    const planned: Fields = { ...proposed, region, description: hasNone ? "" : (config.description ?? null) };
    const moves = prior !== null && isOfAnotherMachine(prior, planned) && (await isThere(prior, context));
    return {
      planned,
      requiresReplace: [
        ...(replace ? [["region"]] : []),
        // An alias cannot be moved to another state machine. Where it is gone, Terraform is already applying: it went with its
        // machine, whose successor has another name, and it is too late to replace it by plan. The update creates it.
        ...(moves ? [["routing_configuration"]] : []),
      ],
    };
  },

  create: ({ planned, context }) => create(planned, context, "create"),

  read: ({ state, context }) => read(state, context),

  async update({ prior, planned, context }) {
    const isSame =
      (prior.description ?? "") === (planned.description ?? "") &&
      JSON.stringify(routingOf(prior)) === JSON.stringify(routingOf(planned));
    if (isSame) return readBack("alias", "updated", planned, read, context);
    const client = await clientOf(context, planned);
    const { UpdateStateMachineAliasCommand } = await context.sdk();
    const command = new UpdateStateMachineAliasCommand({
      stateMachineAliasArn: String(planned.id),
      description: textOf(planned.description),
      routingConfiguration: routingOf(planned),
    });
    try {
      await retrying(() => client.send(command), mayPass, patience(planned, "update", context));
    } catch (failure) {
      // It went with its state machine, which was replaced in this same run: the plan could not know.
      if (isGone(failure)) return create(planned, context, "update");
      throw failure;
    }
    return readBack("alias", "updated", planned, read, context);
  },

  async delete({ state, context }) {
    const client = await clientOf(context, state);
    const { DeleteStateMachineAliasCommand } = await context.sdk();
    const command = new DeleteStateMachineAliasCommand({ stateMachineAliasArn: String(state.id) });
    try {
      await retrying(() => client.send(command), mayPass, patience(state, "delete", context));
    } catch (failure) {
      if (!isGone(failure)) throw failure;
    }
  },

  async import({ id }) {
    const { arn, region } = importedArn(
      id,
      ({ kind, qualifier }) => kind === "stateMachine" && qualifier !== undefined && !/^\d+$/.test(qualifier),
      "arn:aws:states:us-east-1:123456789012:stateMachine:NAME:ALIAS",
    );
    return [{ ...unsetFields(schema), id: arn, arn, region }];
  },
};

async function create(planned: Fields, context: Context, operation: "create" | "update"): Promise<Fields> {
  const client = await clientOf(context, planned);
  const { CreateStateMachineAliasCommand } = await context.sdk();
  const description = textOf(planned.description);
  const command = new CreateStateMachineAliasCommand({
    name: String(planned.name),
    routingConfiguration: routingOf(planned),
    ...(description !== "" && { description }),
  });
  const { stateMachineAliasArn = "", creationDate } = await retrying(
    () => client.send(command),
    mayPass,
    patience(planned, operation, context),
  );
  const created: Fields = {
    ...planned,
    id: stateMachineAliasArn,
    arn: stateMachineAliasArn,
    creation_date: timestamp(creationDate),
  };
  return readBack("alias", "created", created, read, context);
}

async function read(state: Fields, context: Context): Promise<Fields | null> {
  const found = await describe(await clientOf(context, state), String(state.id), context);
  if (found === undefined) return null;
  const arn = found.stateMachineAliasArn ?? String(state.id);
  const description = found.description ?? "";
  return {
    arn,
    creation_date: timestamp(found.creationDate),
    description: description === "" && (state.description ?? null) === null ? null : description,
    id: arn,
    name: found.name ?? null,
    region: await regionOf(context, state),
    routing_configuration: inOrderOf(routingOf(state), found.routingConfiguration ?? []).map(
      ({ stateMachineVersionArn = null, weight = null }) => ({
        state_machine_version_arn: stateMachineVersionArn,
        weight,
      }),
    ),
    timeouts: state.timeouts ?? null,
  };
}

async function isThere(state: Fields, context: Context): Promise<boolean> {
  return (await describe(await clientOf(context, state), String(state.id), context)) !== undefined;
}

async function describe(client: SFNClient, stateMachineAliasArn: string, context: Context) {
  const { DescribeStateMachineAliasCommand } = await context.sdk();
  try {
    return await client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
  } catch (failure) {
    if (isGone(failure)) return undefined;
    throw failure;
  }
}

/** The service may list the versions in any order; another order alone is no change. */
function inOrderOf(
  before: readonly RoutingConfigurationListItem[],
  found: readonly RoutingConfigurationListItem[],
): readonly RoutingConfigurationListItem[] {
  const place = ({ stateMachineVersionArn }: RoutingConfigurationListItem) => {
    const index = before.findIndex((item) => item.stateMachineVersionArn === stateMachineVersionArn);
    return index < 0 ? before.length : index;
  };
  return [...found].sort((left, right) => place(left) - place(right));
}

function routingOf({ routing_configuration: items }: Fields): RoutingConfigurationListItem[] {
  return itemsOf(items).map((item) => ({
    stateMachineVersionArn: String(item.state_machine_version_arn),
    weight: Number(item.weight),
  }));
}

function isOfAnotherMachine(prior: Fields, planned: Fields): boolean {
  const machine = machineOf(prior.arn);
  return itemsOf(planned.routing_configuration).some((item) => {
    const other = machineOf(item.state_machine_version_arn);
    return machine !== undefined && other !== undefined && machine !== other;
  });
}

/** The ARN of the state machine that a version or alias belongs to. */
function machineOf(arn: Value | undefined): string | undefined {
  if (typeof arn !== "string" || parseStatesArn(arn)?.qualifier === undefined) return undefined;
  return arn.slice(0, arn.lastIndexOf(":"));
}

function nameFaults({ name }: Fields): readonly Diagnostic[] {
  if (typeof name !== "string") return [];
  const fits = /^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]{1,80}$/.test(name);
  if (fits) return [];
  return [
    error(
      "Invalid name of an alias",
      `'${name}' must have 1 to 80 characters out of a-z, A-Z, 0-9, -, _ and ., and not only digits.`,
      ["name"],
    ),
  ];
}

function routingFaults({ routing_configuration: value }: Fields): readonly Diagnostic[] {
  const items = itemsOf(value);
  const path = ["routing_configuration"];
  if (items.length > 2) {
    return [error("Too many versions", `An alias leads to one version or two, not to ${items.length}.`, path)];
  }
  const weights = items.map(({ weight }) => weight);
  if (value === UNKNOWN || !weights.every((weight) => typeof weight === "number")) return [];
  const wrong = weights.flatMap((weight, index) =>
    Number.isInteger(weight) && weight >= 0 && weight <= 100
      ? []
      : [error("Not a weight", `${weight} is not a whole number from 0 to 100.`, [...path, index, "weight"])],
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (wrong.length > 0 || sum === 100 || items.length === 0) return wrong;
  return [error("The weights do not add up", `They must be 100 together, but they are ${sum}.`, path)];
}

function itemsOf(value: Value | undefined): readonly Fields[] {
  return Array.isArray(value) ? (value as readonly Fields[]).filter((item) => (item as Value) !== UNKNOWN) : [];
}

function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

function patience(fields: Fields, operation: "create" | "update" | "delete", { signal }: Context) {
  return { timeout: timeoutOf(fields, operation, timeouts), signal, what: `the alias ${String(fields.name)}` };
}

/** Two changes of one alias or version at the same time refuse each other. */
function mayPass(failure: unknown): boolean {
  return (
    failure instanceof Error &&
    failure.name === "ConflictException" &&
    /concurrent|in progress|being (?:updated|modified)/i.test(failure.message)
  );
}

function isGone(failure: unknown): boolean {
  return (
    failure instanceof Error && (failure.name === "ResourceNotFound" || failure.name === "StateMachineDoesNotExist")
  );
}
