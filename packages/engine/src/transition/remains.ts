import type { Branch } from "../execution.js";
import type { Turn } from "./turn.js";

/**
 * What an execution leaves that has ended without success: the branches as they stood then, with those that its failure
 * removed. A redrive goes on from there; an execution that succeeds leaves nothing.
 */

/** Keeps the branches of the execution, which has ended. Express executions cannot be redriven. */
export function keepBranches(turn: Turn): void {
  const { execution, fallen } = turn;
  if (execution.type !== "STANDARD") return;
  const branches = new Map<number, Branch>();
  for (const branch of fallen) branches.set(branch.id, branch);
  for (const branch of execution.branches.values()) branches.set(branch.id, branch);
  // Children of a state that has been left since, or is tried again, belong to nobody.
  const belongs = ({ parent }: Branch): boolean => {
    if (parent === undefined) return true;
    const owner = branches.get(parent);
    return owner !== undefined && hasChildren(owner) && belongs(owner);
  };
  turn.kept = [...branches.values()].filter(belongs).sort((one, other) => one.id - other.id);
}

/** True for a branch that waits for children, or whose children have all ended. */
export function hasChildren({ waiting: { kind } }: Branch): boolean {
  return kind === "branches" || kind === "iterations" || kind === "mapRun";
}
