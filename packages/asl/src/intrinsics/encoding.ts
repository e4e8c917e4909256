import type { Json } from "../json.js";
import { IntrinsicFault, type IntrinsicFunction } from "./call.js";
import { stringAt } from "./values.js";

/** The longest text that States.Base64Encode and States.Base64Decode take, in characters. */
const MAX_LENGTH = 10_000;

/** Intrinsics for encoding and decoding: Base64 of RFC 4648, over UTF-8. */
export const ENCODING_FUNCTIONS: Record<string, IntrinsicFunction> = {
  "States.Base64Encode": { arity: { least: 1, most: 1 }, apply: (values) => encode(textOf(values)) },
  "States.Base64Decode": { arity: { least: 1, most: 1 }, apply: (values) => decode(textOf(values)) },
};

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function textOf(values: readonly Json[]): string {
  const text = stringAt(values, 0);
  if (text.length > MAX_LENGTH) {
    throw new IntrinsicFault(`The argument at position 1 has ${text.length} characters but may have ${MAX_LENGTH}`);
  }
  return text;
}

function encode(text: string): string {
  return btoa(Array.from(utf8Encoder.encode(text), (byte) => String.fromCharCode(byte)).join(""));
}

function decode(base64: string): string {
  // Padding may be left out but, where it stands, must be right; atob would pass over blanks.
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(base64)) {
    throw new IntrinsicFault("The argument at position 1 is not a Base64 text");
  }
  return utf8Decoder.decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}
