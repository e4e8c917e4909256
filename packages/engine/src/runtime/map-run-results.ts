import { printJson, StatesError } from "@pawl/asl";
import type { ChildInput } from "../execution.js";
import type { ChildResult, EndedChild, ResultWriter } from "../result-writer/result-writer.js";
import type { ExecutionRow, Store } from "../store/store.js";
import { isTooLarge, MAX_DATA_BYTES } from "../transition/data-limit.js";
import type { ResultsOutcome } from "../transition/event.js";
import { type MapRunBranch, redrivesOf } from "../transition/map-run-counts.js";
import { MapRunRebuild } from "../transition/map-run-rebuild.js";
import { mapRunRedrives, parentPlace } from "./live-execution.js";
import { childrenOf } from "./map-run-children.js";

/** What the results of a map run are gathered with. */
export interface ResultPorts {
  readonly store: Store;
  readonly writeResults: ResultWriter;
}

export interface ResultsOf {
  readonly branch: MapRunBranch;
  readonly region: string;
  readonly childType: "STANDARD" | "EXPRESS";
  readonly now: number;
  /** The inputs of the children that were never started. */
  readonly pending: AsyncIterable<ChildInput>;
}

/** Rows read at a time: each has an input and an output. */
const ROWS_A_READ = 100;

/**
 * The state's result: what its ResultWriter makes of what became of the children, else the array of their outputs. Rows are read
 * some at a time; where the results are an output, no more than an output may hold.
 */
export async function gatherResults(of: ResultsOf, ports: ResultPorts, signal: AbortSignal): Promise<ResultsOutcome> {
  const { branch, region, now } = of;
  const { writer, mapRunArn } = branch.waiting;
  const reading: { fault?: unknown } = {};
  const rows = noting(reading, endedChildren(of, ports, signal));
  const limit = { exceeded: false };
  try {
    if (writer === undefined) return await outputsOf(rows);
    const exports = writer.resource !== undefined;
    const results = exports ? withPending(rows, of.pending) : withinLimit(rows, limit);
    const request = { writer, region, mapRunArn, redriveCount: redrivesOf(branch), now };
    const result = printJson(await ports.writeResults(request, results, signal));
    return isTooLarge(result) ? "too large" : { result };
  } catch (error) {
    if (limit.exceeded) return "too large";
    // Pawl's own store fails, whatever the writer makes of that: the results are there and are gathered again.
    if (signal.aborted || reading.fault !== undefined) throw error;
    if (error instanceof StatesError) return { error: error.error, cause: error.cause };
    return { error: "States.ResultWriterFailed", cause: error instanceof Error ? error.message : String(error) };
  }
}

/** Notes why rows could not be read. */
async function* noting<Row>(reading: { fault?: unknown }, rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  try {
    for await (const row of rows) yield row;
  } catch (error) {
    reading.fault = error;
    throw error;
  }
}

/** What became of the children, by index. */
async function* endedChildren(
  { branch, childType }: ResultsOf,
  { store }: ResultPorts,
  signal: AbortSignal,
): AsyncGenerator<ExecutionRow & EndedChild> {
  const { mapRunArn } = branch.waiting;
  const rows =
    childType === "EXPRESS" && redrivesOf(branch) > 0 ? lastChildren(store, mapRunArn) : children(store, mapRunArn);
  for await (const row of rows) {
    signal.throwIfAborted();
    if (row.status !== "RUNNING") yield { ...row, mapRunRedrives: mapRunRedrives(row) };
  }
}

/** All children, in the order in which they were first started. */
async function* children(store: Store, mapRunArn: string): AsyncGenerator<ExecutionRow> {
  for (let after = 0; ; ) {
    const rows = await store.mapRunExecutions(mapRunArn, ROWS_A_READ, after);
    yield* rows;
    if (rows.length < ROWS_A_READ) return;
    after = rows.at(-1)?.id ?? after;
  }
}

/** The children without those whose places others have taken. */
async function* lastChildren(store: Store, mapRunArn: string): AsyncGenerator<ExecutionRow> {
  const last = new MapRunRebuild();
  for await (const child of childrenOf(store, mapRunArn)) last.add(child);
  for (const id of last.ids()) {
    const row = await store.executionById(id);
    if (row !== undefined) yield row;
  }
}

/** The outputs by index, null for a child that did not succeed. */
async function outputsOf(rows: AsyncIterable<ExecutionRow>): Promise<ResultsOutcome> {
  const outputs: string[] = [];
  let bytes = 2;
  for await (const row of rows) {
    const output = (row.status === "SUCCEEDED" ? row.output : null) ?? "null";
    bytes += Buffer.byteLength(output) + 1;
    if (bytes > MAX_DATA_BYTES + 1) return "too large";
    outputs[parentPlace(row)?.index ?? 0] = output;
  }
  return { result: `[${outputs.join(",")}]` };
}

async function* withPending(
  rows: AsyncIterable<ChildResult>,
  pending: AsyncIterable<ChildInput>,
): AsyncGenerator<ChildResult> {
  yield* rows;
  for await (const { input } of pending) yield { status: "PENDING", input };
}

/** Ends with an error where the outputs alone are more than an output may hold. */
async function* withinLimit(rows: AsyncIterable<EndedChild>, limit: { exceeded: boolean }): AsyncGenerator<EndedChild> {
  let bytes = 0;
  for await (const row of rows) {
    if (row.status === "SUCCEEDED") bytes += Buffer.byteLength(row.output ?? "");
    limit.exceeded = bytes > MAX_DATA_BYTES;
    if (limit.exceeded) throw new Error("the results are too large");
    yield row;
  }
}
