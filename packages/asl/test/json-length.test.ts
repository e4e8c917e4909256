import fc from "fast-check";
import { expect, it } from "vitest";
import { isLongerThan, type Json, parseJson, printJson } from "../src/index.js";

it("never calls a value longer than its text is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = parseJson(JSON.stringify(value));
      expect(isLongerThan(json, printJson(json).length)).toBe(false);
    }),
  );
});

it.each<[string, Json]>([
  ["a text", "x".repeat(1000)],
  ["a name", { ["x".repeat(1000)]: 1 }],
  ["items", Array(1000).fill(1)],
  ["members", Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`a${index}`, null]))],
])("sees that it is long: %s", (_, value) => {
  expect(isLongerThan(value, 900)).toBe(true);
  expect(isLongerThan([[{ a: value }]], 900)).toBe(true);
});

it("takes no longer for a value that holds another one many times over", () => {
  let value: Json = ["x"];
  for (let level = 0; level < 100; level++) value = [value, value];
  expect(isLongerThan(value, 1_000_000)).toBe(true);
});
