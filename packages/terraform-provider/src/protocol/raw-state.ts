import { ExactNumber, type Json, parseJson } from "@pawl/asl/json";
import type { Block, NestedBlock, Type } from "../schema.js";
import type { Fields, Value } from "../value.js";

/**
 * Reads a state as Terraform stores it (JSON) by the schema as it is now. Attributes that it does not have are dropped, those
 * that the state does not have are null, so states of other versions, and of other providers with the same resource, can be
 * read. Numbers keep their digits: a state that came back changed would be a change in every plan.
 * @throws Error where the text is no such JSON
 */
export function fieldsFromState(json: Uint8Array, block: Block): Fields | null {
  const value = parseJson(Buffer.from(json).toString());
  if (value === null) return null;
  return blockFromJson(value, block, "The state");
}

function blockFromJson(value: Json, block: Block, path: string): Fields {
  const members = record(value, path);
  return Object.fromEntries([
    ...Object.entries(block.attributes).map(([name, { type }]): [string, Value] => [
      name,
      fromJson(member(members, name), type, `${path}.${name}`),
    ]),
    ...Object.entries(block.blocks ?? {}).map(([name, nested]): [string, Value] => [
      name,
      nestedFromJson(member(members, name), nested, `${path}.${name}`),
    ]),
  ]);
}

function nestedFromJson(value: Json, nested: NestedBlock, path: string): Value {
  if (nested.nesting === "single") {
    // Providers with the older protocol have such a block as a list of one.
    const one = Array.isArray(value) ? (value[0] ?? null) : value;
    return one === null ? null : blockFromJson(one, nested, path);
  }
  if (value === null) return [];
  return list(value, path).map((item, index) => blockFromJson(item, nested, `${path}[${index}]`));
}

function fromJson(value: Json, type: Type, path: string): Value {
  if (value === null) return null;
  switch (type) {
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "number":
      if (typeof value === "number" || value instanceof ExactNumber) return value;
      break;
    case "dynamic":
      // With its type beside it, which the value says as well.
      return member(record(value, path), "value");
    default: {
      const [kind, inner] = type;
      if (kind === "list" || kind === "set") {
        return list(value, path).map((item, index) => fromJson(item, inner, `${path}[${index}]`));
      }
      const members = record(value, path);
      return Object.fromEntries(
        kind === "map"
          ? Object.entries(members).map(([key, item]) => [key, fromJson(item, inner, `${path}["${key}"]`)])
          : Object.entries(inner).map(([name, each]) => [
              name,
              fromJson(member(members, name), each, `${path}.${name}`),
            ]),
      );
    }
  }
  throw new Error(`${path} is no ${type}`);
}

function member(members: Readonly<Record<string, Json>>, name: string): Json {
  return Object.hasOwn(members, name) ? (members[name] ?? null) : null;
}

function record(value: Json, path: string): Readonly<Record<string, Json>> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof ExactNumber) {
    throw new Error(`${path} is no object`);
  }
  return value;
}

function list(value: Json, path: string): readonly Json[] {
  if (!Array.isArray(value)) throw new Error(`${path} is no list`);
  return value;
}
