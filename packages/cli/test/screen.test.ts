import { expect, test } from "vitest";
import { indentedJson } from "../src/indented-json.js";
import { oneLine, printable, span } from "../src/screen.js";
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
  expect(indentedJson('"\u009b"')).toBe('"\\u009b"');
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

test.each([
  '{"a":[1,{"b":"x: [y], {z}\\" "}],"c":{},"d":[],"e":[[]]}',
  "[]",
  '"text"',
  "null",
  "-1.5",
  '{"__proto__":1}',
])("%s is indented as JSON.stringify does it", (text) => {
  expect(indentedJson(text)).toBe(JSON.stringify(JSON.parse(text), null, 2));
});

test("indenting changes no number, no order and no repetition", () => {
  expect(indentedJson('{"n":12345678901234567890,"2":1.10,"1":1e400,"n":0}')).toBe(
    '{\n  "n": 12345678901234567890,\n  "2": 1.10,\n  "1": 1e400,\n  "n": 0\n}',
  );
  expect(indentedJson("no JSON")).toBe("no JSON");
});
