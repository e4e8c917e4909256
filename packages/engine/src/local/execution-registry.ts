import { randomUUID } from "node:crypto";
import { executionArn, expressExecutionArn, splitQualifier } from "../arn.js";
import type { Clock } from "../clock.js";
import type {
  ExecutionDescription,
  ExecutionSummary,
  Executions,
  HistoryRequest,
  Page,
  PageRequest,
  StartExecution,
  SyncExecution,
} from "../engine.js";
import { type Mocks, splitTestCase } from "../mocks/mocks.js";
import { dateOfToken, nextRedrive, readRedrive, reasonAgainstRedrive } from "../redrive.js";
import type { Runtime } from "../runtime/runtime.js";
import { ServiceError } from "../service-error.js";
import {
  type ExecutionRow,
  type ExecutionStatus,
  type ListedPlace,
  listedAt,
  type StateMachineQuery,
  type Store,
} from "../store/store.js";
import { timeOrderedUuid } from "../time-ordered-uuid.js";
import { billedDuration, billedMemory } from "./billing.js";
import { historyPage } from "./history-page.js";
import type { PageTokens } from "./page-token.js";
import { executionDoesNotExist, stateMachineDoesNotExist } from "./refusals.js";
import { type Startable, type StateMachineTable, versionNumber } from "./state-machine-table.js";

interface StartedExecution {
  readonly executionArn: string;
  readonly startDate: number;
}

/** A start with the test case that its mocks are taken from. */
interface CasedStart extends StartExecution {
  readonly testCase?: string;
}

/** Executions: starting, stopping and looking at them. */
export class ExecutionRegistry implements Executions {
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #stateMachines: StateMachineTable;
  readonly #clock: Clock;
  readonly #tokens: PageTokens;
  readonly #mocks: Mocks | undefined;
  /** Named starts that are not durable yet, by execution ARN: a second start of the name waits for the first. */
  readonly #starting = new Map<string, Promise<unknown>>();

  constructor(
    store: Store,
    runtime: Runtime,
    stateMachines: StateMachineTable,
    clock: Clock,
    tokens: PageTokens,
    mocks?: Mocks,
  ) {
    this.#tokens = tokens;
    this.#store = store;
    this.#runtime = runtime;
    this.#stateMachines = stateMachines;
    this.#clock = clock;
    this.#mocks = mocks;
  }

  async start(start: StartExecution): Promise<StartedExecution> {
    const stateMachines = this.#stateMachines;
    const request = this.#withTestCase(start);
    const { stateMachineArn, input, name } = request;
    const startable = stateMachines.startableNow(stateMachineArn) ?? (await stateMachines.startable(stateMachineArn));
    const { machine } = startable;
    // A generated name is new, and express executions may share names: nothing to look up.
    if (machine.type === "EXPRESS") {
      const expressName = name ?? timeOrderedUuid(this.#clock.now());
      return this.#begin(startable, request, expressName, expressExecutionArn(machine.arn, expressName, randomUUID()));
    }
    if (name === undefined) {
      const newName = timeOrderedUuid(this.#clock.now());
      return this.#begin(startable, request, newName, executionArn(machine.arn, newName));
    }
    const arn = executionArn(machine.arn, name);
    return this.#oneAtATime(arn, async () => {
      const existing = await this.#store.execution(arn);
      if (existing === undefined) return this.#begin(startable, request, name, arn);
      if (existing.status === "RUNNING" && existing.input === input) {
        return { executionArn: arn, startDate: existing.startDate };
      }
      throw new ServiceError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
    });
  }

  async startSync(start: StartExecution): Promise<SyncExecution> {
    const stateMachines = this.#stateMachines;
    const request = this.#withTestCase(start);
    const { stateMachineArn, input, traceHeader } = request;
    const startable = stateMachines.startableNow(stateMachineArn) ?? (await stateMachines.startable(stateMachineArn));
    const { machine, revision } = startable;
    if (machine.type !== "EXPRESS") throw typeNotSupported();
    const startDate = this.#clock.now();
    const name = request.name ?? timeOrderedUuid(startDate);
    const executionArn = expressExecutionArn(machine.arn, name, randomUUID());
    const row = this.#newRow(startable, request, name, executionArn, startDate);
    const execution = await this.#runtime.run(revision, row);
    const { status, stopDate = startDate, output, error, cause, nextBranchId } = execution;
    if (status === "RUNNING") throw new Error(`${executionArn} has not ended`);
    const bytes = Buffer.byteLength(input) + Buffer.byteLength(output ?? "");
    return {
      executionArn,
      stateMachineArn: machine.arn,
      name,
      status,
      startDate,
      stopDate,
      input,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
      ...(traceHeader === undefined ? {} : { traceHeader }),
      billedDurationInMilliseconds: billedDuration(stopDate - startDate),
      billedMemoryUsedInMB: billedMemory(bytes, nextBranchId),
    };
  }

  /**
   * Where there are mocks, the ARN of a state machine can have a test case behind it: `…:stateMachine:name#case`.
   * @throws ServiceError ValidationException where there is no such test case
   */
  #withTestCase(request: StartExecution): CasedStart {
    const mocks = this.#mocks;
    if (mocks === undefined) return request;
    const { arn, testCase } = splitTestCase(request.stateMachineArn);
    if (testCase === undefined) return request;
    const name = splitQualifier(arn).stateMachineArn.split(":")[6] ?? "";
    mocks.checkTestCase(name, testCase);
    return { ...request, stateMachineArn: arn, testCase };
  }

  async #begin(startable: Startable, request: CasedStart, name: string, arn: string): Promise<StartedExecution> {
    // It may have been deleted while the store was asked.
    this.#stateMachines.checkStartable(startable.machine.arn);
    const startDate = this.#clock.now();
    await this.#runtime.start(startable.revision, this.#newRow(startable, request, name, arn, startDate));
    return { executionArn: arn, startDate };
  }

  #newRow(
    { machine, revision, versionArn, aliasArn }: Startable,
    { input, traceHeader, testCase }: CasedStart,
    name: string,
    arn: string,
    startDate: number,
  ): ExecutionRow {
    return {
      id: this.#store.nextExecutionId(),
      arn,
      name,
      stateMachineArn: machine.arn,
      stateMachineVersionArn: versionArn,
      stateMachineAliasArn: aliasArn,
      revisionId: revision.id,
      startDate,
      input,
      traceHeader: traceHeader ?? null,
      ...(testCase === undefined ? {} : { testCase }),
      mapRunArn: null,
      parent: null,
      status: "RUNNING",
      stopDate: null,
      output: null,
      error: null,
      cause: null,
    };
  }

  async #oneAtATime<Result>(arn: string, action: () => Promise<Result>): Promise<Result> {
    for (let other = this.#starting.get(arn); other !== undefined; other = this.#starting.get(arn)) await other;
    const result = action();
    this.#starting.set(
      arn,
      result.catch(() => {}),
    );
    try {
      return await result;
    } finally {
      this.#starting.delete(arn);
    }
  }

  async describe(arn: string): Promise<ExecutionDescription> {
    return this.#describe(await this.#get(arn));
  }

  async #describe(row: ExecutionRow): Promise<ExecutionDescription> {
    const reason = await this.#reasonAgainstRedrive(row);
    return { ...describe(row), ...redriveStatus(row, reason) };
  }

  async #reasonAgainstRedrive(row: ExecutionRow): Promise<string | undefined> {
    // Of most executions the status tells enough.
    const isUnsuccessful = row.status !== "RUNNING" && row.status !== "SUCCEEDED";
    const lastEventId = isUnsuccessful ? await this.#store.lastEventId(row.id) : 0;
    const [stateMachineArn = ""] = row.stateMachineArn.split("/");
    const machine = isUnsuccessful ? await this.#stateMachines.find(stateMachineArn) : undefined;
    return reasonAgainstRedrive(row, lastEventId, machine?.status !== "ACTIVE", this.#clock.now());
  }

  redrive({
    executionArn: arn,
    clientToken,
  }: {
    readonly executionArn: string;
    readonly clientToken?: string;
  }): Promise<{
    redriveDate: number;
  }> {
    return this.#oneAtATime(arn, async () => {
      const row = await this.#get(arn);
      const now = this.#clock.now();
      const last = readRedrive(row.redrive);
      const redriveDate = dateOfToken(last, clientToken, now);
      if (redriveDate !== undefined) return { redriveDate };
      const reason = (await this.#reasonAgainstRedrive(row)) ?? (row.mapRunArn === null ? undefined : OF_MAP_RUN);
      if (reason !== undefined) {
        throw new ServiceError("ExecutionNotRedrivable", `Execution ${arn} invalid for redrive as: ${reason}`);
      }
      await this.#runtime.redrive(row, nextRedrive(last, now, clientToken));
      return { redriveDate: now };
    });
  }

  async list(
    request: PageRequest & { readonly stateMachineArn: string; readonly status?: ExecutionStatus },
  ): Promise<Page<ExecutionSummary>> {
    const { maxResults, nextToken, stateMachineArn: arn, status } = request;
    const owner = await this.#owner(arn);
    const listing = `executions ${arn} ${status ?? ""}`;
    const before = parsePlace(this.#tokens.parse(listing, nextToken));
    const rows = await this.#store.listExecutions({
      ...owner,
      limit: maxResults + 1,
      ...(status === undefined ? {} : { status }),
      ...(before === undefined ? {} : { before }),
    });
    const page = rows.slice(0, maxResults);
    const last = page.at(-1);
    const items = page.map(summarize);
    return rows.length > maxResults && last !== undefined
      ? { items, nextToken: this.#tokens.print(listing, `${listedAt(last)} ${last.id}`) }
      : { items };
  }

  /** Whose executions a list is of. */
  async #owner(arn: string): Promise<StateMachineQuery> {
    const { stateMachineArn, qualifier } = splitQualifier(arn);
    const machine = await this.#stateMachines.find(stateMachineArn);
    if (machine === undefined) throw stateMachineDoesNotExist(arn);
    if (machine.type === "EXPRESS") throw typeNotSupported();
    if (qualifier === undefined) return { stateMachineArn };
    // What a version or an alias has started can be listed when it is deleted, too.
    return versionNumber(qualifier) === undefined
      ? { stateMachineArn, stateMachineAliasArn: arn }
      : { stateMachineArn, stateMachineVersionArn: arn };
  }

  async stop(request: {
    readonly executionArn: string;
    readonly error?: string;
    readonly cause?: string;
  }): Promise<{ stopDate: number }> {
    const { executionArn: arn, error, cause } = request;
    const { id } = await this.#get(arn);
    await this.#runtime.post(id, { kind: "stopped", error, cause });
    const { stopDate } = await this.#get(arn);
    return { stopDate: stopDate ?? this.#clock.now() };
  }

  async history({ executionArn: arn, maxResults, reverseOrder, nextToken }: HistoryRequest): Promise<Page<string>> {
    const { id } = await this.#get(arn);
    const listing = `history ${arn} ${reverseOrder}`;
    const position = this.#tokens.parseNumber(listing, nextToken);
    const last = await this.#store.lastEventId(id);
    const start = position ?? (reverseOrder ? last : 1);
    const { events, next } = await historyPage(this.#store, id, { start, last, maxResults, reverseOrder });
    return next === undefined
      ? { items: events }
      : { items: events, nextToken: this.#tokens.print(listing, String(next)) };
  }

  async ended(arn: string, signal?: AbortSignal): Promise<ExecutionDescription> {
    const { id } = await this.#get(arn);
    signal?.throwIfAborted();
    for (;;) {
      // The wish is placed before the look: an end between the two is not missed.
      let takeBack = (): void => {};
      const end = new Promise<void>((resolve, reject) => {
        const forget = this.#runtime.onEnd(id, resolve);
        const giveUp = (): void => reject(signal?.reason);
        signal?.addEventListener("abort", giveUp);
        takeBack = () => {
          forget();
          signal?.removeEventListener("abort", giveUp);
        };
      });
      end.catch(() => {});
      try {
        const row = await this.#get(arn);
        if (row.status !== "RUNNING") return this.#describe(row);
        await end;
      } finally {
        takeBack();
      }
    }
  }

  async #get(arn: string): Promise<ExecutionRow> {
    const row = await this.#store.execution(arn);
    if (row === undefined) throw executionDoesNotExist(arn);
    return row;
  }
}

function parsePlace(position: string | undefined): ListedPlace | undefined {
  if (position === undefined) return undefined;
  const [time, id] = position.split(" ").map(Number);
  return { listedAt: time ?? 0, id: id ?? 0 };
}

export function summarize(row: ExecutionRow): ExecutionSummary {
  const redrive = readRedrive(row.redrive);
  return {
    executionArn: row.arn,
    stateMachineArn: row.stateMachineArn,
    name: row.name,
    status: row.status,
    startDate: row.startDate,
    ...(row.stopDate === null ? {} : { stopDate: row.stopDate }),
    ...(row.stateMachineVersionArn === null ? {} : { stateMachineVersionArn: row.stateMachineVersionArn }),
    ...(row.stateMachineAliasArn === null ? {} : { stateMachineAliasArn: row.stateMachineAliasArn }),
    redriveCount: redrive?.count ?? 0,
    ...(redrive === undefined ? {} : { redriveDate: redrive.date }),
  };
}

function describe(row: ExecutionRow): Omit<ExecutionDescription, "redriveStatus"> {
  return {
    ...summarize(row),
    ...(row.mapRunArn === null ? {} : { mapRunArn: row.mapRunArn }),
    input: row.input,
    ...(row.output === null ? {} : { output: row.output }),
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.cause === null ? {} : { cause: row.cause }),
    ...(row.traceHeader === null ? {} : { traceHeader: row.traceHeader }),
  };
}

function redriveStatus(
  { mapRunArn }: ExecutionRow,
  reason: string | undefined,
): Pick<ExecutionDescription, "redriveStatus" | "redriveStatusReason"> {
  if (reason !== undefined) return { redriveStatus: "NOT_REDRIVABLE", redriveStatusReason: reason };
  return { redriveStatus: mapRunArn === null ? "REDRIVABLE" : "REDRIVABLE_BY_MAP_RUN" };
}

const OF_MAP_RUN = "Execution is a child of a Map Run, which its parent redrives";

const typeNotSupported = (): ServiceError =>
  new ServiceError("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine");
