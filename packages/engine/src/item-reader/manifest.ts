import { isObject, type Json, parseJson } from "@pawl/asl";
import { isLocal } from "../object-store/local-folders.js";
import { rowsOf } from "./csv-items.js";
import { ItemReaderFault } from "./fault.js";
import { parsed } from "./json-cursor.js";

/** A manifest is read whole: what lists ten million files is not that long. */
const MAX_MANIFEST = 64 * 1024 * 1024;

export interface DataFile {
  readonly bucket: string;
  readonly key: string;
}

/** What an inventory of S3 consists of (https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html). */
export interface Inventory {
  readonly columns: readonly string[];
  readonly files: readonly DataFile[];
}

/** @param manifestBucket where the manifest is, for a folder of this machine, which has no ARN */
export async function readInventory(text: AsyncIterable<string>, manifestBucket: string): Promise<Inventory> {
  const manifest = parsed<Json>(await wholeText(text), parseJson);
  if (!isObject(manifest)) throw notInventory("it is no JSON object");
  const { fileFormat, fileSchema, files, destinationBucket } = manifest;
  if (fileFormat !== "CSV")
    throw notInventory(`its fileFormat is ${JSON.stringify(fileFormat ?? null)}, and only CSV is supported`);
  if (typeof fileSchema !== "string" || fileSchema.trim() === "") throw notInventory("it has no fileSchema");
  if (!Array.isArray(files)) throw notInventory("it lists no files");
  const bucket = typeof destinationBucket === "string" ? destinationBucket.replace(/^arn:[^:]*:s3:::/, "") : "";
  return {
    columns: fileSchema.split(",").map((column) => column.trim()),
    files: files.map((file) => {
      if (!isObject(file) || typeof file.key !== "string") throw notInventory("one of its files has no key");
      return {
        bucket: bucket === "" || isLocal(bucket) || isLocal(manifestBucket) ? manifestBucket : bucket,
        key: file.key,
      };
    }),
  };
}

/** The data files that Athena's UNLOAD has written: its manifest has one URI on each line. */
export async function* dataFilesOf(text: AsyncIterable<string>): AsyncIterable<DataFile> {
  for await (const rows of rowsOf(text, {})) {
    for (const [uri = ""] of rows) {
      const found = /^s3:\/\/([^/]+)\/(.+)$/i.exec(uri.trim());
      const local = /^(file:\/\/.*)\/([^/]+)$/i.exec(uri.trim());
      const [, bucket, key] = found ?? local ?? [];
      if (bucket === undefined || key === undefined) {
        throw new ItemReaderFault(`The manifest names ${JSON.stringify(uri)}, which is not the URI of an object.`);
      }
      yield { bucket, key };
    }
  }
}

async function wholeText(text: AsyncIterable<string>): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of text) {
    pieces.push(piece);
    length += piece.length;
    if (length > MAX_MANIFEST) throw new ItemReaderFault("The manifest is larger than 64 MB.");
  }
  return pieces.join("");
}

function notInventory(reason: string): ItemReaderFault {
  return new ItemReaderFault(`The dataset is not the manifest of an S3 inventory: ${reason}.`);
}
