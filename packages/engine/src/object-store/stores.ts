import { fileStore } from "./file-store.js";
import { isLocal } from "./local-folders.js";
import { type ObjectStore, ObjectStoreError } from "./object-store.js";
import { type S3Client, s3Store } from "./s3-store.js";

export interface ObjectStoreOptions {
  /** Folders of this machine that state machines may use as buckets (`file:///path`), and what is in them. None where absent. */
  readonly dataFolders?: readonly string[] | undefined;
  /** A client of S3 for a region; by default one of the installed `@aws-sdk/client-s3`. */
  readonly s3?: ((region: string) => Promise<S3Client>) | undefined;
}

/** The store that a bucket is in. */
export type StoreOf = (bucket: string, region: string) => ObjectStore;

export function objectStores({ dataFolders = [], s3 = sdkClient }: ObjectStoreOptions): StoreOf {
  const files = fileStore(dataFolders);
  const clients = new Map<string, Promise<S3Client>>();
  const client = (region: string): Promise<S3Client> => {
    const made = clients.get(region) ?? s3(region);
    clients.set(region, made);
    // A client that could not be made is tried again: its package may have been installed meanwhile.
    made.catch(() => clients.delete(region));
    return made;
  };
  return (bucket, region) => (isLocal(bucket) ? files : s3Store(() => client(region)));
}

/** Loaded when it is first needed: not everyone uses S3, and loading takes a while. */
async function sdkClient(region: string): Promise<S3Client> {
  const sdk = await import("@aws-sdk/client-s3").catch((error: unknown) => {
    throw new ObjectStoreError(
      `The client of S3 cannot be loaded; install it with: npm install @aws-sdk/client-s3 (${String(error)})`,
    );
  });
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const endpoint = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
  if (endpoint === undefined) return new sdk.S3({ region });
  // What stands in for S3 has one name for all buckets, and need not know every kind of checksum.
  return new sdk.S3({ region, endpoint, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
}
