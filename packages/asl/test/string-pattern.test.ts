import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileStringPattern } from "../src/string-pattern.js";

describe("compileStringPattern", () => {
  test.each([
    ["log-*.txt", "log-2024.txt", true],
    ["log-*.txt", "log-.txt", true],
    ["log-*.txt", "log-2024.txt.old", false],
    ["log-*.txt", "a log-1.txt", false],
    ["*", "", true],
    ["*", "anything", true],
    ["", "", true],
    ["", "a", false],
    ["**", "a", true],
    ["a*b*c", "aXbYbZc", true],
    ["a*b*c", "acb", false],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["\\*", "*", true],
    ["\\*", "x", false],
    ["a\\**", "a*b", true],
    ["a\\\\*", "a\\b", true],
    ["a\\b", "a\\b", true],
    ["*\u{1F600}*", "x\u{1F600}y", true],
    ["a.c", "abc", false],
  ])("%s on %s is %s", (pattern, text, matches) => {
    expect(compileStringPattern(pattern)(text)).toBe(matches);
  });

  test("agrees with a regular expression", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
    fc.assert(
      fc.property(letters, text, (pattern, value) => {
        const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
        expect(compileStringPattern(pattern)(value)).toBe(expression.test(value));
      }),
    );
  });

  test("many asterisks take no time beyond the text's length", () => {
    const matches = compileStringPattern(`${"a*".repeat(1_000)}b`);
    expect(matches("a".repeat(100_000))).toBe(false);
  });
});
