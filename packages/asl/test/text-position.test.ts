import fc from "fast-check";
import { expect, test } from "vitest";
import { positionsIn } from "../src/text-position.js";

const text = `{
  "StartAt": "A/b",
  "States": {
    "A/b": {
      "Type": "Parallel",
      "Branches": [{ "StartAt": "X" }, {
        "__proto__": 1 }]
    }
  }
}`;

test.each([
  ["/", "1:1"],
  ["/StartAt", "2:3"],
  ["/States/A/b", "4:5"],
  ["/States/A~1b/Type", "5:7"],
  ["/States/A/b/Branches[0]/StartAt", "6:22"],
  ["/States/A/b/Branches/1", "6:40"],
  ["/States/A/b/Branches[1]/__proto__", "7:9"],
])("finds %s", (location, place) => {
  const position = positionsIn(text)(location);
  expect(`${position?.line}:${position?.column}`).toBe(place);
});

test("a place that is missing is the last part of it that is there", () => {
  const positionOf = positionsIn(text);
  expect(positionOf("/States/A/b/Next")).toEqual({ line: 4, column: 5 });
  expect(positionOf("/States/A/b/Branches[7]/Next")).toEqual({ line: 6, column: 7 });
  expect(positionOf("/constructor")).toEqual({ line: 1, column: 1 });
});

test("no location is no place", () => {
  expect(positionsIn(text)(undefined)).toBeUndefined();
});

test.each([
  ["", "1:1"],
  ["  ", "1:3"],
  ["{", "1:2"],
  ['{\n  "a": 1,\n}', "3:1"],
  ['{\n  "a": [\n', "3:1"],
  ['{"a": tru }', "1:7"],
  ['{"a" 1}', "1:6"],
  ['{"a": "b', "1:9"],
  ['{"a": "b\nc"}', "1:9"],
  ['{"a": "\\x"}', "1:8"],
  ["[1 2]", "1:4"],
  ["[01]", "1:3"],
  ["{} {}", "1:4"],
  ["[1, 2}", "1:6"],
])("the fault of %j is at %s", (faulty, place) => {
  expect(() => JSON.parse(faulty)).toThrow();
  const position = positionsIn(faulty)(undefined);
  expect(`${position?.line}:${position?.column}`).toBe(place);
});

test.each(['{"a":[{},[],{"b":-1.5e+3}],"\\u0061":"\\"\\\\"}', " null ", '"x"', "[[[[]]]]", "-0"])(
  "%j has no fault",
  (text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(positionsIn(text)("/")).toEqual({ line: 1, column: text.search(/\S/) + 1 });
  },
);

test("depth does not matter", () => {
  const depth = 100_000;
  expect(positionsIn("[".repeat(depth))("/")).toEqual({ line: 1, column: depth + 1 });
  expect(positionsIn("[".repeat(depth) + "]".repeat(depth))("/0")).toEqual({ line: 1, column: 2 });
});

test("a text has a fault exactly where JSON.parse refuses it", () => {
  const alphabet = fc.constantFrom(...'{}[],:"\\ut0-1.eE+ \n', "true", "null", '"a"', '{"a":', "\u0001");
  const almostJson = fc.tuple(fc.json(), fc.nat(), fc.nat(3), alphabet).map(([json, at, cut, insert]) => {
    const start = at % (json.length + 1);
    return json.slice(0, start) + insert + json.slice(start + cut);
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        almostJson,
        fc.array(alphabet).map((parts) => parts.join("")),
      ),
      (json) => {
        const isJson = (): boolean => {
          try {
            JSON.parse(json);
            return true;
          } catch {
            return false;
          }
        };
        const hasFault = positionsIn(json)(undefined) !== undefined;
        expect(hasFault).toBe(!isJson());
      },
    ),
    { numRuns: 2000 },
  );
});
