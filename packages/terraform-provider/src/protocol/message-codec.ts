import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type Field, type Message, type MessageName, messages } from "./messages.js";

/** Messages as protocol buffers have them on the wire (https://protobuf.dev/programming-guides/encoding/). */

/** @throws Error where the bytes are no such message */
export function decodeMessage<Name extends MessageName>(name: Name, bytes: Uint8Array): Message<Name> {
  return read(name, new BinaryReader(bytes)) as Message<Name>;
}

export function encodeMessage<Name extends MessageName>(name: Name, message: Message<Name>): Uint8Array {
  const writer = new BinaryWriter();
  write(name, message, writer);
  return writer.finish();
}

interface NumberedField {
  readonly name: string;
  readonly type: string;
  readonly times: "once" | "repeated" | "map";
}

const fieldsByNumber = new Map<MessageName, ReadonlyMap<number, NumberedField>>();

function numbered(message: MessageName): ReadonlyMap<number, NumberedField> {
  let fields = fieldsByNumber.get(message);
  if (fields === undefined) {
    const entries: [string, Field][] = Object.entries(messages[message]);
    fields = new Map(
      entries.map(([name, [number, type, times]]): [number, NumberedField] => [
        number,
        { name, type, times: times ?? "once" },
      ]),
    );
    fieldsByNumber.set(message, fields);
  }
  return fields;
}

function read(message: MessageName, reader: BinaryReader): Readonly<Record<string, unknown>> {
  const fields = numbered(message);
  const result: Record<string, unknown> = {};
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = fields.get(number);
    if (field === undefined) {
      reader.skip(wireType, number);
    } else if (wireType !== wireTypeOf(field.type)) {
      throw new Error(`Field ${field.name} of ${message} has wire type ${wireType}`);
    } else if (field.times === "repeated") {
      result[field.name] = [...((result[field.name] ?? []) as unknown[]), readOne(field.type, reader)];
    } else if (field.times === "map") {
      throw new Error(`Field ${field.name} of ${message} is only ever written`);
    } else {
      result[field.name] = readOne(field.type, reader);
    }
  }
  return result;
}

function readOne(type: string, reader: BinaryReader): unknown {
  switch (type) {
    case "string":
      return reader.string();
    case "bytes":
      return reader.bytes();
    case "bool":
      return reader.bool();
    case "int64":
      return Number(reader.int64());
    case "enum":
      return reader.int32();
    default:
      return read(type as MessageName, new BinaryReader(reader.bytes()));
  }
}

function write(message: MessageName, value: Readonly<Record<string, unknown>>, writer: BinaryWriter): void {
  const fields: [string, Field][] = Object.entries(messages[message]);
  for (const [name, [number, type, times]] of fields) {
    const member = value[name];
    if (member === undefined) continue;
    if (times === "repeated") {
      for (const item of member as readonly unknown[]) writeOne(number, type, item, writer);
    } else if (times === "map") {
      for (const [key, item] of Object.entries(member as object)) {
        writer.tag(number, WireType.LengthDelimited).fork();
        writeOne(1, "string", key, writer);
        writeOne(2, type, item, writer);
        writer.join();
      }
    } else {
      writeOne(number, type, member, writer);
    }
  }
}

function writeOne(number: number, type: string, value: unknown, writer: BinaryWriter): void {
  writer.tag(number, wireTypeOf(type));
  switch (type) {
    case "string":
      writer.string(value as string);
      break;
    case "bytes":
      writer.bytes(value as Uint8Array);
      break;
    case "bool":
      writer.bool(value as boolean);
      break;
    case "int64":
      writer.int64(value as number);
      break;
    case "enum":
      writer.int32(value as number);
      break;
    default:
      writer.fork();
      write(type as MessageName, value as Readonly<Record<string, unknown>>, writer);
      writer.join();
  }
}

function wireTypeOf(type: string): WireType {
  return type === "bool" || type === "int64" || type === "enum" ? WireType.Varint : WireType.LengthDelimited;
}
