import { type Program, parseJson } from "@pawl/asl";
import { type Branch, type Execution, rebuildProgress } from "../execution.js";
import type { LogSettings } from "../execution-log/log-settings.js";
import { printRedrive, type Redrive, readRedrive } from "../redrive.js";
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
  /** Where the events of its executions are logged; absent where nowhere. */
  readonly log?: LogSettings | undefined;
}

/** The place of a child execution in its map run. */
export interface ParentPlace {
  readonly executionId: number;
  readonly branchId: number;
  readonly index: number;
  /** How many items it works on; absent for one. */
  readonly items?: number;
  /** The first state of the item processor. */
  readonly startAt: string;
  readonly type: "STANDARD" | "EXPRESS";
  /** How often the map run had been redriven when it was started; absent where never. */
  readonly mapRunRedrives?: number;
}

/** An execution in memory: as long as something happens to it, and for as long as there is room. */
export class LiveExecution {
  readonly execution: Execution;
  readonly revision: Revision;
  /** The row as it was read or created; what changes is in `execution`. */
  readonly #created: ExecutionRow;
  /** What is known of its redrives, as the store keeps it; undefined where the store knows as much. */
  #redrive: string | undefined;
  /** False for an execution that no store ever sees. */
  readonly isKept: boolean;
  /** True once a commit holds it. */
  stored: boolean;
  /** True where it was redriven and no commit holds that yet. */
  isRedriven = false;
  /** Commits under way or being filled that hold changes of it. */
  batches = 0;
  /** Characters of the texts in it, about: what it holds of memory besides a few kilobytes. */
  size: number;

  private constructor(
    revision: Revision,
    row: ExecutionRow,
    parent: ParentPlace | undefined,
    execution: Execution,
    stored: boolean,
    isKept: boolean,
  ) {
    this.revision = revision;
    this.#created = row;
    this.parent = parent;
    this.execution = execution;
    this.stored = stored;
    this.isKept = isKept;
    this.size = row.input.length;
  }

  /** Whom its end is told, where it is a child of a map run. */
  readonly parent: ParentPlace | undefined;

  get mapRunArn(): string | null {
    return this.#created.mapRunArn;
  }

  /** How often its map run had been redriven when it was last started. */
  get mapRunRedrives(): number {
    return mapRunRedrives(this.#redrive === undefined ? this.#created : { ...this.#created, redrive: this.#redrive });
  }

  static create(revision: Revision, row: ExecutionRow, isKept: boolean): LiveExecution {
    const parent = parentPlace(row);
    return new LiveExecution(revision, row, parent, executionOf(revision, row, parent), false, isKept);
  }

  /** As the store holds it. */
  static load(
    revision: Revision,
    row: ExecutionRow,
    branches: readonly BranchRow[],
    lastEventId: number,
  ): LiveExecution {
    const parent = parentPlace(row);
    const execution = executionOf(revision, row, parent);
    execution.lastEventId = lastEventId;
    // An express execution keeps no branches: it starts again.
    if (revision.type === "STANDARD") {
      for (const branch of branches.map(readBranch)) {
        execution.branches.set(branch.id, branch);
        execution.nextBranchId = branch.id + 1;
      }
      rebuildProgress(execution);
    }
    const live = new LiveExecution(revision, row, parent, execution, true, true);
    for (const { data } of branches) live.size += data.length;
    return live;
  }

  /** Looks how much it has grown. */
  measure(): void {
    let size = this.execution.inputText.length;
    for (const { inputText } of this.execution.branches.values()) size += inputText?.length ?? 0;
    // Of what was read back only the whole is known.
    this.size = Math.max(size, this.size);
  }

  /** It is about to be redriven. */
  redriven(redrive: Redrive): void {
    this.#redrive = printRedrive(redrive);
    this.isRedriven = true;
  }

  row(): ExecutionRow {
    const { status, stopDate = null, output = null, error = null, cause = null } = this.execution;
    const row = { ...this.#created, status, stopDate, output, error, cause };
    return this.#redrive === undefined ? row : { ...row, redrive: this.#redrive };
  }

  /** The activity that the branch's state calls, if it calls one. */
  activityOf(branch: Branch): string | undefined {
    const state = this.revision.program.states.get(branch.state);
    return state?.type === "Task" && state.resource.kind === "activity" ? state.resource.arn : undefined;
  }
}

/** The place of a child execution in its map run; undefined where it is no child. */
export function parentPlace({ parent }: Pick<ExecutionRow, "parent">): ParentPlace | undefined {
  return parent === null ? undefined : (JSON.parse(parent) as ParentPlace);
}

/** How often the map run of a child execution had been redriven when that was last started. */
export function mapRunRedrives(row: Pick<ExecutionRow, "parent" | "redrive">): number {
  return readRedrive(row.redrive)?.mapRunRedrives ?? parentPlace(row)?.mapRunRedrives ?? 0;
}

function executionOf(revision: Revision, row: ExecutionRow, parent: ParentPlace | undefined): Execution {
  const timeoutSeconds =
    revision.type === "EXPRESS"
      ? Math.min(revision.program.timeoutSeconds ?? EXPRESS_LIMIT_SECONDS, EXPRESS_LIMIT_SECONDS)
      : revision.program.timeoutSeconds;
  const [, , , region = "", , , stateMachineName = ""] = row.stateMachineArn.split(":");
  const redrive = readRedrive(row.redrive);
  return {
    id: row.id,
    arn: row.arn,
    name: row.name,
    type: revision.type,
    stateMachineArn: row.stateMachineArn,
    stateMachineName,
    stateMachineVersionArn: row.stateMachineVersionArn ?? undefined,
    stateMachineAliasArn: row.stateMachineAliasArn ?? undefined,
    roleArn: revision.roleArn,
    region,
    startDate: row.startDate,
    input: parseJson(row.input),
    inputText: row.input,
    traceHeader: row.traceHeader ?? undefined,
    testCase: row.testCase,
    ...(row.testCase === undefined || parent === undefined ? {} : { firstMockedCall: parent.index }),
    startAt: parent?.startAt ?? revision.program.startAt,
    deadline: timeoutSeconds === undefined ? undefined : (redrive?.date ?? row.startDate) + timeoutSeconds * 1000,
    redriveCount: redrive?.count ?? 0,
    redriveDate: redrive?.date,
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
