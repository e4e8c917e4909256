import { DiagnosticError, error } from "../diagnostic.js";
import type { Resource } from "../kinds.js";
import type { Block } from "../schema.js";
import type { Fields } from "../value.js";
import { decodeFields, encodeFields } from "./dynamic-value.js";
import type { Message } from "./messages.js";
import { fieldsFromState } from "./raw-state.js";

/**
 * Identities of resources (https://developer.hashicorp.com/terraform/language/resources/identities), which Terraform has since 1.12: what
 * names a resource for good stands beside its state and can be imported by. Here that is always one attribute.
 */

/** What Terraform gets of the resources that have an identity. Their versions have never changed. */
export function identitySchemas(
  resources: Readonly<Record<string, Resource>>,
): Readonly<Record<string, Message<"IdentitySchema">>> {
  return Object.fromEntries(
    Object.entries(resources).flatMap(([name, { schema, identity }]): [string, Message<"IdentitySchema">][] => {
      const attribute = identity === undefined ? undefined : schema.attributes[identity];
      if (identity === undefined || attribute === undefined) return [];
      const { type, description } = attribute;
      const described = {
        name: identity,
        type: Buffer.from(JSON.stringify(type)),
        required_for_import: true,
        description,
      };
      return [[name, { version: 0, identity_attributes: [described] }]];
    }),
  );
}

/** The identity that a state holds; undefined where the resource has none, or is not there. */
export function identityOf(resource: Resource, state: Fields | null): Message<"IdentityData"> | undefined {
  const block = identityBlock(resource);
  if (block === undefined || resource.identity === undefined) return undefined;
  const value = state?.[resource.identity];
  return typeof value === "string" ? { identity_data: encodeFields({ [resource.identity]: value }, block) } : undefined;
}

/** An identity as Terraform stores it, in JSON. */
export function identityFromState(
  resource: Resource,
  json: Uint8Array | undefined,
): Message<"IdentityData"> | undefined {
  const block = identityBlock(resource);
  return block === undefined || json === undefined ? undefined : identityOf(resource, fieldsFromState(json, block));
}

/** The id to import by: the one that was given, or that of the identity that was given. */
export function importedId(resource: Resource, { id = "", identity }: Message<"ImportRequest">): string {
  const block = identityBlock(resource);
  if (identity === undefined || block === undefined || resource.identity === undefined) return id;
  const value = decodeFields(identity.identity_data, block)?.[resource.identity];
  if (typeof value !== "string") {
    throw new DiagnosticError(error("Nothing to import by", `The identity must set ${resource.identity}.`));
  }
  return value;
}

function identityBlock({ schema, identity }: Resource): Block | undefined {
  const attribute = identity === undefined ? undefined : schema.attributes[identity];
  if (identity === undefined || attribute === undefined) return undefined;
  return { description: "Identity", attributes: { [identity]: attribute } };
}
