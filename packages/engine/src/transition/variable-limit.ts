import { type JsonObject, printJson } from "@pawl/asl";
import type { Branch, Execution } from "../execution.js";
import { MAX_DATA_BYTES, printOutput } from "./data-limit.js";

/** As the inputs and outputs are, in bytes of UTF-8 of JSON texts. */
const MAX_STORED_BYTES = 10 * 1024 * 1024;

/** Bytes of the variables of a branch, by name: measured once for each object that holds them. */
const sizes = new WeakMap<JsonObject, ReadonlyMap<string, number>>();

/**
 * The variables of a branch after an assignment; undefined where they would be too large. One variable, and all of one Assign together,
 * may take 256 KiB; all that a state sees 10 MiB (https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html).
 *
 * @param texts the JSON texts of the new values
 */
export function assignVariables(
  execution: Execution,
  branch: Branch,
  assigned: JsonObject,
  texts: ReadonlyMap<string, string>,
): JsonObject | undefined {
  const measured = new Map(sizesOf(branch.variables));
  let bytes = 0;
  for (const [name, text] of texts) {
    const size = Buffer.byteLength(text);
    measured.set(name, size);
    bytes += size;
  }
  if (bytes > MAX_DATA_BYTES || sum(measured) + outerBytes(execution, branch) > MAX_STORED_BYTES) return undefined;
  const variables = { ...branch.variables, ...assigned };
  sizes.set(variables, measured);
  return variables;
}

/** The JSON texts of new values, by name; undefined where one Assign may not have as much. */
export function printVariables(assigned: JsonObject): Map<string, string> | undefined {
  const texts = new Map<string, string>();
  let characters = 0;
  for (const [name, value] of Object.entries(assigned)) {
    const text = printOutput(value);
    characters += text?.length ?? Number.POSITIVE_INFINITY;
    if (text === undefined || characters > MAX_DATA_BYTES) return undefined;
    texts.set(name, text);
  }
  return texts;
}

/** @param name of the state */
export function variablesTooLarge(name: string): { error: string; cause: string } {
  return {
    error: "States.DataLimitExceeded",
    cause: `The state '${name}' assigned variables with a size exceeding the maximum number of bytes service limit.`,
  };
}

function outerBytes(execution: Execution, branch: Branch): number {
  let bytes = 0;
  for (let { parent } = branch; parent !== undefined; ) {
    const outer = execution.branches.get(parent);
    bytes += sum(sizesOf(outer?.variables));
    parent = outer?.parent;
  }
  return bytes;
}

function sizesOf(variables: JsonObject | undefined): ReadonlyMap<string, number> {
  if (variables === undefined) return NONE;
  let measured = sizes.get(variables);
  if (measured === undefined) {
    measured = new Map(Object.entries(variables).map(([name, value]) => [name, Buffer.byteLength(printJson(value))]));
    sizes.set(variables, measured);
  }
  return measured;
}

const NONE: ReadonlyMap<string, number> = new Map();

function sum(measured: ReadonlyMap<string, number>): number {
  let bytes = 0;
  for (const size of measured.values()) bytes += size;
  return bytes;
}
