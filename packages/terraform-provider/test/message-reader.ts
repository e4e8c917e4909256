import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { type Field, type Message, type MessageName, messages } from "../src/protocol/messages.js";

/** Reads what the provider answers, maps too, by the wire types that come and not by those that the provider means. */
export function readMessage<Name extends MessageName>(name: Name, bytes: Uint8Array): Message<Name> {
  return read(name, bytes) as Message<Name>;
}

function read(name: MessageName, bytes: Uint8Array): Record<string, unknown> {
  const reader = new BinaryReader(bytes);
  const fields: [string, Field][] = Object.entries(messages[name]);
  const result: Record<string, unknown> = {};
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const [field, [, type, times]] = fields.find(([, [each]]) => each === number) ?? ["", [0, ""] as Field];
    if (field === "") throw new Error(`${name} has no field ${number}`);
    const value = oneOf(type, wireType, reader, times === "map");
    if (times === "repeated") result[field] = [...((result[field] ?? []) as unknown[]), value];
    else if (times === "map") result[field] = { ...(result[field] as object | undefined), ...(value as object) };
    else result[field] = value;
  }
  return result;
}

function oneOf(type: string, wireType: WireType, reader: BinaryReader, isEntry: boolean): unknown {
  if (wireType === WireType.Varint) {
    const number = Number(reader.int64());
    return type === "bool" ? number === 1 : number;
  }
  if (wireType !== WireType.LengthDelimited) throw new Error(`wire type ${wireType} for ${type}`);
  const bytes = reader.bytes();
  if (isEntry) {
    const entry = new BinaryReader(bytes);
    entry.tag();
    const key = entry.string();
    entry.tag();
    return { [key]: read(type as MessageName, entry.bytes()) };
  }
  if (type === "string") return Buffer.from(bytes).toString();
  return type === "bytes" ? bytes : read(type as MessageName, bytes);
}
