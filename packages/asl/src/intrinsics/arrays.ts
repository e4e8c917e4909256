import type { Json } from "../json.js";
import { jsonEquals } from "../json-equality.js";
import { IntrinsicFault, type IntrinsicFunction } from "./call.js";
import { canonicalText } from "./canonical-text.js";
import { arrayAt, integerAt } from "./values.js";

/** The most items that States.ArrayRange makes (developer guide, "Intrinsics for arrays"). */
const MAX_RANGE = 1_000;

/** Intrinsics for arrays. */
export const ARRAY_FUNCTIONS: Record<string, IntrinsicFunction> = {
  "States.Array": {
    arity: { least: 0, most: Number.POSITIVE_INFINITY },
    apply: (values) => [...values],
  },
  "States.ArrayPartition": { arity: { least: 2, most: 2 }, apply: partition },
  "States.ArrayContains": {
    arity: { least: 2, most: 2 },
    apply: (values) => arrayAt(values, 0).some((item) => jsonEquals(item, values[1] ?? null)),
  },
  "States.ArrayRange": { arity: { least: 3, most: 3 }, apply: range },
  "States.ArrayGetItem": { arity: { least: 2, most: 2 }, apply: getItem },
  "States.ArrayLength": { arity: { least: 1, most: 1 }, apply: (values) => arrayAt(values, 0).length },
  "States.ArrayUnique": { arity: { least: 1, most: 1 }, apply: (values) => unique(arrayAt(values, 0)) },
};

function partition(values: readonly Json[]): Json[] {
  const array = arrayAt(values, 0);
  const size = integerAt(values, 1);
  if (size <= 0) throw new IntrinsicFault(`The chunk size must be greater than 0 but is ${size}`);
  const chunks: Json[] = [];
  for (let start = 0; start < array.length; start += size) chunks.push(array.slice(start, start + size));
  return chunks;
}

function range(values: readonly Json[]): Json[] {
  const first = integerAt(values, 0);
  const last = integerAt(values, 1);
  const step = integerAt(values, 2);
  if (step === 0) throw new IntrinsicFault("The step of a range cannot be 0");
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > MAX_RANGE) throw new IntrinsicFault(`A range has at most ${MAX_RANGE} items but would have ${length}`);
  return Array.from({ length }, (_, index) => first + index * step);
}

function getItem(values: readonly Json[]): Json {
  const array = arrayAt(values, 0);
  const index = integerAt(values, 1);
  const item = index < 0 ? undefined : array[index];
  if (item === undefined) {
    throw new IntrinsicFault(`The index ${index} is out of bounds for an array of length ${array.length}`);
  }
  return item;
}

/** The first of each value, in order. */
function unique(array: readonly Json[]): Json[] {
  const seen = new Set<string>();
  return array.filter((item) => {
    const text = canonicalText(item);
    const isNew = !seen.has(text);
    if (isNew) seen.add(text);
    return isNew;
  });
}
