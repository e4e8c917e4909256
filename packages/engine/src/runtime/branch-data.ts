import { type Json, MAX_DEPTH, parseJson, printJson } from "@pawl/asl";
import { type Branch, dueAt, type Execution } from "../execution.js";
import type { BranchRow } from "../store/store.js";
import { isCall } from "../transition/task.js";

/** Branches as the store keeps them: JSON texts with the columns that wake them. */

/** How deep a text may nest that holds values of a state: these have all the levels that a value may have. */
export const MAX_HOLDER_DEPTH = MAX_DEPTH + 16;

/** @param activityArn of the queue that the branch's task stands in */
export function branchRow(execution: Execution, branch: Branch, activityArn: string | undefined): BranchRow {
  const { id, inputText: _text, stored: _stored, progress: _derived, mapRun: _run, ...data } = branch;
  const { waiting } = branch;
  return {
    id,
    // Nothing else is in a branch than what JSON has, and members that are undefined.
    data: printJson(data as unknown as Json, MAX_HOLDER_DEPTH),
    dueAt: dueAt(execution, branch) ?? null,
    activityArn: waiting.kind === "task" && waiting.phase === "queued" ? (activityArn ?? null) : null,
    restart:
      waiting.kind === "turn" ||
      waiting.kind === "evaluation" ||
      waiting.kind === "mapRun" ||
      (waiting.kind === "task" && isCall(waiting) && (activityArn === undefined || waiting.mockedCall !== undefined)),
  };
}

/** A branch of an execution that has ended: nothing wakes it before a redrive. */
export function keptRow(execution: Execution, branch: Branch): BranchRow {
  return { ...branchRow(execution, branch, undefined), dueAt: null, restart: false };
}

export function readBranch({ id, data }: BranchRow): Branch {
  // Written by {@link branchRow}.
  const stored = parseJson(data, MAX_HOLDER_DEPTH) as unknown as Branch;
  return { ...ABSENT, ...stored, id, stored: true };
}

/** Members that JSON leaves out where they are undefined. */
const ABSENT = { variables: undefined, retries: undefined, parent: undefined };
