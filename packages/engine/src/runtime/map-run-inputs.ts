import { setImmediate } from "node:timers/promises";
import { isLongerThan, type Json, MAX_DEPTH, objectOf, printJson, StatesError } from "@pawl/asl";
import type { ChildInput, Tally } from "../execution.js";
import type { ItemGroup, ItemReader } from "../item-reader/item-reader.js";
import type { ResultWriterCheck } from "../result-writer/result-writer.js";
import { isTooLarge, MAX_DATA_BYTES, tooLarge } from "../transition/data-limit.js";
import { type StepBudget, stepBudget } from "../transition/evaluations.js";
import { ItemBatches } from "../transition/item-batches.js";
import { type ItemSubject, itemInput, withResult } from "../transition/item-input.js";
import { type MapRunBranch, redrivesOf } from "../transition/map-run-counts.js";
import type { Facts, MapItem } from "../transition/turn.js";
import type { EvaluateExpression } from "./evaluation-threads.js";

/** What inputs are made with. */
export interface InputPorts {
  readonly readItems: ItemReader;
  /** Sees, before the first input is given, whether results can be written. */
  readonly checkResults: ResultWriterCheck;
  readonly evaluate: EvaluateExpression;
  /** For expressions: made anew for each group. */
  readonly facts: () => Facts;
}

/** One group of inputs. */
export interface InputGroup {
  readonly inputs: readonly ChildInput[];
  readonly last: boolean;
  readonly etag: string | undefined;
}

/**
 * Children whose rows go into one commit. With 512 not one more a second was measured, and eight times as much memory was promoted to
 * the old generation, because so many are in work at a time.
 */
const INPUTS_OF_A_GROUP = 128;

/** Characters of a group: what waits for its turn in memory. */
const CHARACTERS_OF_A_GROUP = 1 << 20;

/**
 * The inputs of a map run's children from a place on: items read, selected and batched, a group at a time. Nothing is read
 * ahead of the group that was asked for.
 */
export class MapRunInputs {
  /** What comes next: the index of the child, and of the first item in its input. */
  readonly position: Tally;
  readonly #abort = new AbortController();
  readonly #inputs: AsyncIterator<ChildInput>;
  #etag: string | undefined;
  /** An input that was made already: it tells that the group before it was not the last. */
  #ahead: IteratorResult<ChildInput> | undefined;

  constructor(subject: ItemSubject & { readonly branch: MapRunBranch }, from: Readonly<Tally>, ports: InputPorts) {
    this.position = { ...from };
    this.#inputs = inputsOf(subject, from.items, ports, this.#abort.signal, (etag) => {
      this.#etag = etag;
    });
  }

  /** @throws StatesError where items cannot be read or an expression fails */
  async next(): Promise<InputGroup> {
    const inputs: ChildInput[] = [];
    let characters = 0;
    this.#ahead ??= await this.#inputs.next();
    while (!this.#ahead.done && inputs.length < INPUTS_OF_A_GROUP && characters < CHARACTERS_OF_A_GROUP) {
      const { value } = this.#ahead;
      inputs.push(value);
      characters += value.input.length;
      this.position.executions += 1;
      this.position.items += value.items;
      this.#ahead = await this.#inputs.next();
    }
    return { inputs, last: this.#ahead.done === true, etag: this.#etag };
  }

  get isClosed(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Ends the reading. */
  close(): void {
    this.#abort.abort();
    void this.#inputs.return?.().catch(() => {});
  }
}

async function* inputsOf(
  subject: ItemSubject & { readonly branch: MapRunBranch },
  skip: number,
  ports: InputPorts,
  signal: AbortSignal,
  opened: (etag: string) => void,
): AsyncGenerator<ChildInput> {
  const { waiting } = subject.branch;
  const { writer, mapRunArn } = waiting;
  if (skip === 0 && writer !== undefined) {
    const { region } = subject.execution;
    await ports.checkResults({ writer, region, mapRunArn, redriveCount: redrivesOf(subject.branch) }, signal);
  }
  const batches = waiting.batcher === undefined ? undefined : new ItemBatches(waiting.batcher);
  // A batch holds its items two levels below its own.
  const depth = batches === undefined ? MAX_DEPTH : MAX_DEPTH - 2;
  const selector = new ItemSelector(subject, ports);
  let index = skip;
  for await (const { items, keys, source } of itemsOf(subject, skip, ports, signal, opened)) {
    for (const [position, value] of items.entries()) {
      const selected = selector.input({ index, value, source, ...(keys === undefined ? {} : { key: keys[position] }) });
      const input = selected instanceof Promise ? await selected : selected;
      if (isLongerThan(input, MAX_DATA_BYTES)) throw itemTooLarge(subject.state.name);
      const text = printJson(input, depth);
      index += 1;
      const whole = batches === undefined ? { input: text, items: 1 } : batches.add(text);
      if (whole !== undefined) yield checked(whole, subject.state.name);
    }
    await selector.pause();
  }
  const rest = batches?.rest();
  if (rest !== undefined) yield checked(rest, subject.state.name);
}

/** @throws StatesError where the input is larger than any may be */
function checked(input: ChildInput, stateName: string): ChildInput {
  if (isTooLarge(input.input)) throw itemTooLarge(stateName);
  return input;
}

function itemTooLarge(stateName: string): StatesError {
  const { error, cause } = tooLarge(stateName);
  return new StatesError(error, cause);
}

async function* itemsOf(
  { execution, branch }: ItemSubject & { readonly branch: MapRunBranch },
  skip: number,
  { readItems }: InputPorts,
  signal: AbortSignal,
  opened: (etag: string) => void,
): AsyncGenerator<ItemGroup> {
  const { items = [], reader, etag } = branch.waiting;
  if (reader === undefined) {
    yield { items: items.slice(skip), source: "STATE_DATA" };
    return;
  }
  const { region } = execution;
  yield* readItems({ reader, region, skip, opened, ...(etag === undefined ? {} : { etag }) }, signal);
}

/** Evaluates an ItemSelector for one item after the other. */
class ItemSelector {
  readonly #subject: ItemSubject;
  readonly #evaluate: EvaluateExpression;
  readonly #newFacts: () => Facts;
  #facts: Facts;
  #steps: StepBudget = stepBudget();

  constructor(subject: ItemSubject, { evaluate, facts }: InputPorts) {
    this.#subject = subject;
    this.#evaluate = evaluate;
    this.#newFacts = facts;
    this.#facts = facts();
  }

  input(item: MapItem): Json | Promise<Json> {
    const { key, value } = item;
    if (!this.#subject.state.selectsInput)
      return key === undefined
        ? value
        : objectOf([
            ["Key", key],
            ["Value", value],
          ]);
    const selected = itemInput(this.#subject, item, this.#facts, this.#steps);
    return "value" in selected ? selected.value : this.#slowly(item, selected);
  }

  async #slowly(item: MapItem, first: Extract<ReturnType<typeof itemInput>, { slow: unknown }>): Promise<Json> {
    let selected: ReturnType<typeof itemInput> = first;
    while ("slow" in selected) {
      const { slow } = selected;
      const results = withResult(slow, await this.#evaluate(slow.request));
      this.#steps = stepBudget();
      selected = itemInput(this.#subject, item, this.#facts, this.#steps, results);
    }
    return selected.value;
  }

  /** Lets others run. */
  async pause(): Promise<void> {
    await setImmediate();
    this.#steps = stepBudget();
    this.#facts = this.#newFacts();
  }
}

/** What an error of reading is to the map run. */
export function readingFailure(error: unknown): { error: string; cause: string; location: string | undefined } {
  if (error instanceof StatesError) return { error: error.error, cause: error.cause, location: error.location };
  const cause = error instanceof Error ? error.message : String(error);
  return { error: "States.ItemReaderFailed", cause, location: undefined };
}
