import type { SFNClient, Tag } from "@aws-sdk/client-sfn";
import type { Context } from "../kinds.js";
import type { Attribute } from "../schema.js";
import { type Fields, UNKNOWN, type Value } from "../value.js";

/** The attributes of resources that bear tags. */
export const tagAttributes = {
  tags: {
    type: ["map", "string"],
    description: "Tags of the resource. They win over tags of the same name in the provider's `default_tags`.",
    optional: true,
  },
  tags_all: {
    type: ["map", "string"],
    description: "All tags of the resource: its own and those of the provider's `default_tags`.",
    optional: true,
    computed: true,
  },
} as const satisfies Readonly<Record<string, Attribute>>;

type TagMap = Readonly<Record<string, Value>>;

/** `tags` and `tags_all` as they will be. */
export function plannedTags(prior: Fields | null, config: Fields, { defaultTags }: Context): Fields {
  const configured: Value = config.tags ?? null;
  // No tags and an empty map of tags are the same: whichever the state has stays.
  const before: Value = prior?.tags ?? null;
  const tags = isEmpty(configured) && isEmpty(before) && prior !== null ? before : configured;
  if (configured === UNKNOWN) return { tags, tags_all: UNKNOWN };
  const all = new Map<string, Value>(Object.entries(defaultTags));
  for (const [key, value] of Object.entries(mapOf(configured))) all.set(key, value ?? "");
  return { tags, tags_all: Object.fromEntries(all) };
}

/** The tags that a new resource gets, of its planned state. */
export function newTags({ tags_all }: Fields): Tag[] {
  return Object.entries(mapOf(tags_all)).map(([key, value]) => ({ key, value: String(value) }));
}

/**
 * `tags` and `tags_all` as they are; undefined where the resource has gone meanwhile. `state` says which of the default tags the
 * resource's own configuration has too.
 */
export async function readTags(
  client: SFNClient,
  resourceArn: string,
  state: Fields,
  context: Context,
): Promise<Fields | undefined> {
  const { ListTagsForResourceCommand } = await context.sdk();
  let found: readonly Tag[];
  try {
    ({ tags: found = [] } = await client.send(new ListTagsForResourceCommand({ resourceArn })));
  } catch (failure) {
    if (failure instanceof Error && failure.name === "ResourceNotFound") return undefined;
    throw failure;
  }
  const before = mapOf(state.tags);
  const all: [string, string][] = [];
  const own: [string, Value][] = [];
  for (const { key = "", value = "" } of found) {
    if (isIgnored(key, context)) continue;
    all.push([key, value]);
    const isDefault = Object.hasOwn(context.defaultTags, key) && context.defaultTags[key] === value;
    if (isDefault && !Object.hasOwn(before, key)) continue;
    const isNull = value === "" && Object.hasOwn(before, key) && before[key] === null;
    own.push([key, isNull ? null : value]);
  }
  const hadNone = (state.tags ?? null) === null;
  return { tags: own.length === 0 && hadNone ? null : Object.fromEntries(own), tags_all: Object.fromEntries(all) };
}

/** Makes the tags of a resource what the plan says. */
export async function updateTags(
  client: SFNClient,
  resourceArn: string,
  prior: Fields,
  planned: Fields,
  context: Context,
): Promise<void> {
  const before = mapOf(prior.tags_all);
  const after = mapOf(planned.tags_all);
  const kept = (key: string) => !isIgnored(key, context);
  const removed = Object.keys(before).filter((key) => kept(key) && !Object.hasOwn(after, key));
  const set = Object.entries(after).filter(
    ([key, value]) => kept(key) && (!Object.hasOwn(before, key) || before[key] !== value),
  );
  const { TagResourceCommand, UntagResourceCommand } = await context.sdk();
  if (removed.length > 0) {
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: removed }));
  }
  if (set.length > 0) {
    await client.send(
      new TagResourceCommand({ resourceArn, tags: set.map(([key, value]) => ({ key, value: String(value) })) }),
    );
  }
}

function isIgnored(key: string, { ignoreTags }: Context): boolean {
  // The service's own tags can be neither set nor removed.
  return (
    key.startsWith("aws:") ||
    ignoreTags.keys.includes(key) ||
    ignoreTags.keyPrefixes.some((prefix) => key.startsWith(prefix))
  );
}

function isEmpty(value: Value): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

function mapOf(value: Value | undefined): TagMap {
  return typeof value === "object" && value !== null ? (value as TagMap) : {};
}
