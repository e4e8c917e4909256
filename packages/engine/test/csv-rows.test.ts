import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvRows } from "../src/item-reader/csv-rows.js";

function rowsOf(text: string, delimiter = ",", cuts: readonly number[] = []): string[][] {
  const rows = new CsvRows(delimiter);
  const found: string[][] = [];
  const places = [...cuts].map((cut) => cut % (text.length + 1)).sort((a, b) => a - b);
  let start = 0;
  for (const place of [...places, text.length]) {
    found.push(...rows.push(text.slice(start, place)));
    start = place;
  }
  return [...found, ...rows.end()];
}

describe("rows of delimited text", () => {
  it.each<[string, string, string[][]]>([
    [
      "fields between delimiters",
      "a,b\nc,d\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["a last row without a line break", "a,b", [["a", "b"]]],
    [
      "empty fields",
      ",a,\n,",
      [
        ["", "a", ""],
        ["", ""],
      ],
    ],
    ["no rows on empty lines", "a\n\n\r\nb\n", [["a"], ["b"]]],
    ["a row on a line with an empty field in quotes", 'a\n""\nb', [["a"], [""], ["b"]]],
    ["lines that end with CRLF, CR or LF", "a\r\nb\rc\nd\r", [["a"], ["b"], ["c"], ["d"]]],
    [
      "delimiters and line breaks in quotes",
      '"a,b","c\nd"\n"e\r\nf",g',
      [
        ["a,b", "c\nd"],
        ["e\r\nf", "g"],
      ],
    ],
    ["two quotes for one", '"a""b","""",""""""', [['a"b', '"', '""']]],
    ["two quotes for one without quotes around", 'a""b,""', [['a"b', ""]]],
    ["single quotes in the middle of a field", 'a"b,c"d,e', [['a"b,c"d', "e"]]],
    ["white space, but not before a quote", ' a , "b" \n', [[" a ", 'b" ']]],
    ["white space before a quote dropped", 'a, "b,c"', [["a", "b,c"]]],
    ["backslashes before backslash, quote and delimiter", 'a\\\\b,c\\,d,e\\"f', [["a\\b", "c,d", 'e"f']]],
    ["backslashes before anything else dropped", "\\a,b\\\nc\\", [["a", "b"], ["c"]]],
    ["backslashes in quotes", '"a\\"b\\\\"', [['a"b\\']]],
    [
      "what the guide says of paths",
      "C:\\\\Program Files\\\\MyApp.exe,6534512",
      [["C:\\Program Files\\MyApp.exe", "6534512"]],
    ],
  ])("are %s", (_what, text, rows) => {
    expect(rowsOf(text)).toEqual(rows);
  });

  it("are the same however the text is cut", () => {
    const text = fc.string({ unit: fc.constantFrom('"', "\\", ",", "\n", "\r", " ", "a", "é", "😀"), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (given, cuts) => {
        const whole = attempt(() => rowsOf(given));
        expect(attempt(() => rowsOf(given, ",", cuts))).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });

  it("are those that were written with quotes around every field", () => {
    const field = fc.string({ unit: fc.constantFrom('"', ";", ",", "\n", "\r", " ", "a", "é"), maxLength: 10 });
    const rows = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.array(fc.nat(), { maxLength: 5 }), (given, cuts) => {
        const text = given.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(";")).join("\n");
        expect(rowsOf(text, ";", cuts)).toEqual(given);
      }),
      { numRuns: 1000 },
    );
  });
});

function attempt(read: () => string[][]): string[][] | string {
  try {
    return read();
  } catch (error) {
    return (error as Error).message;
  }
}
