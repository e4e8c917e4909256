import { type Json, type JsonObject, parseJson } from "@pawl/asl";
import { ItemReaderFault } from "./fault.js";
import { JsonCursor, notJson, parsed } from "./json-cursor.js";

/** Items, and their names where they are the members of an object. */
export interface JsonItems {
  readonly items: readonly Json[];
  readonly keys?: readonly string[];
}

/**
 * The elements of a JSON array, or of an array or object somewhere in the text, which a pointer (RFC 6901) points at.
 * Neither the text nor the array is ever whole in memory.
 *
 * An object without a pointer is refused, as recorded of the service, although its guide says by now that it may be one; the pointer
 * "" is the way to say that an object is what is meant.
 */
export async function* jsonItems(text: AsyncIterable<string>, pointer: Json | undefined): AsyncIterable<JsonItems> {
  const cursor = new JsonCursor(text);
  try {
    if (typeof pointer === "string") await goTo(cursor, pointer);
    const first = await cursor.peek();
    if (first === "[") {
      await cursor.expect("[");
      for await (const elements of cursor.elements("]")) {
        yield { items: parsed<Json[]>(`[${elements}]`, parseJson) };
      }
    } else if (first === "{" && typeof pointer === "string") {
      await cursor.expect("{");
      for await (const members of cursor.elements("}")) {
        const entries = Object.entries(parsed<JsonObject>(`{${members}}`, parseJson));
        yield { items: entries.map(([, value]) => value), keys: entries.map(([key]) => key) };
      }
    } else {
      // A text that is no JSON is another fault than JSON with nothing to go through.
      if (!/[{"tfn\d-]/.test(first)) throw notJson(first === "" ? "it is empty" : `it begins with '${first}'`);
      throw new ItemReaderFault("Attempting to map over non-iterable node.");
    }
    if (pointer === undefined && (await cursor.peek()) !== "") throw notJson("something follows its end");
  } finally {
    await cursor.close();
  }
}

async function goTo(cursor: JsonCursor, pointer: string): Promise<void> {
  const [before, ...parts] = pointer.split("/");
  if (before !== "") throw noSuchPlace();
  for (const part of parts) {
    const first = await cursor.peek();
    if (first === "{") await goToMember(cursor, part.replaceAll("~1", "/").replaceAll("~0", "~"));
    else if (first === "[" && /^(?:0|[1-9]\d*)$/.test(part)) await goToElement(cursor, Number(part));
    else throw noSuchPlace();
  }
}

async function goToMember(cursor: JsonCursor, name: string): Promise<void> {
  await cursor.expect("{");
  if ((await cursor.peek()) === "}") throw noSuchPlace();
  for (;;) {
    const key = await cursor.string();
    await cursor.expect(":");
    if (key === name) return;
    await cursor.skip();
    if ((await cursor.peek()) === "}") throw noSuchPlace();
    await cursor.expect(",");
  }
}

async function goToElement(cursor: JsonCursor, index: number): Promise<void> {
  await cursor.expect("[");
  if ((await cursor.peek()) === "]") throw noSuchPlace();
  for (let place = 0; place < index; place++) {
    await cursor.skip();
    if ((await cursor.peek()) === "]") throw noSuchPlace();
    await cursor.expect(",");
  }
}

function noSuchPlace(): ItemReaderFault {
  return new ItemReaderFault(
    "The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.",
  );
}
