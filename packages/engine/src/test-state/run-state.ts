import {
  type Exit,
  type Json,
  type MapRunEntry,
  type MapState,
  parseJson,
  type State,
  StatesError,
  type TaskState,
} from "@pawl/asl";
import { isTooLarge, tooLarge } from "../transition/data-limit.js";
import { batchesOf } from "../transition/item-batches.js";
import { EXCEEDED_TOLERANCE, exceedsTolerance } from "../transition/map-run-counts.js";
import type { Calls } from "./calls.js";
import { refusal } from "./checks.js";
import { StateFailed } from "./failure.js";
import type { Inspection } from "./inspection.js";
import { ItemReaderFault, readItems } from "./item-reader-data.js";
import type { Mock } from "./mock.js";
import type { TestStateConfiguration } from "./request.js";
import type { Stages } from "./stages.js";

/** What a tested state runs with. */
export interface Run {
  readonly stages: Stages;
  readonly inspection: Inspection;
  readonly calls: Calls;
  /** Present for Map and Parallel, and for what only the outside can end. */
  readonly mock: Mock | undefined;
  readonly configuration: TestStateConfiguration;
}

export type StateExit = Exit & { readonly next: string | undefined };

/**
 * Does what a state does, up to its exit.
 * @throws StatesError, StateFailed where the state fails
 * @throws ServiceError ValidationException where the mock does not fit what the state makes of its input
 */
export async function runState(state: State, run: Run): Promise<StateExit> {
  const { stages } = run;
  switch (state.type) {
    case "Pass":
      return { ...(await stages.run((scope) => state.exit(scope))), next: state.next };
    case "Succeed":
      return { ...(await stages.run((scope) => state.exit(scope))), next: undefined };
    case "Choice":
      return stages.run((scope) => state.choose(scope));
    case "Wait": {
      const until = await stages.run((scope) => state.until(scope, scope.now));
      await run.calls.sleep(until);
      return { ...(await stages.run((scope) => state.exit(scope))), next: state.next };
    }
    case "Fail": {
      const { error, cause } = await stages.run((scope) => state.failure(scope));
      throw new StateFailed({ error, cause, catchable: false });
    }
    case "Task":
      return exitWith(state, run, await runTask(state, run));
    case "Parallel":
      return exitWith(state, run, mockedResult(run));
    case "Map":
      return exitWith(state, run, await runMap(state, run));
  }
}

async function exitWith(
  state: Extract<State, { type: "Task" | "Parallel" | "Map" }>,
  { stages }: Run,
  result: Json,
): Promise<StateExit> {
  return { ...(await stages.run((scope) => state.exit(scope, result))), next: state.next };
}

async function runTask(state: TaskState, run: Run): Promise<Json> {
  const { stages, inspection, calls, mock } = run;
  const entry = await stages.run((scope) => state.enter(scope));
  const text = mock === undefined ? await calls.call(state, entry) : undefined;
  if (text !== undefined && isTooLarge(text)) {
    const { resource } = state;
    const failure = tooLarge(resource.kind === "service" ? resource.service : resource.arn);
    throw new StateFailed({ ...failure, catchable: true });
  }
  const result = text === undefined ? mockedResult(run) : parseJson(text);
  inspection.value("result", result);
  return result;
}

async function runMap(state: MapState, run: Run): Promise<Json> {
  const { stages, inspection, configuration } = run;
  const entry = await stages.run((scope) => state.enter(scope));
  inspection.limits({ maxConcurrency: entry.maxConcurrency });
  const distributed: MapRunEntry =
    state.mode === "DISTRIBUTED" ? await stages.run((scope) => state.enterRun(scope)) : {};
  const { toleratedFailureCount, toleratedFailurePercentage } = distributed;
  inspection.limits({
    ...(toleratedFailureCount === undefined ? {} : { toleratedFailureCount }),
    ...(toleratedFailurePercentage === undefined ? {} : { toleratedFailurePercentage }),
  });
  const items = await itemsOf(state, entry.items, distributed, run);
  const iterations = items && (await inputsOf(state, items, distributed, run));
  const failed = configuration.mapIterationFailureCount ?? 0;
  const total = numberOfIterations(run.mock, iterations);
  if (total !== undefined && failed > total) {
    throw refusal("Map iteration failure count must be less than or equal to the number of Map iterations");
  }
  const result = mockedResult(run);
  const tolerance = {
    toleratedFailureCount: toleratedFailureCount ?? 0,
    toleratedFailurePercentage: toleratedFailurePercentage ?? 0,
  };
  if (exceedsTolerance(failed, total ?? failed, tolerance)) {
    throw new StateFailed({ ...EXCEEDED_TOLERANCE, catchable: true });
  }
  return result;
}

/**
 * The items. Where a reader would read them they are in the data given for it, else in the input, as if they had been read;
 * undefined where they are in neither.
 */
async function itemsOf(
  state: MapState,
  items: readonly Json[],
  { reader }: MapRunEntry,
  { stages, configuration, inspection }: Run,
): Promise<readonly Json[] | undefined> {
  if (reader === undefined) return items;
  const { mapItemReaderData } = configuration;
  if (mapItemReaderData === undefined) {
    try {
      return await stages.run((scope) => state.inputItems(scope));
    } catch (error) {
      if (error instanceof StatesError) return undefined;
      throw error;
    }
  }
  try {
    const read = readItems(reader, mapItemReaderData);
    if (read.pointedAt !== undefined) inspection.value("afterItemsPointer", read.pointedAt);
    return read.items;
  } catch (error) {
    if (!(error instanceof ItemReaderFault)) throw error;
    throw new StateFailed({ error: "States.ItemReaderFailed", cause: error.message, catchable: true });
  }
}

/** The inputs of the iterations: the items as ItemSelector and ItemBatcher make them. */
async function inputsOf(
  state: MapState,
  items: readonly Json[],
  { batcher }: MapRunEntry,
  { stages, inspection }: Run,
): Promise<readonly Json[]> {
  const selected = await stages.run((_scope, scopeOf) =>
    items.map((value, index) => state.itemInput(scopeOf({ Map: { Item: { Index: index, Value: value } } }), value)),
  );
  if (batcher === undefined) return selected;
  const groups = batchesOf(selected, batcher).map((input) => parseJson(input));
  inspection.value("afterItemBatcher", groups);
  return groups;
}

/** A mocked result tells it: it has an output for each. */
function numberOfIterations(mock: Mock | undefined, iterations: readonly Json[] | undefined): number | undefined {
  return mock?.kind === "result" && Array.isArray(mock.value) ? mock.value.length : iterations?.length;
}

/** @throws StateFailed where the mock is an error */
function mockedResult({ mock }: Run): Json {
  if (mock?.kind === "result") return mock.value;
  throw new StateFailed({ error: mock?.error, cause: mock?.cause, catchable: true });
}
