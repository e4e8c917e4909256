import { createHash } from "node:crypto";
import { isNumber, isObject, type Json, type JsonObject, numberOf, parseJson, printJson, setMember } from "@pawl/asl";
import { capitalize, memberName } from "./java-names.js";
import type { SdkShape } from "./sdk-shape.js";

/**
 * How an integration writes the API's data: names of members, times, and whether lists without items are shown.
 * SDK integrations use AWS's SDK for Java 2, most of the optimized ones its predecessor.
 */
export interface DataStyle {
  readonly member: (name: string) => string;
  readonly time: (time: Date) => Json;
  /** Lists that the service did not give are empty ones. */
  readonly emptyLists: boolean;
}

export const SDK_STYLE: DataStyle = { member: memberName, time: printInstant, emptyLists: false };
/** Times are milliseconds since the epoch. */
export const OLDER_STYLE: DataStyle = { member: capitalize, time: (time) => time.getTime(), emptyLists: false };

/** A value in the parameters that the API cannot take. */
export class ParameterFault extends Error {}

/**
 * Parameters of a state as the client takes them: names of members as the API has them, texts as bytes and times where the API
 * wants those. JSON where it wants a text or bytes is printed. What is null is left out. Members that the API makes a token of
 * (so that a call can be repeated) come from `idempotencyKey`.
 *
 * @throws ParameterFault in the service's words
 */
export function toSdk(shape: SdkShape, value: Json, style: DataStyle, idempotencyKey: string): object {
  return structure(shape, isObject(value) ? value : {}, { style, idempotencyKey, top: true });
}

interface Sending {
  readonly style: DataStyle;
  readonly idempotencyKey: string;
  /** The members of the request itself. */
  readonly top: boolean;
}

function structure(shape: SdkShape, value: JsonObject, sending: Sending): Record<string, unknown> {
  const { members, byName } = membersOf(shape, sending.style);
  const taken: Record<string, unknown> = {};
  const inside = { ...sending, top: false };
  for (const [name, given] of Object.entries(value)) {
    const member = byName.get(name) ?? byName.get(name.toLowerCase());
    // The task's state has been checked by whoever wrote it against other versions of the API, too.
    if (member === undefined) throw new ParameterFault(`The field "${name}" is not supported by Step Functions`);
    if (given !== null) taken[member.name] = sent(member.shape, given, name, inside);
  }
  if (sending.top) {
    for (const { name, shape: type } of members) {
      if (taken[name] === undefined && type.isIdempotencyToken()) taken[name] = uuidOf(sending.idempotencyKey);
      // What goes into a stream is a text here, and the service says so (recorded).
      if (taken[name] !== undefined && type.isStreaming() && byName.has("ContentType")) {
        taken.ContentType ??= "text/plain; charset=UTF-8";
      }
    }
  }
  return taken;
}

function sent(shape: SdkShape, value: Json, name: string, sending: Sending): unknown {
  const invalid = (): ParameterFault => new ParameterFault(`The value of the field '${name}' has an invalid format`);
  if (shape.isDocumentSchema()) return JSON.parse(printJson(value));
  if (shape.isListSchema()) {
    if (!Array.isArray(value)) throw invalid();
    const item = shape.getValueSchema();
    return value.map((given) => (given === null ? null : sent(item, given, name, sending)));
  }
  if (shape.isMapSchema()) {
    if (!isObject(value)) throw invalid();
    const item = shape.getValueSchema();
    const entries = Object.entries(value).filter(([, given]) => given !== null);
    // fromEntries defines members: a key such as __proto__ is one like any other.
    return Object.fromEntries(entries.map(([key, given]) => [key, sent(item, given ?? "", key, sending)]));
  }
  if (shape.isStructSchema() || shape.isUnionSchema()) {
    if (!isObject(value)) throw invalid();
    return structure(shape, value, sending);
  }
  if (shape.isBlobSchema()) return bytes(shape, value, name);
  if (shape.isTimestampSchema()) {
    const time = typeof value === "string" ? new Date(value) : new Date((numberOf(value) ?? Number.NaN) * 1000);
    if (Number.isNaN(time.getTime())) throw invalid();
    return time;
  }
  if (shape.isBooleanSchema()) {
    if (value === true || value === "true") return true;
    if (value === false || value === "false") return false;
    throw invalid();
  }
  if (shape.isBigIntegerSchema() || shape.isBigDecimalSchema() || shape.isNumericSchema()) {
    const number = numberOf(value) ?? (typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN);
    if (Number.isNaN(number)) throw invalid();
    return shape.isBigIntegerSchema() && Number.isInteger(number) ? BigInt(number) : number;
  }
  return typeof value === "string" ? value : printJson(value);
}

/**
 * What is put into a stream (an object of S3) is the value's JSON: a text comes with its quotes (recorded). Other bytes are the
 * text's, or the JSON of a value that is no text, as the service has it; where bytes are never a text, the text is their base64.
 */
function bytes(shape: SdkShape, value: Json, name: string): Uint8Array {
  if (shape.isStreaming() || typeof value !== "string") return Buffer.from(printJson(value));
  return Buffer.from(value, BINARY.has(name.toLowerCase()) ? "base64" : "utf8");
}

/** Members of APIs that hold bytes which are no text: of KMS, Secrets Manager, Rekognition and Textract, Lambda. */
const BINARY = new Set(["ciphertextblob", "secretbinary", "bytes", "zipfile"]);

/**
 * What the client returned, as a result of a state. Members of structures come in alphabetical order, those that the service did
 * not give are left out.
 *
 * @throws whatever reading a stream throws
 */
export async function fromSdk(shape: SdkShape, value: unknown, style: DataStyle): Promise<JsonObject> {
  const found: JsonObject = {};
  if (!shape.isStructSchema()) return found;
  const record = value as Readonly<Record<string, unknown>>;
  for (const { name, shown, shape: type } of membersOf(shape, style).sorted) {
    const given = record[name];
    const shownValue = type.isStreaming() && given != null ? await readStream(given) : received(type, given, style);
    if (shownValue !== undefined) setMember(found, shown, shownValue);
  }
  return found;
}

function received(shape: SdkShape, value: unknown, style: DataStyle): Json | undefined {
  if (value === undefined || value === null) return shape.isListSchema() && style.emptyLists ? [] : undefined;
  if (shape.isDocumentSchema()) return parseJson(JSON.stringify(value));
  if (shape.isListSchema()) {
    const item = shape.getValueSchema();
    return (value as unknown[]).map((given) => received(item, given, style) ?? null);
  }
  if (shape.isMapSchema()) {
    const item = shape.getValueSchema();
    const found: JsonObject = {};
    for (const [key, given] of Object.entries(value)) setMember(found, key, received(item, given, style) ?? null);
    return found;
  }
  if (shape.isStructSchema() || shape.isUnionSchema()) {
    const found: JsonObject = {};
    const record = value as Readonly<Record<string, unknown>>;
    for (const { name, shown, shape: type } of membersOf(shape, style).sorted) {
      const given = received(type, Object.hasOwn(record, name) ? record[name] : undefined, style);
      if (given !== undefined) setMember(found, shown, given);
    }
    return found;
  }
  return scalar(value, style);
}

function scalar(value: unknown, style: DataStyle): Json {
  if (value instanceof Date) return style.time(value);
  if (value instanceof Uint8Array) return textOf(value);
  if (typeof value === "bigint") return parseJson(String(value));
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  // Numbers of any length come as objects that print themselves.
  const printed = parseJson(JSON.stringify(String(value)));
  return isNumber(printed) ? printed : String(value);
}

/** Bytes that are a text are that text, others their base64. */
function textOf(value: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return Buffer.from(value).toString("base64");
  }
}

/** More than a state can take, so that what is longer is found to be too large and need not be read to its end. */
const MAX_STREAM_BYTES = 300_000;

async function readStream(value: unknown): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of value as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_STREAM_BYTES) break;
  }
  return textOf(Buffer.concat(chunks));
}

/** ISO 8601 with as many digits of a second as the time needs: `2026-01-31T12:00:00Z`, `2026-01-31T12:00:00.250Z`. */
function printInstant(time: Date): string {
  return time.toISOString().replace(".000Z", "Z");
}

interface Member {
  /** In the API. */
  readonly name: string;
  /** In a state. */
  readonly shown: string;
  readonly shape: SdkShape;
}

interface Members {
  readonly members: readonly Member[];
  readonly sorted: readonly Member[];
  /** By every name that a state may use: as it is shown, as the API has it, and both in small letters. */
  readonly byName: ReadonlyMap<string, Member>;
}

const known = new WeakMap<DataStyle["member"], WeakMap<object, Members>>();

function membersOf(shape: SdkShape, { member: shownAs }: DataStyle): Members {
  const types = known.get(shownAs) ?? new WeakMap<object, Members>();
  known.set(shownAs, types);
  const type = shape.getSchema() as object;
  const found = types.get(type);
  if (found !== undefined) return found;
  const members = [...shape.structIterator()].map(([name, of]): Member => ({ name, shown: shownAs(name), shape: of }));
  const byName = new Map<string, Member>();
  for (const member of members) {
    for (const name of [member.shown.toLowerCase(), member.name.toLowerCase()]) {
      if (!byName.has(name)) byName.set(name, member);
    }
  }
  for (const member of members) byName.set(member.name, member).set(member.shown, member);
  const sorted = [...members].sort((one, other) => (one.shown < other.shown ? -1 : 1));
  const made = { members, sorted, byName };
  types.set(type, made);
  return made;
}

/** A UUID (RFC 9562, version 8) that stands for the text. */
export function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
