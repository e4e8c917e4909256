import type { Json, JsonObject } from "@pawl/asl";
import type { ItemGroup, ItemReaderRequest } from "../../src/item-reader/item-reader.js";
import { itemReader } from "../../src/item-reader/read-items.js";
import { objectStores } from "../../src/object-store/stores.js";
import { AwsClients } from "../../src/tasks/aws/aws-clients.js";
import type { S3Server } from "./s3-server.js";

export interface Read extends Partial<ItemReaderRequest> {
  readonly config?: JsonObject;
  readonly parameters?: JsonObject;
  readonly resource?: string;
  readonly maxItems?: number;
  readonly dataFolders?: readonly string[];
}

/** The groups that a reader gives, of the object `bucket/data` unless other parameters say otherwise. */
export function readGroups(server: S3Server | undefined, read: Read, signal = new AbortController().signal) {
  const { config = {}, resource = "arn:aws:states:::s3:getObject", maxItems, dataFolders, ...more } = read;
  const parameters = read.parameters ?? { Bucket: "bucket", Key: "data" };
  const reader = itemReader(objectStores({ dataFolders, aws: clientsOf(server) }));
  const evaluated = { resource, parameters, config, ...(maxItems === undefined ? {} : { maxItems }) };
  return reader({ region: "us-east-1", skip: 0, ...more, reader: evaluated }, signal);
}

/** Clients for what the server stands in for. */
export function clientsOf(server: S3Server | undefined): AwsClients {
  return new AwsClients({ environment: {}, endpoints: server === undefined ? {} : { s3: server.endpoint } });
}

export async function readAll(server: S3Server | undefined, read: Read): Promise<Json[]> {
  const items: Json[] = [];
  for await (const group of readGroups(server, read)) items.push(...group.items);
  return items;
}

export async function allGroups(server: S3Server | undefined, read: Read): Promise<ItemGroup[]> {
  const groups: ItemGroup[] = [];
  for await (const group of readGroups(server, read)) groups.push(group);
  return groups;
}

/** The error and cause that reading fails with. */
export async function faultOf(server: S3Server | undefined, read: Read): Promise<{ error: string; cause: string }> {
  try {
    const items = await readAll(server, read);
    throw new Error(`nothing failed: ${JSON.stringify(items)}`);
  } catch (thrown) {
    const { error, cause } = thrown as { error: string; cause: string };
    if (error === undefined) throw thrown;
    return { error, cause };
  }
}
