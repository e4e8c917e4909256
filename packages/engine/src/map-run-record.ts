import type { MapRunRow, MapRunStatus } from "./store/store.js";

/** How many children of a map run, or items in them, have come how far (https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html). */
export interface MapRunCounts {
  readonly pending: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly aborted: number;
  readonly total: number;
  readonly resultsWritten: number;
  readonly failuresNotRedrivable: number;
  readonly pendingRedrive: number;
}

export const NO_COUNTS: MapRunCounts = {
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  total: 0,
  resultsWritten: 0,
  failuresNotRedrivable: 0,
  pendingRedrive: 0,
};

/** The counts of a map run: of its child executions and of the items in them. */
export interface MapRunProgressCounts {
  readonly executions: MapRunCounts;
  readonly items: MapRunCounts;
}

/** What UpdateMapRun can change. */
export interface MapRunSettings {
  /** 0: none was given. */
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  /** 0 to 100. */
  readonly toleratedFailurePercentage: number;
}

/** A map run as the store keeps it, for those who ask about it. Times are milliseconds since the epoch. */
export interface MapRunRecord extends MapRunSettings {
  readonly mapRunArn: string;
  /** The branch of its execution that waits for it. */
  readonly branchId: number;
  readonly status: MapRunStatus;
  readonly startDate: number;
  readonly stopDate: number | undefined;
  readonly redriven?: { readonly count: number; readonly date: number } | undefined;
  /** As they were when it ended. While it runs its execution knows them. */
  readonly counts?: MapRunProgressCounts;
}

export function mapRunRow(executionId: number, record: MapRunRecord): MapRunRow {
  const { mapRunArn, status, startDate, stopDate, ...data } = record;
  return { arn: mapRunArn, executionId, status, startDate, stopDate: stopDate ?? null, data: JSON.stringify(data) };
}

export function readMapRun({ arn, status, startDate, stopDate, data }: MapRunRow): MapRunRecord {
  const kept = JSON.parse(data) as Omit<MapRunRecord, "mapRunArn" | "status" | "startDate" | "stopDate">;
  return { mapRunArn: arn, status, startDate, stopDate: stopDate ?? undefined, ...kept };
}
