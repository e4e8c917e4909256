import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFault } from "../src/json-fault.js";

const valueExpected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const at = (text: string, column: number) => `[Source: (String)"${text}"; line: 1, column: ${column}]`;

describe("what is wrong with a text", () => {
  it.each([
    ["not some json", `Unrecognized token 'not': was expecting ${valueExpected}`],
    ["nul", `Unrecognized token 'nul': was expecting ${valueExpected}`],
    ["nullx", `Unrecognized token 'nullx': was expecting ${valueExpected}`],
    ["[true, fals]", `Unrecognized token 'fals': was expecting ${valueExpected}`],
    ["x".repeat(300), `Unrecognized token '${"x".repeat(256)}...': was expecting ${valueExpected}`],
    ["NaN", "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"],
    ["'a'", `Unexpected character (''' (code 39)): expected a valid value ${valueExpected}`],
    ["→", `Unexpected character ('→' (code 8594 / 0x2192)): expected a valid value ${valueExpected}`],
    ["{'not': 'json'", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"],
    ["{a:1}", "Unexpected character ('a' (code 97)): was expecting double-quote to start field name"],
    ['{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value"],
    ['{"a":1 "b":2}', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries"],
    ["[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries"],
    ['{"a":1,}', "Unexpected character ('}' (code 125)): was expecting double-quote to start field name"],
    ['{"a":}', "Unexpected character ('}' (code 125)): expected a value"],
    ["[1,]", `Unexpected character (']' (code 93)): expected a valid value ${valueExpected}`],
    ["[1}", `Unexpected close marker '}': expected ']' (for Array starting at ${at("[1}", 1)})`],
    ["[}", `Unexpected close marker '}': expected ']' (for Array starting at ${at("[}", 1)})`],
    ["{", `Unexpected end-of-input: expected close marker for Object (start marker at ${at("{", 1)})`],
    ["[[1]", `Unexpected end-of-input: expected close marker for Array (start marker at ${at("[[1]", 1)})`],
    ['{"a"', "Unexpected end-of-input within/between Object entries"],
    ['{"a":', "Unexpected end-of-input within/between Object entries"],
    ['{"a":1,', "Unexpected end-of-input within/between Object entries"],
    ['"a', "Unexpected end-of-input: was expecting closing quote for a string value"],
    ['{"a', "Unexpected end-of-input in field name"],
    [
      '"a\nb"',
      "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value",
    ],
    ['"\\x"', "Unrecognized character escape 'x' (code 120)"],
    ['"\\u12g4"', "Unexpected character ('g' (code 103)): expected a hex-digit for character escape sequence"],
    ["01", "Invalid numeric value: Leading zeroes not allowed"],
    [
      "-x",
      "Unexpected character ('x' (code 120)) in numeric value: expected digit (0-9) to follow minus sign, for valid numeric value",
    ],
    ["[1.]", "Unexpected character (']' (code 93)) in numeric value: Decimal point not followed by a digit"],
    ["[1e]", "Unexpected character (']' (code 93)) in numeric value: Exponent indicator not followed by a digit"],
    ["1a", "Unexpected character ('a' (code 97)): Expected space separating root-level values"],
    ["{} x", `Unrecognized token 'x': was expecting ${valueExpected}`],
    ["{} {}", "Trailing token found after the value"],
  ])("%j", (text, message) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(jsonFault(text)).toBe(message);
  });

  it.each(["{}", "[]", ' [1.0e+5, -0, 0.01, {"a": [null, true, false, "\\u00e9\\n"]}, []] ', "1", '""'])(
    "nothing: %j",
    (text) => {
      JSON.parse(text);
      expect(jsonFault(text)).toBe("");
    },
  );

  it("finds its way out of any depth", () => {
    expect(jsonFault("[".repeat(200_000))).toMatch(/^Unexpected end-of-input: expected close marker for Array/);
  });

  it("shows the beginning of a long text only, and the place by line and column", () => {
    const text = `[\n  {"a": "${"x".repeat(600)}"`;
    const shown = `"${text.slice(0, 500)}"[truncated ${text.length - 500} chars]`;
    expect(jsonFault(text)).toBe(
      `Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)${shown}; line: 2, column: 3])`,
    );
  });

  it("finds a fault exactly where JSON.parse finds one", () => {
    const damaged = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.nat(3),
        fc.string({ maxLength: 2, unit: fc.constantFrom(...'{}[],:"\\-0.e tnu\n') }),
      )
      .map(([text, at, removed, added]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + added + text.slice(start + removed);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        let parses = true;
        try {
          JSON.parse(text);
        } catch {
          parses = false;
        }
        expect(jsonFault(text) === "").toBe(parses);
      }),
      { numRuns: 2000 },
    );
  });
});
