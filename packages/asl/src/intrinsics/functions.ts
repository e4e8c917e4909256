import { ARRAY_FUNCTIONS } from "./arrays.js";
import type { IntrinsicFunction } from "./call.js";
import { ENCODING_FUNCTIONS } from "./encoding.js";
import { FORMAT_FUNCTIONS } from "./format.js";
import { HASH_FUNCTIONS } from "./hash.js";
import { JSON_FUNCTIONS } from "./json-functions.js";
import { MATH_FUNCTIONS } from "./math.js";
import { STRING_FUNCTIONS } from "./strings.js";
import { UNIQUE_ID_FUNCTIONS } from "./unique-id.js";

/**
 * All intrinsic functions by name
 * (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
 */
export const INTRINSIC_FUNCTIONS: ReadonlyMap<string, IntrinsicFunction> = new Map(
  Object.entries({
    ...FORMAT_FUNCTIONS,
    ...JSON_FUNCTIONS,
    ...ARRAY_FUNCTIONS,
    ...ENCODING_FUNCTIONS,
    ...HASH_FUNCTIONS,
    ...MATH_FUNCTIONS,
    ...STRING_FUNCTIONS,
    ...UNIQUE_ID_FUNCTIONS,
  }),
);
