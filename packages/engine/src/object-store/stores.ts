import type { AwsClients } from "../tasks/aws/aws-clients.js";
import { fileStore } from "./file-store.js";
import { isLocal } from "./local-folders.js";
import type { ObjectStore } from "./object-store.js";
import { s3Store } from "./s3-store.js";

export interface ObjectStoreOptions {
  /** Folders of this machine that state machines may use as buckets (`file:///path`), and what is in them. None where absent. */
  readonly dataFolders?: readonly string[] | undefined;
  readonly aws: AwsClients;
}

/** The store that a bucket is in. */
export type StoreOf = (bucket: string, region: string) => ObjectStore;

export function objectStores({ dataFolders = [], aws }: ObjectStoreOptions): StoreOf {
  const files = fileStore(dataFolders);
  return (bucket, region) => (isLocal(bucket) ? files : s3Store(() => aws.client("s3", { region })));
}
