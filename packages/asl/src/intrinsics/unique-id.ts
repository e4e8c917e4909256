import type { IntrinsicFunction } from "./call.js";

/** The intrinsic for a unique identifier: a UUID of version 4. */
export const UNIQUE_ID_FUNCTIONS: Record<string, IntrinsicFunction> = {
  "States.UUID": { arity: { least: 0, most: 0 }, apply: (_values, scope) => scope.uuid() },
};
