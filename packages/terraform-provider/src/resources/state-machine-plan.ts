import { DiagnosticError, type Path } from "../diagnostic.js";
import type { Context, Plan } from "../kinds.js";
import { type Fields, UNKNOWN, type Value } from "../value.js";
import { encryption, isSameBlock, logging, plannedBlock, tracing } from "./configuration-block.js";
import { definitionFaults, isSameDefinition } from "./definition.js";
import { prefixOf } from "./generated-name.js";
import { plannedRegion } from "./region.js";
import { plannedTags } from "./tags.js";

/** A plan to create or change a state machine: unknown is only what will really be another. */
export async function planStateMachine(request: {
  readonly prior: Fields | null;
  readonly proposed: Fields;
  readonly config: Fields;
  readonly context: Context;
}): Promise<Plan> {
  const { prior, proposed, config, context } = request;
  const { region, replace } = await plannedRegion(prior, config, context);
  const definition = await plannedDefinition(prior?.definition, config);
  const planned: Fields = {
    ...proposed,
    ...plannedTags(prior, config, context),
    region,
    definition,
    version_description: config.version_description ?? prior?.version_description ?? null,
    encryption_configuration: plannedBlock(
      encryption,
      prior?.encryption_configuration,
      config.encryption_configuration,
    ),
    logging_configuration: plannedBlock(logging, prior?.logging_configuration, config.logging_configuration),
    tracing_configuration: plannedBlock(tracing, prior?.tracing_configuration, config.tracing_configuration),
  };
  const requiresReplace: readonly Path[] = replace ? [["region"]] : [];
  return {
    planned: prior === null ? ofNew(planned, config) : { ...planned, ...computedOf(prior, planned) },
    requiresReplace,
  };
}

/** The attributes of the service that say what a revision is made of. */
export function isSameRevision(prior: Fields, planned: Fields): boolean {
  return (
    prior.definition === planned.definition &&
    prior.role_arn === planned.role_arn &&
    isSameBlock(encryption, prior.encryption_configuration, planned.encryption_configuration) &&
    isSameBlock(logging, prior.logging_configuration, planned.logging_configuration) &&
    isSameBlock(tracing, prior.tracing_configuration, planned.tracing_configuration)
  );
}

/**
 * @throws DiagnosticError for a wrong definition. One that is known before the plan was refused before; this is for those
 *   that become known while resources are made, when Terraform plans once more.
 */
async function plannedDefinition(prior: Value | undefined, { definition = null, type }: Fields): Promise<Value> {
  if (typeof definition !== "string") return definition;
  if (typeof prior === "string" && (await isSameDefinition(prior, definition))) return prior;
  const faults = await definitionFaults(definition, String(type ?? "STANDARD"));
  const errors = faults.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new DiagnosticError(...errors);
  return definition;
}

/** What is known of a new state machine before it is there. */
function ofNew(planned: Fields, { name = null, name_prefix = null }: Fields): Fields {
  return {
    ...planned,
    description: "",
    name_prefix: name_prefix ?? (typeof name === "string" ? prefixOf(name) : UNKNOWN),
    ...(planned.publish === false && { state_machine_version_arn: "", version_number: null }),
  };
}

/** The computed attributes that a change changes. */
function computedOf(prior: Fields, planned: Fields): Fields {
  const isRevised = !isSameRevision(prior, planned);
  // Where publishing has just been switched on, the current revision may or may not have a version yet.
  const isPublished = planned.publish !== false && (isRevised || prior.publish !== true);
  return {
    ...(isRevised && { revision_id: UNKNOWN }),
    ...(isPublished && { state_machine_version_arn: UNKNOWN, version_number: UNKNOWN }),
  };
}
