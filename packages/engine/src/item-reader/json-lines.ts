import { type Json, parseJson } from "@pawl/asl";
import { ItemReaderFault, itemTooLong, MAX_ITEM_LENGTH } from "./fault.js";

/** JSON Lines: a value on each line; lines with nothing on them are none. */
export async function* jsonLines(text: AsyncIterable<string>): AsyncIterable<readonly Json[]> {
  let rest = "";
  let number = 0;
  const read = (line: string): Json | undefined => {
    number++;
    if (line.trim() === "") return undefined;
    try {
      return parseJson(line);
    } catch (error) {
      throw new ItemReaderFault(`Line ${number} of the dataset is not JSON: ${(error as Error).message}`);
    }
  };
  for await (const piece of text) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_ITEM_LENGTH) throw itemTooLong();
    yield lines.map(read).filter((item) => item !== undefined);
  }
  const last = read(rest);
  if (last !== undefined) yield [last];
}
