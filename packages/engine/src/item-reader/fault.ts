/** The data is not what the reader's configuration says. The message is the cause of `States.ItemReaderFailed`. */
export class ItemReaderFault extends Error {}

/** "Step Functions supports reading an item of up to 8 MB" (page "ItemReader (Map)"). It also bounds what is kept in memory. */
export const MAX_ITEM_LENGTH = 8 * 1024 * 1024;

export function itemTooLong(): ItemReaderFault {
  return new ItemReaderFault("An item of the dataset is larger than the maximum of 8 MB.");
}
