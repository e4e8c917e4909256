import { JavaRandom } from "../java-random.js";
import type { Json } from "../json.js";
import type { Scope } from "../program.js";
import { IntrinsicFault, type IntrinsicFunction } from "./call.js";
import { integerAt } from "./values.js";

/** Intrinsics for math operations. */
export const MATH_FUNCTIONS: Record<string, IntrinsicFunction> = {
  "States.MathRandom": { arity: { least: 2, most: 3 }, apply: random },
  "States.MathAdd": { arity: { least: 2, most: 2 }, apply: (values) => integerAt(values, 0) + integerAt(values, 1) },
};

/** An integer from the start, included, to the end, excluded; with a seed the same one each time. */
function random(values: readonly Json[], scope: Scope): number {
  const start = integerAt(values, 0);
  const end = integerAt(values, 1);
  if (start >= end) throw new IntrinsicFault(`The start ${start} must be less than the end ${end}`);
  if (values.length < 3) return start + Math.floor(scope.random() * (end - start));
  return new JavaRandom(integerAt(values, 2)).between(start, end);
}
