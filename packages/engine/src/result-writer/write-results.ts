import { isObject, type Json, type JsonObject, parseJson, printJson, StatesError } from "@pawl/asl";
import type { ObjectStore, StoredObject } from "../object-store/object-store.js";
import type { StoreOf } from "../object-store/stores.js";
import { type ResultFile, ResultFiles } from "./result-file.js";
import type { ChildResult, ResultWriter, ResultWriterCheck, ResultWriterRequest } from "./result-writer.js";
import { resultsOf, resultTexts } from "./transformation.js";

/** "Step Functions supports individual result files of up to 5 GB." */
const MAX_FILE_BYTES = 5 * 1024 ** 3;

const STATUSES = ["FAILED", "PENDING", "SUCCEEDED"] as const;
type FileStatus = (typeof STATUSES)[number];
type Files = Record<FileStatus, readonly ResultFile[]>;

/** Writes results to these stores. */
export function resultWriter(storeOf: StoreOf, maxFileBytes = MAX_FILE_BYTES): ResultWriter {
  return async (request, results, signal) => {
    try {
      if (request.writer.resource === undefined) return await collected(request, results);
      const target = targetOf(request, storeOf);
      const files = await exported(target, request, results, maxFileBytes, signal);
      await writeManifest(target, request.mapRunArn, files, signal);
      return {
        MapRunArn: request.mapRunArn,
        ResultWriterDetails: { Bucket: target.bucket, Key: manifestKey(target, request.redriveCount) },
      };
    } catch (error) {
      signal.throwIfAborted();
      throw failure(error);
    }
  };
}

/** Sees whether they can be written there. */
export function resultWriterCheck(storeOf: StoreOf): ResultWriterCheck {
  return async (request, signal) => {
    if (request.writer.resource === undefined) return;
    try {
      const target = targetOf(request, storeOf);
      await writeManifest(target, request.mapRunArn, { FAILED: [], PENDING: [], SUCCEEDED: [] }, signal).catch(
        (error) => {
          signal.throwIfAborted();
          const message = error instanceof Error ? error.message : String(error);
          throw new Error(
            `Failed to write a test manifest into the specified output bucket. | Message from S3: ${message}`,
          );
        },
      );
    } catch (error) {
      signal.throwIfAborted();
      throw failure(error);
    }
  };
}

/** The state's result where nothing is exported. It has to fit into a state's output, so it fits into memory. */
async function collected(request: ResultWriterRequest, results: AsyncIterable<ChildResult>): Promise<Json> {
  const transformation = transformationOf(request, "COMPACT");
  const all: Json[] = [];
  for await (const child of results) all.push(...resultsOf(child, transformation, request.now));
  return all;
}

interface Target {
  readonly store: ObjectStore;
  readonly bucket: string;
  /** The folder of the map run, with the slash that ends it. */
  readonly folder: string;
  readonly redriveCount: number;
  /** Further members of the requests. */
  readonly more: Readonly<Record<string, string>>;
}

function targetOf(
  { writer, mapRunArn, region, redriveCount }: Parameters<ResultWriterCheck>[0],
  storeOf: StoreOf,
): Target {
  const parameters = isObject(writer.parameters) ? writer.parameters : {};
  const { Bucket: bucket, Prefix: prefix = "" } = parameters;
  if (typeof bucket !== "string" || bucket === "") throw new Error("The ResultWriter needs a Bucket.");
  if (typeof prefix !== "string") throw new Error("The Prefix of the ResultWriter is not a string.");
  const more = Object.entries(parameters).filter(([name]) => name !== "Bucket" && name !== "Prefix");
  return {
    store: storeOf(bucket, region),
    bucket,
    folder: `${prefix}${prefix === "" || prefix.endsWith("/") ? "" : "/"}${mapRunArn.slice(mapRunArn.lastIndexOf(":") + 1)}/`,
    redriveCount,
    more: Object.fromEntries(more.map(([name, value]) => [name, String(value)])),
  };
}

/** Each attempt of a map run has a folder of its own: nothing that an earlier one wrote is written over. */
function attemptFolder({ folder }: Target, redriveCount: number): string {
  return redriveCount === 0 ? folder : `${folder}Redrive-${redriveCount}/`;
}

function manifestKey(target: Target, redriveCount: number): string {
  return `${attemptFolder(target, redriveCount)}manifest.json`;
}

async function exported(
  target: Target,
  request: ResultWriterRequest,
  results: AsyncIterable<ChildResult>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Files> {
  const { store, bucket, more, redriveCount } = target;
  const earlier = await earlierSuccesses(target, signal);
  const transformation = transformationOf(request, "NONE");
  const isLines = request.writer.config.OutputType === "JSONL";
  const series = (status: FileStatus): ResultFiles => {
    const name = `${attemptFolder(target, redriveCount)}${status}`;
    return new ResultFiles({ store, bucket, name, isLines, maxBytes, more }, signal);
  };
  const files = { FAILED: series("FAILED"), PENDING: series("PENDING"), SUCCEEDED: series("SUCCEEDED") };
  try {
    for await (const child of results) {
      signal.throwIfAborted();
      if (child.status === "SUCCEEDED" && child.mapRunRedrives <= earlier.upTo) continue;
      for (const text of resultTexts(child, transformation, request.now)) await files[statusOf(child)].add(text);
    }
    return {
      FAILED: await files.FAILED.close(),
      PENDING: await files.PENDING.close(),
      SUCCEEDED: [...earlier.files, ...(await files.SUCCEEDED.close())],
    };
  } catch (error) {
    await Promise.all(STATUSES.map((status) => files[status].abort().catch(() => {})));
    throw error;
  }
}

/** "All failed, timed out, and aborted child workflow executions" are in one kind of file. */
function statusOf({ status }: ChildResult): FileStatus {
  if (status === "SUCCEEDED" || status === "PENDING") return status;
  return "FAILED";
}

/** What the last attempt that wrote a manifest has written of successes, and which attempt that was: -1 where there is none. */
async function earlierSuccesses(
  target: Target,
  signal: AbortSignal,
): Promise<{ readonly upTo: number; readonly files: readonly ResultFile[] }> {
  for (let upTo = target.redriveCount - 1; upTo >= 0; upTo--) {
    const files = await successesOf(target, upTo, signal);
    // None: there were none, or the attempt got no further than its test manifest.
    if (files.length > 0) return { upTo, files };
  }
  return { upTo: -1, files: [] };
}

/** The files of successes that the manifest of an attempt names. */
async function successesOf(target: Target, redriveCount: number, signal: AbortSignal): Promise<readonly ResultFile[]> {
  const place = { bucket: target.bucket, key: manifestKey(target, redriveCount) };
  const object = await target.store.open(place, { signal, partSize: 8 * 1024 * 1024 }).catch(() => undefined);
  signal.throwIfAborted();
  if (object === undefined) return [];
  try {
    return succeededFiles(parseJson(await textIn(object)));
  } finally {
    await object.close();
  }
}

async function textIn(object: StoredObject): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of object.parts()) parts.push(part);
  return Buffer.concat(parts).toString();
}

function succeededFiles(manifest: Json): readonly ResultFile[] {
  const files = isObject(manifest) && isObject(manifest.ResultFiles) ? manifest.ResultFiles.SUCCEEDED : undefined;
  if (!Array.isArray(files)) return [];
  return files
    .filter(isObject)
    .flatMap(({ Key, Size }) => (typeof Key === "string" && typeof Size === "number" ? [{ Key, Size }] : []));
}

async function writeManifest(target: Target, mapRunArn: string, files: Files, signal: AbortSignal): Promise<void> {
  const { store, bucket, redriveCount, more } = target;
  const manifest: JsonObject = {
    DestinationBucket: bucket,
    MapRunArn: mapRunArn,
    ResultFiles: Object.fromEntries(STATUSES.map((status) => [status, files[status].map((file) => ({ ...file }))])),
  };
  const writer = store.create({ bucket, key: manifestKey(target, redriveCount), more }, signal);
  try {
    await writer.write(Buffer.from(printJson(manifest)));
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function transformationOf({ writer }: ResultWriterRequest, otherwise: string): string {
  return String(writer.config.Transformation ?? otherwise);
}

function failure(error: unknown): StatesError {
  return new StatesError("States.ResultWriterFailed", error instanceof Error ? error.message : String(error));
}
