import type { Json } from "@pawl/asl";

/**
 * What the tasks of simulated machines compute: the same from the same parameters, whoever computes it and how often. Only so
 * can the result under faults be compared with the result without.
 */
export function workOn(parameters: Json, isHealed: boolean): Outcome {
  const { op, n } = parameters as { readonly op: string; readonly n: number };
  if (op === "refuse" || (op === "refuseUntilHealed" && !isHealed)) return { error: "Sim.Refused", cause: "no" };
  return { output: JSON.stringify({ n: (n * 2 + 1) % 1000 }) };
}

export type Outcome = { readonly output: string } | { readonly error: string; readonly cause: string };

/** The resource of a task that a handler in the engine's process answers. */
export const CALL = "arn:aws:states:::aws-sdk:sqs:sendMessage";
/** Its `service:action`. */
export const CALL_ACTION = "aws-sdk:sqs:sendMessage";
