import type { Engine } from "@pawl/engine";
import { type LocatedDiagnostic, machineName, readDefinition } from "./definition-file.js";

/** What became of a definition file. */
export interface Registration {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly outcome: "created" | "updated" | "unchanged" | "refused";
  /** Where it was refused, or has warnings. */
  readonly diagnostics: readonly LocatedDiagnostic[];
  /** Names of the activities that were created for it. */
  readonly activities: readonly string[];
}

/** The role of machines that come from files: nothing here asks it for permission. */
const ROLE = "pawl";

/**
 * Makes a definition file a state machine of the engine, or its new revision. A wrong definition changes nothing.
 * Activities of this engine that it names are created too: a file says all that it needs.
 */
export async function register(engine: Engine, file: string, text: string): Promise<Registration> {
  const name = machineName(file);
  const stateMachineArn = `arn:aws:states:${engine.region}:${engine.accountId}:stateMachine:${name}`;
  const { json: definition, faults, located } = await readDefinition(file, text);
  if (definition === undefined) {
    return { stateMachineArn, name, outcome: "refused", diagnostics: faults, activities: [] };
  }
  const existing = await existingMachine(engine, stateMachineArn);
  const type = existing?.type ?? "STANDARD";
  const found = engine.stateMachines.validate(definition, type);
  const diagnostics = located(found);
  const result = { stateMachineArn, name, diagnostics, activities: [] };
  if (found.some(({ severity }) => severity === "ERROR")) {
    return { ...result, outcome: "refused" };
  }
  const activities = await createActivities(engine, definition);
  if (existing === undefined) {
    const roleArn = `arn:aws:iam::${engine.accountId}:role/${ROLE}`;
    await engine.stateMachines.create({ name, definition, roleArn, type, tags: [] });
    return { ...result, activities, outcome: "created" };
  }
  if (existing.definition === definition) {
    return { ...result, activities, outcome: "unchanged" };
  }
  await engine.stateMachines.update({ stateMachineArn, definition });
  return { ...result, activities, outcome: "updated" };
}

async function existingMachine(engine: Engine, stateMachineArn: string) {
  try {
    return await engine.stateMachines.describe(stateMachineArn);
  } catch (error) {
    return otherThan("StateMachineDoesNotExist", error);
  }
}

/** Creates the activities of this engine that a definition names, where they are not there. Gives the names of new ones. */
export async function createActivities(engine: Engine, definition: string): Promise<string[]> {
  const prefix = `arn:aws:states:${engine.region}:${engine.accountId}:activity:`;
  const names = new Set(
    [...definition.matchAll(/"(arn:aws:states:[a-z0-9-]+:\d{12}:activity:)([^"\\]+)"/g)].flatMap(([, start, name]) =>
      start === prefix && name !== undefined ? [name] : [],
    ),
  );
  const created = [];
  for (const name of names) {
    if ((await existingActivity(engine, prefix + name)) === undefined) {
      await engine.activities.create({ name, tags: [] });
      created.push(name);
    }
  }
  return created;
}

async function existingActivity(engine: Engine, activityArn: string) {
  try {
    return await engine.activities.describe(activityArn);
  } catch (error) {
    return otherThan("ActivityDoesNotExist", error);
  }
}

/** Undefined for a service error of this code; every other error goes on. */
function otherThan(code: string, error: unknown): undefined {
  if ((error as { code?: unknown }).code !== code) {
    throw error;
  }
}
