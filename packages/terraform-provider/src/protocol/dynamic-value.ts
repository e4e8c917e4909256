import type { Block, NestedBlock, Type } from "../schema.js";
import { ExactNumber, type Fields, UNKNOWN, type Value } from "../value.js";
import { pack, unpack } from "./message-pack.js";
import type { Message } from "./messages.js";
import { numberFromWire, numberToWire, type WireNumber } from "./number.js";

/** Values as they go between Terraform and the provider: MessagePack, read and written by the types of a schema. */

export type DynamicValue = Message<"DynamicValue">;

/** What a value of a schema is, and whether it may be absent as a whole. */
export function typeOfBlock(block: Block): Type {
  const attributes = Object.entries(block.attributes).map(([name, { type }]): [string, Type] => [name, type]);
  const blocks = Object.entries(block.blocks ?? {}).map(([name, nested]): [string, Type] => [
    name,
    typeOfNested(nested),
  ]);
  return ["object", Object.fromEntries([...attributes, ...blocks])];
}

function typeOfNested(nested: NestedBlock): Type {
  const type = typeOfBlock(nested);
  return nested.nesting === "single" ? type : [nested.nesting, type];
}

/**
 * Reads the value of a schema; null where there is none (a resource that is to be created or deleted, an action without
 * `config`).
 * @throws Error where it does not fit the schema, or is not known as a whole
 */
export function decodeFields(value: DynamicValue | undefined, block: Block): Fields | null {
  const { msgpack } = value ?? {};
  if (msgpack === undefined || msgpack.length === 0) {
    if (value?.json !== undefined && value.json.length > 0) {
      throw new Error("Terraform sent a value as JSON, where its protocol has MessagePack");
    }
    return null;
  }
  const fields = fromWire(unpack(msgpack), typeOfBlock(block), "");
  if (fields === null) return null;
  if (fields === UNKNOWN) throw new Error("Terraform sent a value of which nothing is known");
  return fields as Fields;
}

/** @throws Error where the fields do not fit the schema */
export function encodeFields(fields: Fields | null, block: Block): DynamicValue {
  return { msgpack: pack(fields === null ? null : blockToWire(fields, block, "")) };
}

function fromWire(wire: unknown, type: Type, path: string): Value {
  if (wire === null || wire === undefined) return null;
  if (wire === UNKNOWN) return UNKNOWN;
  if (typeof type === "string") return primitiveFromWire(wire, type, path);
  const [kind, inner] = type;
  if (kind === "list" || kind === "set") {
    if (!Array.isArray(wire)) throw misfit(wire, kind, path);
    return wire.map((item, index) => fromWire(item, inner, `${path}[${index}]`));
  }
  if (!isRecord(wire)) throw misfit(wire, kind, path);
  const entries =
    kind === "map"
      ? Object.entries(wire).map(([key, item]) => [key, fromWire(item, inner, `${path}["${key}"]`)])
      : Object.entries(inner).map(([name, each]) => [name, fromWire(ownMember(wire, name), each, inPath(path, name))]);
  return Object.fromEntries(entries);
}

function primitiveFromWire(wire: unknown, type: Type, path: string): Value {
  switch (type) {
    case "string":
      if (typeof wire === "string") return wire;
      break;
    case "bool":
      if (typeof wire === "boolean") return wire;
      break;
    case "number":
      if (typeof wire === "number" || typeof wire === "bigint" || typeof wire === "string") return numberFromWire(wire);
      break;
    case "dynamic":
      return dynamicFromWire(wire, path);
  }
  throw misfit(wire, String(type), path);
}

/** A pair: the JSON of the type, and the value. */
function dynamicFromWire(wire: unknown, path: string): Value {
  if (!Array.isArray(wire) || !(wire[0] instanceof Uint8Array)) throw misfit(wire, "dynamic", path);
  const type: SentType = JSON.parse(Buffer.from(wire[0]).toString());
  return sentFromWire(wire[1], type, path);
}

/** Types that Terraform sends of itself may have tuples, which no schema of this provider has. */
type SentType = Type | readonly ["tuple", readonly SentType[]];

function sentFromWire(wire: unknown, type: SentType, path: string): Value {
  if (wire === null || wire === UNKNOWN || type[0] !== "tuple") return fromWire(wire, type as Type, path);
  if (!Array.isArray(wire)) throw misfit(wire, "tuple", path);
  return wire.map((item, index) => sentFromWire(item, (type[1] as readonly SentType[])[index] ?? "dynamic", path));
}

function blockToWire(fields: Fields, block: Block, path: string): Readonly<Record<string, unknown>> {
  const { attributes, blocks = {} } = block;
  const strange = Object.keys(fields).find((name) => !Object.hasOwn(attributes, name) && !Object.hasOwn(blocks, name));
  if (strange !== undefined) throw new Error(`The schema has no ${inPath(path, strange)}`);
  return Object.fromEntries([
    ...Object.entries(attributes).map(([name, { type }]) => [
      name,
      toWire(ownMember(fields, name), type, inPath(path, name)),
    ]),
    ...Object.entries(blocks).map(([name, nested]) => [
      name,
      nestedToWire(ownMember(fields, name), nested, inPath(path, name)),
    ]),
  ]);
}

function nestedToWire(value: Value | undefined, nested: NestedBlock, path: string): unknown {
  if (value === UNKNOWN) return UNKNOWN;
  if (nested.nesting === "single") {
    if (value === undefined || value === null) return null;
    if (!isRecord(value)) throw misfit(value, "object", path);
    return blockToWire(value as Fields, nested, path);
  }
  // Blocks of a list or set that are not there are none.
  const items = value ?? [];
  if (!Array.isArray(items)) throw misfit(items, nested.nesting, path);
  return items.map((item: Value, index) => {
    const here = `${path}[${index}]`;
    if (item === UNKNOWN) return UNKNOWN;
    if (!isRecord(item)) throw misfit(item, "object", here);
    return blockToWire(item as Fields, nested, here);
  });
}

function toWire(value: Value | undefined, type: Type, path: string): unknown {
  if (value === null || value === undefined) return null;
  if (value === UNKNOWN) return UNKNOWN;
  switch (type) {
    case "string":
      if (typeof value === "string") return value;
      throw misfit(value, type, path);
    case "bool":
      if (typeof value === "boolean") return value;
      throw misfit(value, type, path);
    case "number":
      if (typeof value === "number" || value instanceof ExactNumber) return wireNumber(value);
      throw misfit(value, type, path);
    case "dynamic":
      return [Buffer.from(JSON.stringify(impliedType(value))), impliedToWire(value)];
  }
  const [kind, inner] = type;
  if (kind === "list" || kind === "set") {
    if (!Array.isArray(value)) throw misfit(value, kind, path);
    return value.map((item, index) => toWire(item, inner, `${path}[${index}]`));
  }
  if (!isRecord(value)) throw misfit(value, kind, path);
  const members = value as Fields;
  const entries =
    kind === "map"
      ? Object.entries(members).map(([key, item]) => [key, toWire(item, inner, `${path}["${key}"]`)])
      : Object.entries(inner).map(([name, each]) => [name, toWire(ownMember(members, name), each, inPath(path, name))]);
  return Object.fromEntries(entries);
}

/** Integers that MessagePack has are written as such, as Terraform does. */
function wireNumber(value: number | ExactNumber): WireNumber {
  const wire = numberToWire(value);
  if (typeof wire !== "string" || !/^-?\d{1,20}$/.test(wire)) return wire;
  const integer = BigInt(wire);
  return integer >= -(2n ** 63n) && integer < 2n ** 64n ? integer : wire;
}

function impliedType(value: Value): unknown {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number" || value instanceof ExactNumber) return "number";
  if (value === null || value === UNKNOWN) return "dynamic";
  if (Array.isArray(value)) return ["tuple", value.map(impliedType)];
  return ["object", Object.fromEntries(Object.entries(value).map(([name, item]) => [name, impliedType(item)]))];
}

function impliedToWire(value: Value): unknown {
  if (typeof value === "number" || value instanceof ExactNumber) return wireNumber(value);
  if (Array.isArray(value)) return value.map(impliedToWire);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value as Fields).map(([name, item]) => [name, impliedToWire(item)]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof ExactNumber)
  );
}

function ownMember<Item>(record: Readonly<Record<string, Item>>, name: string): Item | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function inPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function misfit(value: unknown, wanted: string, path: string): Error {
  const found = Array.isArray(value) ? "a list" : value === null ? "null" : `a value of type ${typeof value}`;
  return new Error(`${path === "" ? "The value" : path} is ${found}, where the schema has ${wanted}`);
}
