import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findDuplicateNames } from "../src/duplicate-names.js";

describe("findDuplicateNames", () => {
  test.each<[string, ReturnType<typeof findDuplicateNames>]>([
    ['{"a":1,"b":2}', []],
    ['{"a":1,"a":2}', [{ name: "a", path: [] }]],
    ['{"x":[{},{"a":{"b":1,"c":"b","b":2}}]}', [{ name: "b", path: ["x", 1, "a"] }]],
    ['{"a":{"b":1},"c":{"b":1}}', []],
    ['{"a":"{\\"a\\":1,\\"a\\":2}"}', []],
    ['{"\\u0061":1,"a":2}', [{ name: "a", path: [] }]],
    ['[["a","a"],{"a":"a"}]', []],
    ["1", []],
  ])("%s", (text, duplicates) => {
    expect(findDuplicateNames(text)).toEqual(duplicates);
  });

  test("a printed value has none", () => {
    const none = (text: string) => {
      expect(findDuplicateNames(text)).toEqual([]);
    };
    fc.assert(fc.property(fc.json(), none));
  });
});
