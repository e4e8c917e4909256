import { describe, expect, it } from "vitest";
import { compileRegularExpression } from "../src/regular-expression.js";

describe("regular expressions", () => {
  it.each([
    ["a+", "", "aaa", true],
    ["a+", "", "aab", false],
    ["A+", "i", "aaa", true],
    ["a.b", "", "a\nb", false],
    ["a.b", "s", "a\nb", true],
    ["\\p{L}+\\d", "", "größe1", true],
    ["\\Qa.b\\E", "du", "a.b", true],
    ["", "", "", true],
  ])("/%s/%s matches %s: %s", (source, flags, text, matches) => {
    expect(compileRegularExpression(source, flags).matches(text)).toBe(matches);
  });

  it.each([
    ["(", ""],
    ["(?=a)", ""],
    ["(a)\\1", ""],
    ["a", "x"],
    ["a", "__proto__"],
    ["(a{1,100}){1,100}", ""],
    ["a".repeat(5_000), ""],
    ["(?:a{50}b?){30}", ""],
  ])("refuses /%s/%s", (source, flags) => {
    expect(() => compileRegularExpression(source, flags)).toThrow(SyntaxError);
  });

  it("takes time in proportion to the text where backtracking would never end", () => {
    const text = `${"a".repeat(50_000)}!`;
    expect(compileRegularExpression("(a+)+").matches(text)).toBe(false);
    expect(compileRegularExpression("(a|a)*b").matches(text)).toBe(false);
    expect(compileRegularExpression("(.*)*x").matches(text)).toBe(false);
  });
});
