import type { SFNClient } from "@aws-sdk/client-sfn";
import { type Diagnostic, error } from "../diagnostic.js";
import type { Context, Resource } from "../kinds.js";
import type { Block } from "../schema.js";
import { type Fields, UNKNOWN } from "../value.js";
import { importedArn } from "./arn.js";
import { encryption, encryptionFaults, isSameBlock, plannedBlock, requested, stateOf } from "./configuration-block.js";
import { readBack } from "./read-back.js";
import { clientOf, plannedRegion, regionAttribute, regionOf } from "./region.js";
import { newTags, plannedTags, readTags, tagAttributes, updateTags } from "./tags.js";
import { timestamp } from "./timestamp.js";
import { unsetFields } from "./unset-fields.js";

/** Names, types, blocks and schema version are those of the AWS provider. */
const schema: Block & { readonly version: number } = {
  version: 0,
  description: "A Step Functions activity: a queue of tasks that workers of yours take up.",
  attributes: {
    arn: { type: "string", description: "ARN of the activity.", computed: true },
    creation_date: { type: "string", description: "When it was created.", computed: true },
    id: { type: "string", description: "ARN of the activity.", optional: true, computed: true },
    name: {
      type: "string",
      description: "Name of the activity. Another name means another activity.",
      required: true,
      forcesReplacement: true,
    },
    region: regionAttribute,
    ...tagAttributes,
  },
  blocks: { encryption_configuration: encryption.block },
};

/** `aws_sfn_activity`. */
export const activity: Resource = {
  schema,
  legacyTypeSystem: true,
  identity: "arn",
  validate: (config) => [...nameFaults(config), ...encryptionFaults(config)],

  async plan({ prior, proposed, config, context }) {
    const { region, replace } = await plannedRegion(prior, config, context);
    const block = plannedBlock(encryption, prior?.encryption_configuration, config.encryption_configuration);
    const planned: Fields = {
      ...proposed,
      ...plannedTags(prior, config, context),
      region,
      encryption_configuration: block,
    };
    // The service has no call that changes an activity.
    const isSame =
      prior === null || block === UNKNOWN || isSameBlock(encryption, prior.encryption_configuration, block);
    return {
      planned,
      requiresReplace: [...(replace ? [["region"]] : []), ...(isSame ? [] : [["encryption_configuration"]])],
    };
  },

  async create({ planned, context }) {
    const client = await clientOf(context, planned);
    const { CreateActivityCommand } = await context.sdk();
    const encryptionConfiguration = requested(encryption, planned.encryption_configuration);
    const { activityArn = "", creationDate } = await client.send(
      new CreateActivityCommand({
        name: String(planned.name),
        tags: newTags(planned),
        ...(encryptionConfiguration !== undefined && { encryptionConfiguration }),
      }),
    );
    const created: Fields = { ...planned, id: activityArn, arn: activityArn, creation_date: timestamp(creationDate) };
    return readBack("activity", "created", created, read, context);
  },

  read: ({ state, context }) => read(state, context),

  async update({ prior, planned, context }) {
    await updateTags(await clientOf(context, planned), String(planned.id), prior, planned, context);
    return readBack("activity", "updated", planned, read, context);
  },

  async delete({ state, context }) {
    const client = await clientOf(context, state);
    const { DeleteActivityCommand } = await context.sdk();
    try {
      await client.send(new DeleteActivityCommand({ activityArn: String(state.id) }));
    } catch (failure) {
      if (!isGone(failure)) throw failure;
    }
  },

  async import({ id }) {
    const { arn, region } = importedArn(
      id,
      ({ kind, qualifier }) => kind === "activity" && qualifier === undefined,
      "arn:aws:states:us-east-1:123456789012:activity:NAME",
    );
    return [{ ...unsetFields(schema), id: arn, arn, region }];
  },
};

async function read(state: Fields, context: Context): Promise<Fields | null> {
  const client = await clientOf(context, state);
  const arn = String(state.id);
  const found = await describe(client, arn, context);
  if (found === undefined) return null;
  const tags = await readTags(client, arn, state, context);
  if (tags === undefined) return null;
  return {
    ...tags,
    arn: found.activityArn ?? arn,
    creation_date: timestamp(found.creationDate),
    encryption_configuration: stateOf(encryption, state.encryption_configuration, found.encryptionConfiguration),
    id: arn,
    name: found.name ?? null,
    region: await regionOf(context, state),
  };
}

async function describe(client: SFNClient, activityArn: string, context: Context) {
  const { DescribeActivityCommand } = await context.sdk();
  try {
    return await client.send(new DescribeActivityCommand({ activityArn }));
  } catch (failure) {
    if (isGone(failure)) return undefined;
    throw failure;
  }
}

/** What the service takes (https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html). */
function nameFaults({ name }: Fields): readonly Diagnostic[] {
  if (typeof name !== "string") return [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/u;
  if (name.length >= 1 && name.length <= 80 && !forbidden.test(name)) return [];
  return [
    error(
      "Invalid name of an activity",
      `'${name}' must have 1 to 80 characters, without white space, brackets, wildcards, control characters and " # % \\ ^ | ~ \` $ & , ; : /`,
      ["name"],
    ),
  ];
}

function isGone(failure: unknown): boolean {
  return failure instanceof Error && failure.name === "ActivityDoesNotExist";
}
