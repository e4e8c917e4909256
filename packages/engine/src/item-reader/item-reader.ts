import type { ItemReader as EvaluatedItemReader, Json } from "@pawl/asl";

/**
 * Reads the items of a map run from where its state's ItemReader says
 * (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html).
 *
 * Gives groups of items, in the order of the data: at least one item in each, no more than fit into a bounded memory. Nothing is read
 * ahead of what was asked for. Leaving the loop, or aborting the signal, ends the reading and closes what is open.
 * @throws StatesError `States.ItemReaderFailed` with the service's cause, while the groups are taken
 */
export type ItemReader = (request: ItemReaderRequest, signal: AbortSignal) => AsyncIterable<ItemGroup>;

export interface ItemReaderRequest {
  /** The state's ItemReader, evaluated. */
  readonly reader: EvaluatedItemReader;
  readonly region: string;
  /** So many items from the first on are left out: an earlier process has taken them. MaxItems counts them. */
  readonly skip: number;
  /** What {@link opened} told the earlier process: where the object is another one by now, reading fails. */
  readonly etag?: string;
  /** Told which state of the object is read, before the first group. A listing has none. */
  opened?(etag: string): void;
}

/** Items that follow each other. */
export interface ItemGroup {
  readonly items: readonly Json[];
  /**
   * Where the data is a JSON object: the name of each item in it (`$$.Map.Item.Key`). Without an ItemSelector, the input of a child is then
   * `{"Key": …, "Value": …}`; else each item itself.
   */
  readonly keys?: readonly string[];
  /** `$$.Map.Item.Source`: the URI of the object that they were read from, or of the bucket whose objects are listed. */
  readonly source: string;
}
