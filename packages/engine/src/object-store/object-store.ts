import type { JsonObject } from "@pawl/asl";

/** Where objects are kept: buckets of S3, or folders of this machine. Every method throws an {@link ObjectStoreError}. */
export interface ObjectStore {
  /** Opens an object for reading: its beginning has been read when this resolves. */
  open(place: ObjectPlace, reading: Reading): Promise<StoredObject>;
  /** The objects whose keys begin with the prefix, in the order of their keys, in pages of at most 1,000. */
  list(place: ListedPlace, signal: AbortSignal): AsyncIterable<readonly ListedObject[]>;
  /** Begins to write an object. It is not there, or the one before stays, until the writer was closed. */
  create(place: ObjectPlace, signal: AbortSignal): ObjectWriter;
}

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  /** Further members of the API's request: `VersionId`, `ExpectedBucketOwner`, … */
  readonly more?: JsonObject;
}

export interface ListedPlace {
  readonly bucket: string;
  readonly prefix: string;
  /** Further members of the request of ListObjectsV2: `Delimiter`, `StartAfter`, … */
  readonly more?: JsonObject;
}

export interface Reading {
  readonly signal: AbortSignal;
  /** Another object than this is an error. */
  readonly etag?: string | undefined;
  /** How many bytes are read at a time. */
  readonly partSize: number;
}

export interface StoredObject {
  readonly etag: string;
  /** Bytes; undefined where the store does not tell. */
  readonly size: number | undefined;
  /** The whole content, in parts. To be gone through once. */
  parts(): AsyncIterable<Uint8Array>;
  /** The bytes from `start` to before `end`. */
  range(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface ListedObject {
  /** In double quotes, as the API has it. */
  readonly etag: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly size: number;
  readonly storageClass: string;
}

export interface ObjectWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** The object is there, whole, when this resolves. */
  close(): Promise<void>;
  /** Nothing is left of what was written. */
  abort(): Promise<void>;
}

/** What a store says where it does not do what is asked. The message is for the cause of the state's error. */
export class ObjectStoreError extends Error {}
