import { setImmediate } from "node:timers/promises";
import { type ItemReader as EvaluatedItemReader, isObject, type Json, type JsonObject, StatesError } from "@pawl/asl";
import { isLocal } from "../object-store/local-folders.js";
import type { ListedObject, Reading, StoredObject } from "../object-store/object-store.js";
import type { StoreOf } from "../object-store/stores.js";
import { csvItems, csvItemsNamed } from "./csv-items.js";
import { decompressed } from "./decompression.js";
import { ItemReaderFault } from "./fault.js";
import type { ItemGroup, ItemReader, ItemReaderRequest } from "./item-reader.js";
import { jsonItems } from "./json-items.js";
import { jsonLines } from "./json-lines.js";
import { itemOfListed } from "./listing-items.js";
import { type DataFile, dataFilesOf, readInventory } from "./manifest.js";
import type { ParquetReader } from "./parquet-items.js";
import { textOf } from "./text.js";

/** Reads items from objects in these stores. */
export function itemReader(storeOf: StoreOf): ItemReader {
  return async function* (request, signal) {
    try {
      const { maxItems } = request.reader;
      if (maxItems !== undefined && maxItems < 0) throw new ItemReaderFault("field MaxItems must be positive");
      const end = Math.min(maxItems || MOST_ITEMS, MOST_ITEMS);
      const dataset = new Dataset(storeOf, request, signal);
      try {
        yield* window(dataset.groups(), request.skip, end, signal);
      } finally {
        await dataset.close();
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new StatesError("States.ItemReaderFailed", error instanceof Error ? error.message : String(error));
    }
  };
}

/** "A limit of up to 100,000,000 after which the Distributed Map stops reading items." MaxItems 0 is no limit of its own. */
const MOST_ITEMS = 100_000_000;

/** Items in a group, at most. */
const GROUP = 1000;

/** How much of an object is read at a time. */
const PART_BYTES = 8 * 1024 * 1024;

/** The items from the one numbered `skip` to before the one numbered `end`, in groups of a size that is good to work with. */
async function* window(
  groups: AsyncIterable<ItemGroup>,
  skip: number,
  end: number,
  signal: AbortSignal,
): AsyncIterable<ItemGroup> {
  if (skip >= end) return;
  let first = 0;
  for await (const { items, keys, source } of groups) {
    const stop = Math.min(items.length, end - first);
    for (let start = Math.max(skip - first, 0); start < stop; start += GROUP) {
      const last = Math.min(start + GROUP, stop);
      signal.throwIfAborted();
      yield { items: items.slice(start, last), ...(keys && { keys: keys.slice(start, last) }), source };
    }
    first += items.length;
    if (first >= end) return;
    // What is left out is taken by nobody who would let others run in between.
    if (first <= skip) await setImmediate();
  }
}

class Dataset {
  readonly #storeOf: StoreOf;
  readonly #request: ItemReaderRequest;
  readonly #reader: EvaluatedItemReader;
  readonly #config: JsonObject;
  readonly #parameters: JsonObject;
  readonly #signal: AbortSignal;
  /** For all Parquet files of the dataset. */
  #parquet: ParquetReader | undefined;

  constructor(storeOf: StoreOf, request: ItemReaderRequest, signal: AbortSignal) {
    this.#storeOf = storeOf;
    this.#request = request;
    this.#reader = request.reader;
    this.#config = request.reader.config;
    this.#parameters = isObject(request.reader.parameters) ? request.reader.parameters : {};
    this.#signal = signal;
  }

  async close(): Promise<void> {
    await this.#parquet?.close();
  }

  groups(): AsyncIterable<ItemGroup> {
    if (!this.#reader.resource.endsWith(":s3:listObjectsV2")) return this.#object();
    return this.#config.Transformation === "LOAD_AND_FLATTEN" ? this.#contentsOfListed() : this.#listed();
  }

  /** Objects themselves, or rather what a listing tells of them. */
  async *#listed(): AsyncIterable<ItemGroup> {
    const bucket = this.#text("Bucket");
    const source = isLocal(bucket) ? bucket : `s3://${bucket}`;
    for await (const page of this.#list(bucket)) yield { items: page.map(itemOfListed), source };
  }

  /** What is in the objects of a listing. */
  async *#contentsOfListed(): AsyncIterable<ItemGroup> {
    const bucket = this.#text("Bucket");
    const more = only(this.#parameters, ["ExpectedBucketOwner", "RequestPayer"]);
    for await (const page of this.#list(bucket)) {
      for (const { key, size } of page) {
        // What the console makes for a folder.
        if (key.endsWith("/") && size === 0) continue;
        yield* this.#contents({ bucket, key }, more);
      }
    }
  }

  #list(bucket: string): AsyncIterable<readonly ListedObject[]> {
    const { Prefix: prefix = "" } = this.#parameters;
    const more = without(this.#parameters, ["Bucket", "Prefix", "ContinuationToken"]);
    return this.#storeOf(bucket, this.#request.region).list({ bucket, prefix: String(prefix), more }, this.#signal);
  }

  /** One object, or the objects that it names. */
  async *#object(): AsyncIterable<ItemGroup> {
    const file = { bucket: this.#text("Bucket"), key: this.#text("Key") };
    const more = without(this.#parameters, ["Bucket", "Key"]);
    const { etag, opened } = this.#request;
    const { InputType: type, ManifestType: manifest } = this.#config;
    const named = only(more, ["ExpectedBucketOwner", "RequestPayer"]);
    if (manifest === "ATHENA_DATA") {
      const text = this.#textIn(file, more, etag, opened);
      for await (const each of dataFilesOf(text)) yield* this.#contents(each, named);
    } else if (manifest === "S3_INVENTORY" || type === "MANIFEST") {
      const { columns, files } = await readInventory(this.#textIn(file, more, etag, opened), file.bucket);
      for (const each of files) {
        const source = uriOf(each);
        const rows = csvItemsNamed(this.#textIn(each, named), columns, this.#config);
        for await (const items of rows) yield { items, source };
      }
    } else {
      yield* this.#contents(file, more, etag, opened);
    }
  }

  /** The items in an object of the reader's InputType. */
  async *#contents(
    file: DataFile,
    more: JsonObject,
    etag?: string,
    opened?: (etag: string) => void,
  ): AsyncIterable<ItemGroup> {
    const source = uriOf(file);
    if (this.#config.InputType === "PARQUET") {
      if (more.VersionId !== undefined) throw new ItemReaderFault("VersionId is not supported for InputType PARQUET.");
      const reader = await this.#parquetReader();
      const read = (object: StoredObject): AsyncIterable<readonly Json[]> => reader.items(object);
      yield* withSource(this.#within(file, more, read, { etag, opened, partSize: 8 }), source);
      return;
    }
    const text = this.#textIn(file, more, etag, opened);
    switch (this.#config.InputType ?? "JSON") {
      case "JSON":
        for await (const group of jsonItems(text, this.#config.ItemsPointer)) yield { ...group, source };
        return;
      case "JSONL":
        yield* withSource(jsonLines(text), source);
        return;
      case "CSV":
        yield* withSource(csvItems(text, this.#config), source);
        return;
      default:
        throw new ItemReaderFault(
          `The InputType ${this.#config.InputType} does not say what data objects are made of.`,
        );
    }
  }

  #textIn(file: DataFile, more: JsonObject, etag?: string, opened?: (etag: string) => void): AsyncIterable<string> {
    const read = (object: StoredObject): AsyncIterable<string> => textOf(decompressed(file.key, object.parts()));
    return this.#within(file, more, read, { etag, opened, partSize: PART_BYTES });
  }

  async *#within<Part>(
    { bucket, key }: DataFile,
    more: JsonObject,
    read: (object: StoredObject) => AsyncIterable<Part>,
    { etag, opened, partSize }: Omit<Reading, "signal"> & { opened: ((etag: string) => void) | undefined },
  ): AsyncIterable<Part> {
    const store = this.#storeOf(bucket, this.#request.region);
    const object = await store.open({ bucket, key, more }, { signal: this.#signal, etag, partSize });
    try {
      opened?.(object.etag);
      for await (const part of read(object)) {
        this.#signal.throwIfAborted();
        yield part;
      }
    } finally {
      await object.close();
    }
  }

  /** Loaded when it is first needed: few datasets are Parquet. */
  async #parquetReader(): Promise<ParquetReader> {
    const { ParquetReader } = await import("./parquet-items.js");
    this.#parquet ??= new ParquetReader(this.#signal);
    return this.#parquet;
  }

  #text(name: string): string {
    const value = this.#parameters[name];
    if (typeof value === "string" && value !== "") return value;
    throw new ItemReaderFault(`The ItemReader needs a ${name}, which is ${JSON.stringify(value ?? null)}.`);
  }
}

async function* withSource(groups: AsyncIterable<readonly Json[]>, source: string): AsyncIterable<ItemGroup> {
  for await (const items of groups) yield { items, source };
}

function uriOf({ bucket, key }: DataFile): string {
  return isLocal(bucket) ? `${bucket.replace(/\/$/, "")}/${key}` : `s3://${bucket}/${key}`;
}

function without(parameters: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !names.includes(name)));
}

function only(parameters: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => names.includes(name)));
}
