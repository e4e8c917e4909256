import { type ItemBatcher, type Json, printJson, setMember } from "@pawl/asl";
import { MAX_DATA_BYTES } from "./data-limit.js";

/**
 * ItemBatcher: items in groups, each the input of one child
 * (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html).
 */
export class ItemBatches {
  readonly #most: number;
  readonly #mostBytes: number;
  readonly #start: string;
  readonly #frame: number;
  #items: string[] = [];
  #bytes: number;

  constructor({ maxItemsPerBatch, maxInputBytesPerBatch, batchInput }: ItemBatcher) {
    this.#most = maxItemsPerBatch ?? Number.POSITIVE_INFINITY;
    // No input may be larger, whatever the state says.
    this.#mostBytes = Math.min(maxInputBytesPerBatch ?? MAX_DATA_BYTES, MAX_DATA_BYTES);
    const batch = {};
    if (batchInput !== undefined) setMember(batch, "BatchInput", batchInput);
    setMember(batch, "Items", []);
    const text = printJson(batch);
    this.#start = text.slice(0, -"]}".length);
    this.#frame = Buffer.byteLength(text);
    this.#bytes = this.#frame;
  }

  /** Takes the next item, as JSON text. Gives the batch before it where that is whole now. */
  add(item: string): { readonly input: string; readonly items: number } | undefined {
    const size = Buffer.byteLength(item) + 1;
    const isFull = this.#items.length > 0 && (this.#items.length >= this.#most || this.#bytes + size > this.#mostBytes);
    const whole = isFull ? this.rest() : undefined;
    this.#items.push(item);
    this.#bytes += size;
    return whole;
  }

  /** The batch that is not whole; undefined where it is empty. Begins the next one. */
  rest(): { readonly input: string; readonly items: number } | undefined {
    const items = this.#items;
    if (items.length === 0) return undefined;
    this.#items = [];
    this.#bytes = this.#frame;
    return { input: `${this.#start}${items.join(",")}]}`, items: items.length };
  }
}

/** All batches of these items, as JSON texts. */
export function batchesOf(items: readonly Json[], batcher: ItemBatcher): string[] {
  const batches = new ItemBatches(batcher);
  const inputs: string[] = [];
  for (const item of items) {
    const whole = batches.add(printJson(item));
    if (whole !== undefined) inputs.push(whole.input);
  }
  const rest = batches.rest();
  if (rest !== undefined) inputs.push(rest.input);
  return inputs;
}
