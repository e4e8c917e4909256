import { decode, ExtData, type ExtensionCodecType, encode } from "@msgpack/msgpack";
import { UNKNOWN } from "../value.js";

/**
 * MessagePack as Terraform writes values in it: unknown values are extensions. One of type 0 says no more than that, one of
 * type 12 what is known of the value all the same; both are read as UNKNOWN, and type 0 is written.
 */

const unknownValues: ExtensionCodecType<undefined> = {
  tryToEncode: (value) => (value === UNKNOWN ? new ExtData(0, new Uint8Array(1)) : null),
  decode: () => UNKNOWN,
};

/** @throws Error where the bytes are no MessagePack */
export function unpack(bytes: Uint8Array): unknown {
  const options = { extensionCodec: unknownValues, useBigInt64: true };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The library refuses this key, for which Terraform has as much use as for any other.
  if (!buffer.includes(PROTO)) return decode(bytes, options);
  const standIn = standInNotIn(buffer);
  // Of the same length, so what is written around it stays true.
  const replaced = Buffer.from(buffer.toString("latin1").replaceAll(PROTO, standIn.toString("latin1")), "latin1");
  return restore(decode(replaced, options), standIn.toString());
}

export function pack(value: unknown): Uint8Array {
  return encode(value, { extensionCodec: unknownValues, useBigInt64: true, maxDepth: 1000 });
}

const PROTO = "__proto__";

/** Nine bytes of UTF-8 that `buffer` does not hold. */
function standInNotIn(buffer: Buffer): Buffer {
  for (let code = 0xe000; ; code += 1) {
    const standIn = Buffer.from(String.fromCharCode(code).repeat(3));
    if (!buffer.includes(standIn)) return standIn;
  }
}

function restore(value: unknown, standIn: string): unknown {
  if (typeof value === "string") return value.replaceAll(standIn, PROTO);
  if (Array.isArray(value)) return value.map((item) => restore(item, standIn));
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  // Makes an own member of it, even where it is called __proto__.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.replaceAll(standIn, PROTO), restore(item, standIn)]),
  );
}
