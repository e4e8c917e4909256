import { childStateMachineArn } from "../arn.js";
import type { ChildSummary, MapRunDescription, MapRunSummary, MapRuns, Page, PageRequest } from "../engine.js";
import { type MapRunRecord, type MapRunSettings, NO_COUNTS, readMapRun } from "../map-run-record.js";
import { parentPlace } from "../runtime/live-execution.js";
import type { RunningMapRun, Runtime } from "../runtime/runtime.js";
import { ServiceError } from "../service-error.js";
import type { ExecutionRow, MapRunRow, Store } from "../store/store.js";
import { summarize } from "./execution-registry.js";
import type { PageTokens } from "./page-token.js";
import { executionDoesNotExist, mapRunDoesNotExist } from "./refusals.js";

/** Map runs: looking at them and their children, and changing what limits them. */
export class MapRunRegistry implements MapRuns {
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #tokens: PageTokens;

  constructor(store: Store, runtime: Runtime, tokens: PageTokens) {
    this.#store = store;
    this.#runtime = runtime;
    this.#tokens = tokens;
  }

  async describe(mapRunArn: string): Promise<MapRunDescription> {
    let row = await this.#get(mapRunArn);
    let running = await this.#running(row);
    if (running === undefined && row.status === "RUNNING") {
      // Memory is ahead of the store: it ends just now.
      await this.#runtime.flushed();
      row = await this.#get(mapRunArn);
      running = await this.#running(row);
    }
    const record = readMapRun(row);
    const { executions, items } = running?.counts ?? record.counts ?? { executions: NO_COUNTS, items: NO_COUNTS };
    const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage, redriven } = record;
    return {
      ...summary(record, await this.#executionArn(row)),
      status: row.status,
      maxConcurrency,
      toleratedFailureCount,
      toleratedFailurePercentage,
      executionCounts: executions,
      itemCounts: items,
      redriveCount: redriven?.count ?? 0,
      ...(redriven === undefined ? {} : { redriveDate: redriven.date }),
    };
  }

  async #running(row: MapRunRow): Promise<RunningMapRun | undefined> {
    return row.status === "RUNNING" ? this.#runtime.mapRun(row.executionId, readMapRun(row)) : undefined;
  }

  async list({
    executionArn,
    maxResults,
    nextToken,
  }: PageRequest & { readonly executionArn: string }): Promise<Page<MapRunSummary>> {
    const execution = await this.#store.execution(executionArn);
    if (execution === undefined) throw executionDoesNotExist(executionArn);
    const listing = `mapRuns ${executionArn}`;
    const before = this.#tokens.parse(listing, nextToken);
    const rows = await this.#store.mapRuns(execution.id, maxResults + 1, before);
    const page = rows.slice(0, maxResults);
    const last = page.at(-1);
    const items = page.map((row) => summary(readMapRun(row), executionArn));
    return rows.length > maxResults && last !== undefined
      ? { items, nextToken: this.#tokens.print(listing, last.arn) }
      : { items };
  }

  async listExecutions(
    request: PageRequest & {
      readonly mapRunArn: string;
      readonly status?: ChildSummary["status"];
      readonly redriven?: boolean;
    },
  ): Promise<Page<ChildSummary>> {
    const { mapRunArn, status, redriven, maxResults, nextToken } = request;
    const row = await this.#get(mapRunArn);
    const listing = `children ${mapRunArn} ${status ?? ""} ${redriven ?? ""}`;
    const before = this.#tokens.parseNumber(listing, nextToken);
    const pending = (await this.#running(row))?.pendingRedrives() ?? NONE;
    const rows =
      status === "PENDING_REDRIVE"
        ? await this.#pending(pending, maxResults + 1, before)
        : await this.#store.listExecutions({
            mapRunArn,
            limit: maxResults + 1,
            ...(redriven === undefined ? {} : { redriven }),
            ...(status === undefined ? {} : { status }),
            ...(before === undefined ? {} : { before }),
          });
    const page = rows.slice(0, maxResults);
    const last = page.at(-1);
    const items = page
      .map((child) => childSummary(child, mapRunArn, pending))
      // What waits for its redrive has the status that it had, as far as the store knows.
      .filter((child) => status === undefined || child.status === status)
      .filter((child) => redriven === undefined || child.redriveCount > 0 === redriven);
    return rows.length > maxResults && last !== undefined
      ? { items, nextToken: this.#tokens.print(listing, String(last.id)) }
      : { items };
  }

  /** The rows of these children, newest first. */
  async #pending(ids: ReadonlySet<number>, limit: number, before = Number.MAX_SAFE_INTEGER): Promise<ExecutionRow[]> {
    const page = [...ids]
      .filter((id) => id < before)
      .sort((one, other) => other - one)
      .slice(0, limit);
    const rows = await Promise.all(page.map((id) => this.#store.executionById(id)));
    return rows.filter((row) => row !== undefined);
  }

  async update({ mapRunArn, ...settings }: { readonly mapRunArn: string } & Partial<MapRunSettings>): Promise<void> {
    const row = await this.#get(mapRunArn);
    const { branchId } = readMapRun(row);
    const change =
      row.status === "RUNNING"
        ? await this.#runtime.post(row.executionId, { kind: "mapRunUpdated", branchId, mapRunArn, ...settings })
        : undefined;
    if (change?.accepted) return;
    throw new ServiceError("ValidationException", `Map Run has already completed: '${mapRunArn}'`, {
      reason: "CANNOT_UPDATE_COMPLETED_MAP_RUN",
    });
  }

  async #get(mapRunArn: string): Promise<MapRunRow> {
    const row = await this.#store.mapRun(mapRunArn);
    if (row === undefined) throw mapRunDoesNotExist(mapRunArn);
    return row;
  }

  async #executionArn({ executionId, arn }: MapRunRow): Promise<string> {
    const execution = await this.#store.executionById(executionId);
    if (execution === undefined) throw mapRunDoesNotExist(arn);
    return execution.arn;
  }
}

const NONE: ReadonlySet<number> = new Set();

function summary({ mapRunArn, startDate, stopDate }: MapRunRecord, executionArn: string): MapRunSummary {
  return {
    mapRunArn,
    executionArn,
    stateMachineArn: childStateMachineArn(mapRunArn),
    startDate,
    ...(stopDate === undefined ? {} : { stopDate }),
  };
}

function childSummary(row: ExecutionRow, mapRunArn: string, pending: ReadonlySet<number>): ChildSummary {
  return {
    ...summarize(row),
    ...(pending.has(row.id) ? { status: "PENDING_REDRIVE" } : {}),
    mapRunArn,
    itemCount: parentPlace(row)?.items ?? 1,
  };
}
