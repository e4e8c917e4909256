import type { Path } from "../diagnostic.js";
import type { Context, Plan, Resource } from "../kinds.js";
import type { Attribute, Block, NestedBlock } from "../schema.js";
import { type Fields, sameValue, UNKNOWN, type Value } from "../value.js";

export interface PlanRequest {
  readonly resource: Resource;
  /** Null to create. */
  readonly prior: Fields | null;
  /** What Terraform makes of the configuration and the prior state. */
  readonly proposed: Fields;
  readonly config: Fields;
  readonly context: Context;
}

/** Plans to create or update a resource: what the schema says of defaults and replacement, and what the resource itself does. */
export async function planResource({
  resource,
  prior,
  proposed,
  config,
  context,
}: PlanRequest): Promise<Required<Plan>> {
  const { schema } = resource;
  const completed = completeBlock(schema, proposed, config, prior);
  const plan = await resource.plan?.({ prior, proposed: completed, config, context });
  const { planned = completed, requiresReplace = [], diagnostics = [] } = plan ?? {};
  const replacing = prior === null ? [] : replacements(schema, prior, planned, []);
  return { planned, requiresReplace: [...replacing, ...requiresReplace], diagnostics };
}

/** `config` and `prior` are null where the block is not in them. */
function completeBlock(block: Block, proposed: Fields, config: Fields | null, prior: Fields | null): Fields {
  const attributes = Object.entries(block.attributes).map(([name, attribute]): [string, Value] => [
    name,
    completeAttribute(attribute, proposed[name] ?? null, config?.[name] ?? null, prior === null),
  ]);
  const blocks = Object.entries(block.blocks ?? {}).map(([name, nested]): [string, Value] => [
    name,
    completeNested(nested, proposed[name] ?? null, config?.[name] ?? null, prior?.[name] ?? null),
  ]);
  return Object.fromEntries([...attributes, ...blocks]);
}

function completeAttribute(attribute: Attribute, proposed: Value, config: Value, creating: boolean): Value {
  if (config !== null) return proposed;
  if (attribute.default !== undefined) return attribute.default;
  return attribute.computed && creating && proposed === null ? UNKNOWN : proposed;
}

function completeNested(nested: NestedBlock, proposed: Value, config: Value, prior: Value): Value {
  if (nested.nesting === "single") {
    const fields = asFields(proposed);
    return fields === null ? proposed : completeBlock(nested, fields, asFields(config), asFields(prior));
  }
  if (!Array.isArray(proposed)) return proposed;
  return proposed.map((item: Value, index): Value => {
    const fields = asFields(item);
    if (fields === null) return item;
    // The items of a set have no place by which to find them again: what is null in one was null in the configuration.
    const inConfig = nested.nesting === "list" ? itemAt(config, index) : fields;
    return completeBlock(nested, fields, inConfig, nested.nesting === "list" ? itemAt(prior, index) : fields);
  });
}

/** The attributes that have another value and whose schema says that this means another resource. */
function replacements(block: Block, prior: Fields, planned: Fields, path: Path): readonly Path[] {
  const attributes = Object.entries(block.attributes)
    .filter(([name, attribute]) => attribute.forcesReplacement && differ(prior, planned, name))
    .map(([name]): Path => [...path, name]);
  const nested = Object.entries(block.blocks ?? {}).flatMap(([name, each]): readonly Path[] => {
    if (each.nesting === "single") {
      return replacements(each, asFields(prior[name]) ?? {}, asFields(planned[name]) ?? {}, [...path, name]);
    }
    if (each.nesting === "set") {
      const forces = Object.values(each.attributes).some((attribute) => attribute.forcesReplacement);
      return forces && differ(prior, planned, name) ? [[...path, name]] : [];
    }
    const [before, after] = [prior[name], planned[name]].map((value) => (Array.isArray(value) ? value.length : 0));
    return Array.from({ length: Math.max(before ?? 0, after ?? 0) }, (_, index) =>
      replacements(each, itemAt(prior[name], index) ?? {}, itemAt(planned[name], index) ?? {}, [...path, name, index]),
    ).flat();
  });
  return [...attributes, ...nested];
}

function differ(prior: Fields, planned: Fields, name: string): boolean {
  return !sameValue(prior[name] ?? null, planned[name] ?? null);
}

function asFields(value: Value | undefined): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function itemAt(value: Value | undefined, index: number): Fields | null {
  return Array.isArray(value) ? asFields(value[index]) : null;
}
