import { type Json, printJson } from "@pawl/asl";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonItems } from "../src/item-reader/json-items.js";

async function* pieces(text: string, cuts: readonly number[]): AsyncIterable<string> {
  const places = cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b);
  let start = 0;
  for (const place of [...places, text.length]) {
    if (place > start) yield text.slice(start, place);
    start = place;
  }
}

async function itemsIn(text: string, pointer: string | undefined, cuts: readonly number[]) {
  const items: Json[] = [];
  const keys: string[] = [];
  for await (const group of jsonItems(pieces(text, cuts), pointer)) {
    items.push(...group.items);
    keys.push(...(group.keys ?? []));
  }
  return { items, keys };
}

const cuts = fc.array(fc.nat(), { maxLength: 12 });
const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

describe("items of JSON that comes in pieces", () => {
  it("are the elements of the array, wherever the pieces end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(json), fc.constantFrom(0, 2), cuts, async (given, indent, places) => {
        const { items } = await itemsIn(JSON.stringify(given, null, indent), undefined, places);
        expect(items.map((item) => printJson(item))).toEqual(given.map((item) => JSON.stringify(item)));
      }),
      { numRuns: 500 },
    );
  });

  it("are found by pointer among anything else", async () => {
    const name = fc.string({ unit: fc.constantFrom("a", "/", "~", '"', "\\", "]", "}"), minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(json), json, json, name, cuts, async (given, before, after, key, places) => {
        const text = JSON.stringify({ [`${key}-`]: before, [key]: [before, { in: given }], z: after });
        const pointer = `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}/1/in`;
        const { items } = await itemsIn(text, pointer, places);
        expect(items.map((item) => printJson(item))).toEqual(given.map((item) => JSON.stringify(item)));
      }),
      { numRuns: 500 },
    );
  });

  it("are the members of an object, with their names", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), json), cuts, async (given, places) => {
        const { items, keys } = await itemsIn(JSON.stringify(given), "", places);
        expect(keys).toEqual(Object.keys(given));
        expect(items.map((item) => printJson(item))).toEqual(Object.values(given).map((item) => JSON.stringify(item)));
      }),
      { numRuns: 500 },
    );
  });

  it("never hang or crash on what is not JSON", async () => {
    const text = fc.string({
      unit: fc.constantFrom("[", "]", "{", "}", '"', "\\", ",", ":", "1", " ", "a"),
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(text, cuts, fc.constantFrom(undefined, "", "/a", "/1"), async (given, places, pointer) => {
        await itemsIn(given, pointer, places).catch((error: Error) => expect(error.message).toMatch(/./));
      }),
      { numRuns: 2000 },
    );
  });
});
