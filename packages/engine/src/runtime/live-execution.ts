import { type Program, parseJson } from "@pawl/asl";
import { type Branch, type Execution, rebuildProgress } from "../execution.js";
import type { BranchRow, ExecutionRow } from "../store/store.js";
import { readBranch } from "./branch-data.js";

/** Express executions run for five minutes at most (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const EXPRESS_LIMIT_SECONDS = 300;

/** The parts of a state machine's revision that its executions need. */
export interface Revision {
  readonly id: number;
  readonly stateMachineArn: string;
  readonly type: "STANDARD" | "EXPRESS";
  readonly roleArn: string;
  readonly program: Program;
}

/** The place of a child execution in its map run. */
export interface ParentPlace {
  readonly executionId: number;
  readonly branchId: number;
  readonly index: number;
  /** The first state of the item processor. */
  readonly startAt: string;
  readonly type: "STANDARD" | "EXPRESS";
}

/** An execution in memory: as long as something happens to it, and for as long as there is room. */
export class LiveExecution {
  readonly execution: Execution;
  readonly revision: Revision;
  /** The row as it was created; what changes is in `execution`. */
  readonly #created: ExecutionRow;
  /** False for an execution that no store ever sees. */
  readonly isKept: boolean;
  /** True once a commit holds it. */
  stored: boolean;
  /** Commits under way or being filled that hold changes of it. */
  batches = 0;

  private constructor(revision: Revision, row: ExecutionRow, execution: Execution, stored: boolean, isKept: boolean) {
    this.revision = revision;
    this.#created = row;
    this.execution = execution;
    this.stored = stored;
    this.isKept = isKept;
  }

  /** Whom its end is told, where it is a child of a map run. */
  get parent(): ParentPlace | undefined {
    return this.#created.parent === null ? undefined : (JSON.parse(this.#created.parent) as ParentPlace);
  }

  get mapRunArn(): string | null {
    return this.#created.mapRunArn;
  }

  static create(revision: Revision, row: ExecutionRow, region: string, isKept: boolean): LiveExecution {
    return new LiveExecution(revision, row, executionOf(revision, row, region), false, isKept);
  }

  /** As the store holds it. */
  static load(
    revision: Revision,
    row: ExecutionRow,
    region: string,
    branches: readonly BranchRow[],
    lastEventId: number,
  ): LiveExecution {
    const execution = executionOf(revision, row, region);
    execution.lastEventId = lastEventId;
    // An express execution keeps no branches: it starts again.
    if (revision.type === "STANDARD") {
      for (const branch of branches.map(readBranch)) {
        execution.branches.set(branch.id, branch);
        execution.nextBranchId = branch.id + 1;
      }
      rebuildProgress(execution);
    }
    return new LiveExecution(revision, row, execution, true, true);
  }

  row(): ExecutionRow {
    const { status, stopDate = null, output = null, error = null, cause = null } = this.execution;
    return { ...this.#created, status, stopDate, output, error, cause };
  }

  /** The activity that the branch's state calls, if it calls one. */
  activityOf(branch: Branch): string | undefined {
    const state = this.revision.program.states.get(branch.state);
    return state?.type === "Task" && state.resource.kind === "activity" ? state.resource.arn : undefined;
  }
}

function executionOf(revision: Revision, row: ExecutionRow, region: string): Execution {
  const timeoutSeconds =
    revision.type === "EXPRESS"
      ? Math.min(revision.program.timeoutSeconds ?? EXPRESS_LIMIT_SECONDS, EXPRESS_LIMIT_SECONDS)
      : revision.program.timeoutSeconds;
  const parent = row.parent === null ? undefined : (JSON.parse(row.parent) as ParentPlace);
  return {
    id: row.id,
    arn: row.arn,
    name: row.name,
    type: revision.type,
    stateMachineArn: row.stateMachineArn,
    stateMachineName: row.stateMachineArn.split(":")[6] ?? "",
    stateMachineVersionArn: row.stateMachineVersionArn ?? undefined,
    stateMachineAliasArn: row.stateMachineAliasArn ?? undefined,
    roleArn: revision.roleArn,
    region,
    startDate: row.startDate,
    input: parseJson(row.input),
    inputText: row.input,
    traceHeader: row.traceHeader ?? undefined,
    startAt: parent?.startAt ?? revision.program.startAt,
    deadline: timeoutSeconds === undefined ? undefined : row.startDate + timeoutSeconds * 1000,
    status: row.status,
    stopDate: row.stopDate ?? undefined,
    output: row.output ?? undefined,
    error: row.error ?? undefined,
    cause: row.cause ?? undefined,
    lastEventId: 0,
    branches: new Map(),
    nextBranchId: 0,
  };
}
