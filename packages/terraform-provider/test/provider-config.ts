import { providerSchema } from "../src/configuration/schema.js";

/** The provider's configuration as Terraform sends it: what is not given is null, or an empty list of blocks. */
export function providerConfig(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { attributes, blocks = {} } = providerSchema;
  return {
    ...Object.fromEntries(Object.keys(attributes).map((name) => [name, null])),
    ...Object.fromEntries(Object.keys(blocks).map((name) => [name, []])),
    ...given,
  };
}
