import { expect, test } from "vitest";
import { indentedJson, oneLine, printable, span } from "../src/screen.js";
import { record, table } from "../src/table.js";

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1000, "1.0 s"],
  [59_949, "59.9 s"],
  [59_950, "1 min 0 s"],
  [125_000, "2 min 5 s"],
  [3_600_000, "1 h 0 min"],
  [90_000_000, "1 d 1 h"],
])("%d milliseconds are %s", (milliseconds, text) => {
  expect(span(milliseconds)).toBe(text);
});

test("text from elsewhere cannot steer the terminal", () => {
  expect(printable("a\u001b[31mb\u009bc\u007fd\n")).toBe("a\\u001b[31mb\\u009bc\\u007fd\n");
  expect(oneLine("  two\r\nlines\t ", 20)).toBe("two lines");
  expect(oneLine("0123456789", 5)).toBe("0123…");
  expect(indentedJson('{"a":"\\u009b"}')).toBe('{\n  "a": "\\u009b"\n}');
  expect(indentedJson("no JSON")).toBe("no JSON");
});

test("columns are aligned", () => {
  expect(
    table(
      ["NAME", "N"],
      [
        ["a", "1"],
        ["longer", ""],
      ],
    ),
  ).toEqual(["NAME    N", "a       1", "longer"]);
  expect(
    record([
      ["a", "1"],
      ["long", "2\n3"],
      ["gone", undefined],
    ]),
  ).toEqual(["a     1", "long  2\n      3"]);
});
