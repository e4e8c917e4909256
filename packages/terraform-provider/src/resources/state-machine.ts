import type { DescribeStateMachineCommandOutput, SFNClient, UpdateStateMachineCommandInput } from "@aws-sdk/client-sfn";
import type { Context, Resource } from "../kinds.js";
import { type Fields, UNKNOWN } from "../value.js";
import { importedArn } from "./arn.js";
import { encryption, isSameBlock, logging, requested, stateOf, tracing } from "./configuration-block.js";
import { isSameDefinition } from "./definition.js";
import { DEFAULT_PREFIX, generatedName, prefixOf } from "./generated-name.js";
import { readBack } from "./read-back.js";
import { clientOf, regionOf } from "./region.js";
import { isSameRevision, planStateMachine } from "./state-machine-plan.js";
import { stateMachineFaults, stateMachineSchema, stateMachineTimeouts } from "./state-machine-schema.js";
import { newTags, readTags, updateTags } from "./tags.js";
import { timeoutOf } from "./timeouts.js";
import { timestamp } from "./timestamp.js";
import { unsetFields } from "./unset-fields.js";
import { retrying, until } from "./waiting.js";

/** `aws_sfn_state_machine`. */
export const stateMachine: Resource = {
  schema: stateMachineSchema,
  legacyTypeSystem: true,
  identity: "arn",
  validate: stateMachineFaults,
  plan: planStateMachine,

  async create({ planned, context }) {
    const client = await clientOf(context, planned);
    const { CreateStateMachineCommand } = await context.sdk();
    const name = typeof planned.name === "string" ? planned.name : generatedName(prefixFor(planned));
    const command = new CreateStateMachineCommand({
      name,
      definition: String(planned.definition),
      roleArn: String(planned.role_arn),
      type: planned.type === "EXPRESS" ? "EXPRESS" : "STANDARD",
      tags: newTags(planned),
      ...configurations(planned),
      ...publication(planned),
    });
    const { stateMachineArn, creationDate, stateMachineVersionArn } = await retrying(
      () => client.send(command),
      mayPass,
      {
        timeout: timeoutOf(planned, "create", stateMachineTimeouts),
        signal: context.signal,
        what: `the state machine ${name} to be created`,
      },
    );
    const created: Fields = {
      ...planned,
      id: stateMachineArn ?? null,
      arn: stateMachineArn ?? null,
      name,
      creation_date: timestamp(creationDate),
    };
    return withVersion(await readBack("state machine", "created", created, read, context), stateMachineVersionArn);
  },

  read: ({ state, context }) => read(state, context),

  async update({ prior, planned, context }) {
    const client = await clientOf(context, planned);
    const isPublished = planned.publish === true && prior.publish !== true;
    const version =
      isPublished || !isSameRevision(prior, planned) ? await updateMachine(client, prior, planned, context) : undefined;
    await updateTags(client, String(planned.id), prior, planned, context);
    return withVersion(await readBack("state machine", "updated", planned, read, context), version);
  },

  async delete({ state, context }) {
    const client = await clientOf(context, state);
    const { DeleteStateMachineCommand } = await context.sdk();
    const stateMachineArn = String(state.id);
    try {
      await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    } catch (failure) {
      if (!isGone(failure)) throw failure;
    }
    // Its executions end first: until then its name is not free.
    await until(async () => (await describe(client, stateMachineArn, context)) === undefined, {
      timeout: timeoutOf(state, "delete", stateMachineTimeouts),
      signal: context.signal,
      what: `the state machine ${stateMachineArn} to be deleted`,
    });
  },

  async import({ id }) {
    const { arn, region } = importedArn(
      id,
      ({ kind, qualifier }) => kind === "stateMachine" && qualifier === undefined,
      "arn:aws:states:us-east-1:123456789012:stateMachine:NAME",
    );
    return [{ ...unsetFields(stateMachineSchema), id: arn, arn, region, publish: false }];
  },
};

async function read(state: Fields, context: Context): Promise<Fields | null> {
  const client = await clientOf(context, state);
  const stateMachineArn = String(state.id);
  const found = await describe(client, stateMachineArn, context);
  if (found === undefined) return null;
  const definition = found.definition ?? "";
  const isSame = typeof state.definition === "string" && (await isSameDefinition(state.definition, definition));
  const name = found.name ?? "";
  const tags = await readTags(client, stateMachineArn, state, context);
  if (tags === undefined) return null;
  return {
    ...tags,
    ...(await latestVersion(client, stateMachineArn, context)),
    arn: found.stateMachineArn ?? stateMachineArn,
    creation_date: timestamp(found.creationDate),
    definition: isSame ? (state.definition ?? null) : definition,
    description: found.description ?? "",
    encryption_configuration: stateOf(encryption, state.encryption_configuration, found.encryptionConfiguration),
    id: stateMachineArn,
    logging_configuration: stateOf(logging, state.logging_configuration, found.loggingConfiguration),
    name,
    name_prefix: prefixOf(name),
    publish: state.publish === true,
    region: await regionOf(context, state),
    revision_id: found.revisionId ?? "",
    role_arn: found.roleArn ?? null,
    status: found.status ?? "ACTIVE",
    timeouts: state.timeouts ?? null,
    tracing_configuration: stateOf(tracing, state.tracing_configuration, found.tracingConfiguration),
    type: found.type ?? "STANDARD",
    version_description: state.version_description ?? null,
  };
}

/** Gives the version that was published, if one was. */
async function updateMachine(
  client: SFNClient,
  prior: Fields,
  planned: Fields,
  context: Context,
): Promise<string | undefined> {
  const { UpdateStateMachineCommand } = await context.sdk();
  const stateMachineArn = String(planned.id);
  const patience = {
    timeout: timeoutOf(planned, "update", stateMachineTimeouts),
    signal: context.signal,
    what: `the state machine ${stateMachineArn} to be updated`,
  };
  const command = new UpdateStateMachineCommand({
    stateMachineArn,
    definition: String(planned.definition),
    roleArn: String(planned.role_arn),
    ...changedConfigurations(prior, planned),
    ...publication(planned),
  });
  const { stateMachineVersionArn } = await retrying(() => client.send(command), mayPass, patience);
  // AWS may answer with the old revision for a while.
  await until(async () => {
    const found = await describe(client, stateMachineArn, context);
    return found === undefined || (await isUpdated(found, planned));
  }, patience);
  return stateMachineVersionArn;
}

async function isUpdated(found: DescribeStateMachineCommandOutput, planned: Fields): Promise<boolean> {
  const { definition = "", roleArn, encryptionConfiguration, loggingConfiguration, tracingConfiguration } = found;
  return (
    roleArn === planned.role_arn &&
    isUpdatedBlock(encryption, planned.encryption_configuration, encryptionConfiguration, ["type"]) &&
    isUpdatedBlock(logging, planned.logging_configuration, loggingConfiguration) &&
    isUpdatedBlock(tracing, planned.tracing_configuration, tracingConfiguration) &&
    (await isSameDefinition(definition, String(planned.definition)))
  );
}

function isUpdatedBlock<Api>(
  block: Parameters<typeof stateOf<Api>>[0],
  planned: Fields[string] | undefined,
  found: Api | undefined,
  // Of a key, the service may report another of its names.
  names?: readonly string[],
): boolean {
  // Endpoints that know nothing of a block cannot say that it has changed.
  if (found === undefined || planned === undefined || planned === UNKNOWN) return true;
  return isSameBlock(block, planned, stateOf(block, planned, found), names);
}

function configurations(planned: Fields) {
  return defined({
    encryptionConfiguration: requested(encryption, planned.encryption_configuration),
    loggingConfiguration: requested(logging, planned.logging_configuration),
    tracingConfiguration: requested(tracing, planned.tracing_configuration),
  });
}

function changedConfigurations(prior: Fields, planned: Fields): ReturnType<typeof configurations> {
  const { encryptionConfiguration, loggingConfiguration, tracingConfiguration } = configurations(planned);
  const isSame = <Api>(block: Parameters<typeof stateOf<Api>>[0], name: string) =>
    isSameBlock(block, prior[name], planned[name]);
  return defined({
    encryptionConfiguration: isSame(encryption, "encryption_configuration") ? undefined : encryptionConfiguration,
    loggingConfiguration: isSame(logging, "logging_configuration") ? undefined : loggingConfiguration,
    tracingConfiguration: isSame(tracing, "tracing_configuration") ? undefined : tracingConfiguration,
  });
}

function publication({
  publish,
  version_description: description,
}: Fields): Pick<UpdateStateMachineCommandInput, "publish" | "versionDescription"> {
  if (publish !== true) return {};
  return { publish, ...(typeof description === "string" && description !== "" && { versionDescription: description }) };
}

async function describe(client: SFNClient, stateMachineArn: string, context: Context) {
  const { DescribeStateMachineCommand } = await context.sdk();
  try {
    return await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
  } catch (failure) {
    if (isGone(failure)) return undefined;
    throw failure;
  }
}

async function latestVersion(client: SFNClient, stateMachineArn: string, context: Context) {
  const { ListStateMachineVersionsCommand } = await context.sdk();
  // Latest first (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html).
  const { stateMachineVersions = [] } = await client.send(
    new ListStateMachineVersionsCommand({ stateMachineArn, maxResults: 1 }),
  );
  return versionFields(stateMachineVersions[0]?.stateMachineVersionArn);
}

function versionFields(arn: string | undefined) {
  return arn === undefined
    ? { state_machine_version_arn: "", version_number: null }
    : { state_machine_version_arn: arn, version_number: Number(arn.slice(arn.lastIndexOf(":") + 1)) };
}

/** What a call has just published counts, where the list of versions does not have it yet. */
function withVersion(state: Fields, published: string | undefined): Fields {
  const fields = versionFields(published);
  return Number(fields.version_number) > Number(state.version_number) ? { ...state, ...fields } : state;
}

function prefixFor({ name_prefix: prefix }: Fields): string {
  return typeof prefix === "string" && prefix !== "" ? prefix : DEFAULT_PREFIX;
}

function isGone(failure: unknown): boolean {
  return failure instanceof Error && failure.name === "StateMachineDoesNotExist";
}

/**
 * Refusals that pass by themselves: a machine of this name that is still being deleted, a role that was made a moment ago and
 * is not known everywhere yet. A caller who may not call the operation at all need not wait.
 */
function mayPass(failure: unknown): boolean {
  if (!(failure instanceof Error)) return false;
  if (failure.name === "StateMachineDeleting") return true;
  return failure.name === "AccessDeniedException" && !/not authorized to perform: states:/.test(failure.message);
}

/** Without the members that are undefined: the SDK's types do not take them. */
function defined<Members extends Readonly<Record<string, unknown>>>(members: Members) {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>;
  };
}
