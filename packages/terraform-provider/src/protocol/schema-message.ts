import type { Attribute, Block, NestedBlock } from "../schema.js";
import type { Message } from "./messages.js";

/** Schemas as Terraform gets them. */

const MARKDOWN = 1;
const NESTING = { single: 1, list: 2, set: 3 } as const;

export function schemaMessage(block: Block, version = 0): Message<"Schema"> {
  return { version, block: blockMessage(block) };
}

function blockMessage(block: Block): Message<"Block"> {
  return {
    attributes: Object.entries(block.attributes).map(([name, attribute]) => attributeMessage(name, attribute)),
    block_types: Object.entries(block.blocks ?? {}).map(([name, nested]) => nestedMessage(name, nested)),
    description: block.description,
    description_kind: MARKDOWN,
  };
}

function attributeMessage(name: string, attribute: Attribute): Message<"Attribute"> {
  const { type, description, required, optional, computed, sensitive, deprecated } = attribute;
  return {
    name,
    type: Buffer.from(JSON.stringify(type)),
    description,
    description_kind: MARKDOWN,
    required,
    optional,
    // Terraform takes a value that the configuration does not have only for a computed attribute.
    computed: computed ?? (attribute.default === undefined ? undefined : true),
    sensitive,
    ...(deprecated === undefined ? {} : { deprecated: true, deprecation_message: deprecated }),
  };
}

function nestedMessage(name: string, nested: NestedBlock): Message<"NestedBlock"> {
  return {
    type_name: name,
    block: blockMessage(nested),
    nesting: NESTING[nested.nesting],
    min_items: nested.minItems,
    max_items: nested.maxItems,
  };
}
