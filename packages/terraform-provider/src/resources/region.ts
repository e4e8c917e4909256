import type { SFNClient } from "@aws-sdk/client-sfn";
import { DiagnosticError } from "../diagnostic.js";
import type { Context } from "../kinds.js";
import type { Attribute } from "../schema.js";
import { type Fields, UNKNOWN, type Value } from "../value.js";

/** Where a resource is. A resource cannot move: another region means another resource. */
export const regionAttribute: Attribute = {
  type: "string",
  description: "Region of the resource. Default: the region of the provider's configuration.",
  optional: true,
  computed: true,
};

/** The client of the region that a resource or data source is in. */
export function clientOf(context: Context, { region }: Fields): Promise<SFNClient> {
  return context.client(typeof region === "string" && region !== "" ? region : undefined);
}

/** The region of a resource or data source as its state has it. */
export async function regionOf(context: Context, { region }: Fields): Promise<string> {
  return typeof region === "string" && region !== "" ? region : context.region();
}

/** @param replace true where the resource has to be made anew in another region */
export async function plannedRegion(
  prior: Fields | null,
  config: Fields,
  context: Context,
): Promise<{ readonly region: Value; readonly replace: boolean }> {
  const before = prior?.region ?? null;
  const region = config.region ?? (await configuredRegion(context, before));
  // States of provider versions that knew no such attribute have none: those resources stand in the configured region.
  const replace = prior !== null && before !== null && before !== "" && region !== before;
  return { region, replace };
}

async function configuredRegion(context: Context, otherwise: Value): Promise<Value> {
  try {
    return await context.region();
  } catch (failure) {
    // The provider's configuration may itself wait for something that is still to be made.
    if (failure instanceof DiagnosticError) return otherwise ?? UNKNOWN;
    throw failure;
  }
}
