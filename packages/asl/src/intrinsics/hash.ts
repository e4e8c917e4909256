import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Json, printJson } from "../json.js";
import { IntrinsicFault, type IntrinsicFunction } from "./call.js";
import { stringAt } from "./values.js";

/** The longest text that States.Hash takes, in characters. */
const MAX_LENGTH = 10_000;

const ALGORITHMS = new Map<string, (message: Uint8Array) => Uint8Array>([
  ["MD5", md5],
  ["SHA-1", sha1],
  ["SHA-256", sha256],
  ["SHA-384", sha384],
  ["SHA-512", sha512],
]);

/** The intrinsic for hash calculation: hexadecimal digits, of the UTF-8 of the data. */
export const HASH_FUNCTIONS: Record<string, IntrinsicFunction> = {
  "States.Hash": { arity: { least: 2, most: 2 }, apply: hash },
};

const utf8Encoder = new TextEncoder();

/** Data that is no string is hashed as its JSON text. */
function hash(values: readonly Json[]): string {
  const data = values[0] ?? null;
  const text = typeof data === "string" ? data : printJson(data);
  if (text.length > MAX_LENGTH) {
    throw new IntrinsicFault(`The data to hash has ${text.length} characters but may have ${MAX_LENGTH}`);
  }
  const name = stringAt(values, 1);
  const algorithm = ALGORITHMS.get(name);
  if (algorithm === undefined) {
    throw new IntrinsicFault(`The algorithm '${name}' is not one of: ${[...ALGORITHMS.keys()].join(", ")}`);
  }
  return bytesToHex(algorithm(utf8Encoder.encode(text)));
}
