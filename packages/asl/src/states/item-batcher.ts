import type { Fields } from "../fields.js";
import type { ItemBatcher, Scope } from "../program.js";
import type { Evaluate, QueryLanguage } from "../query-language/query-language.js";
import { compileMapLimit } from "./limit.js";

/** ItemBatcher of a Map state: items are handed to the item processor in batches. Undefined where the state has none. */
export function compileItemBatcher(
  state: Fields,
  language: QueryLanguage,
  input: Evaluate,
): ((scope: Scope) => ItemBatcher) | undefined {
  const batcher = state.child("ItemBatcher");
  if (batcher === undefined) return undefined;
  batcher.support(
    {
      both: ["MaxItemsPerBatch", "MaxInputBytesPerBatch", "BatchInput"],
      JSONPath: ["MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath"],
    },
    language.name,
  );
  const items = compileMapLimit(batcher, "MaxItemsPerBatch", { minimum: 0 }, language, input);
  const bytes = compileMapLimit(batcher, "MaxInputBytesPerBatch", { minimum: 0 }, language, input);
  const batchInput = language.template(batcher, "BatchInput");
  return (scope) => ({
    ...(items === undefined ? {} : { maxItemsPerBatch: items(scope) }),
    ...(bytes === undefined ? {} : { maxInputBytesPerBatch: bytes(scope) }),
    ...(batchInput === undefined ? {} : { batchInput: batchInput(input(scope), scope) }),
  });
}
