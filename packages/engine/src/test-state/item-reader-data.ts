import { type ItemReader, isObject, type Json, type JsonObject, parseJson } from "@pawl/asl";
import { csvItemsIn } from "../item-reader/csv-items.js";
import { ItemReaderFault } from "../item-reader/fault.js";

export { ItemReaderFault };

export interface ReadItems {
  readonly items: readonly Json[];
  /** What ItemsPointer points at, where the reader has one. */
  readonly pointedAt?: Json;
}

/**
 * The items in what a reader would read, given as the text that it reads: a JSON array (or an object, whose members are
 * items, or an array somewhere in it that ItemsPointer points at), JSON Lines, delimited text, or a listing of objects
 * (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html).
 * @throws ItemReaderFault
 */
export function readItems({ resource, config, maxItems }: ItemReader, data: string): ReadItems {
  if (maxItems !== undefined && maxItems < 0) throw new ItemReaderFault("field MaxItems must be positive");
  const read = readFormat(resource, config, data);
  return maxItems ? { ...read, items: read.items.slice(0, maxItems) } : read;
}

function readFormat(resource: string, config: JsonObject, data: string): ReadItems {
  const isListing = resource.endsWith(":s3:listObjectsV2") && config.Transformation !== "LOAD_AND_FLATTEN";
  if (isListing) return { items: itemsOfListing(parse(data)) };
  switch (config.InputType ?? "JSON") {
    case "JSON":
      return readJson(parse(data), config.ItemsPointer);
    case "JSONL":
      return {
        items: data
          .split(/\r?\n/)
          .filter((line) => line.trim() !== "")
          .map(parse),
      };
    case "CSV":
      return { items: csvItemsIn(data, config) };
    default:
      throw new ItemReaderFault(`Data of the InputType ${config.InputType} cannot be given as a text`);
  }
}

function readJson(json: Json, pointer: Json | undefined): ReadItems {
  if (typeof pointer !== "string") return { items: itemsOf(json) };
  const pointedAt = pointIn(json, pointer);
  return { items: itemsOf(pointedAt), pointedAt };
}

function itemsOf(json: Json): readonly Json[] {
  if (Array.isArray(json)) return json;
  if (isObject(json)) return Object.entries(json).map(([Key, Value]) => ({ Key, Value }));
  throw new ItemReaderFault("Attempting to map over non-iterable node.");
}

/** RFC 6901. */
function pointIn(json: Json, pointer: string): Json {
  let place: Json | undefined = json;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(place)) place = /^\d+$/.test(key) ? place[Number(key)] : undefined;
    else place = isObject(place) && Object.hasOwn(place, key) ? place[key] : undefined;
  }
  if (place === undefined) throw new ItemReaderFault(`The ItemsPointer ${pointer} points at nothing`);
  return place;
}

/** The objects themselves, or an answer of ListObjectsV2. */
function itemsOfListing(json: Json): readonly Json[] {
  const objects = isObject(json) ? json.Contents : json;
  if (Array.isArray(objects)) return objects;
  throw new ItemReaderFault("A listing of objects must be an array");
}

function parse(text: string): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw new ItemReaderFault(`The data is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
