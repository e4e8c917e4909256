import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { JavaRandom } from "../java-random.js";
import { currentWorld, evaluator, extend } from "./host.js";
import { DEEPEST, LimitExceeded, MOST_ITEMS, OUT_OF_MEMORY } from "./limits.js";

/**
 * The functions that the service has beside JSONata's own, by name, and nothing for `$eval`
 * (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-intrinsic). As JSONata's
 * own they give nothing where they are given nothing.
 */
export function serviceFunctions(): ReadonlyMap<string, unknown> {
  made ??= extend(makeFunctions);
  return made;
}

let made: ReadonlyMap<string, unknown> | undefined;

function makeFunctions(): ReadonlyMap<string, unknown> {
  const functions: Record<string, [implementation: (...values: never[]) => unknown, signature: string]> = {
    partition: [partition, "<an:a<a>>"],
    range: [range, "<nnn:a<n>>"],
    hash: [hash, "<s-s:s>"],
    random: [random, "<n?:n>"],
    uuid: [() => currentWorld().uuid(), "<:s>"],
    parse: [parse, "<s-:x>"],
  };
  const definitions = Object.entries(functions).map(([name, [implementation, signature]]) => {
    const reference = evaluator.jsonata(`$${name}`, { stack: DEEPEST });
    reference.registerFunction(name, implementation, signature);
    return [name, reference.evaluate(undefined, {})] as const;
  });
  return new Map([...definitions, ["eval", undefined]]);
}

/** The names that JSONata and the service give functions. */
export const FUNCTION_NAMES: ReadonlySet<string> = new Set(
  (
    "sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match " +
    "contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power " +
    "random boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert " +
    "type sort shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl eval " +
    "toMillis fromMillis clone now millis partition range hash uuid parse"
  ).split(" "),
);

/** An error of a function; the service's texts for these are not known. */
class FunctionFault {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

function partition(array: readonly unknown[] | undefined, size: number | undefined): unknown[][] | undefined {
  if (array === undefined || size === undefined) return undefined;
  const length = Math.round(size);
  if (!(length > 0)) throw new FunctionFault(`The chunk size of $partition must be greater than 0 but is ${size}`);
  evaluator.take(array.length);
  const chunks: unknown[][] = [];
  for (let start = 0; start < array.length; start += length) chunks.push(array.slice(start, start + length));
  return chunks;
}

function range(first: number | undefined, last: number | undefined, step: number | undefined): number[] | undefined {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (step === 0 || Number.isNaN(length)) throw new FunctionFault("The step of $range cannot be 0");
  if (length > MOST_ITEMS) throw new LimitExceeded(OUT_OF_MEMORY);
  evaluator.take(length);
  const numbers = Array.from({ length }, (_, index) => first + index * step);
  // As JSONata's own ranges it is a sequence: of one number it is that number.
  return Object.assign(numbers, { sequence: true });
}

const ALGORITHMS: ReadonlyMap<string, (message: Uint8Array) => Uint8Array> = new Map([
  ["MD5", md5],
  ["SHA-1", sha1],
  ["SHA-256", sha256],
  ["SHA-384", sha384],
  ["SHA-512", sha512],
]);

const utf8Encoder = new TextEncoder();

/** Hexadecimal digits, of the text's UTF-8. */
function hash(text: string | undefined, name: string | undefined): string | undefined {
  if (text === undefined || name === undefined) return undefined;
  const algorithm = ALGORITHMS.get(name);
  if (algorithm === undefined) {
    throw new FunctionFault(`The algorithm '${name}' of $hash is not one of: ${[...ALGORITHMS.keys()].join(", ")}`);
  }
  // A character takes up to 100 ns.
  evaluator.take(text.length * 5);
  return bytesToHex(algorithm(utf8Encoder.encode(text)));
}

/** A number in [0, 1); with a seed always the same one, as java.util.Random has it. */
function random(seed: number | undefined): number {
  return seed === undefined ? currentWorld().random() : new JavaRandom(Math.trunc(seed)).double();
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  evaluator.take(text.length);
  try {
    // Numbers within an expression are JavaScript's.
    return JSON.parse(text);
  } catch {
    throw new FunctionFault("The argument of $parse is not a JSON text");
  }
}
