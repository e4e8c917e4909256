import { type Branch, dueAt, type Execution } from "../execution.js";
import type { BranchRow } from "../store/store.js";

/** Branches as the store keeps them: JSON texts with the columns that wake them. */

/** @param activityArn of the queue that the branch's task stands in */
export function branchRow(execution: Execution, branch: Branch, activityArn: string | undefined): BranchRow {
  const { id, inputText: _text, stored: _stored, progress: _derived, ...data } = branch;
  const { waiting } = branch;
  return {
    id,
    data: JSON.stringify(data),
    dueAt: dueAt(execution, branch) ?? null,
    activityArn: waiting.kind === "task" && waiting.phase === "queued" ? (activityArn ?? null) : null,
    restart:
      waiting.kind === "turn" ||
      waiting.kind === "evaluation" ||
      waiting.kind === "mapRun" ||
      (waiting.kind === "task" && waiting.phase === "running" && activityArn === undefined),
  };
}

export function readBranch({ id, data }: BranchRow): Branch {
  return { variables: undefined, retries: undefined, parent: undefined, ...JSON.parse(data), id, stored: true };
}
