import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDefinite } from "../src/jsonpath/ast.js";
import { parseJsonPath } from "../src/jsonpath/parse-path.js";
import { PathSyntaxError } from "../src/jsonpath/path-syntax-error.js";
import { printJsonPath } from "../src/jsonpath/print-path.js";
import { jsonPath } from "./arbitraries.js";

describe("the syntax of JSONPath", () => {
  it.each([
    ["$", "$"],
    ["$.a.b", "$['a']['b']"],
    ["$.a[0]", "$['a'][0]"],
    ["$.a[-1]", "$['a'][-1]"],
    ["$.a[ 0 , 2 ]", "$['a'][0,2]"],
    ["$[1:3]", "$[1:3]"],
    ["$[1:]", "$[1:]"],
    ["$[:-1]", "$[:-1]"],
    ["$[0:6:2]", "$[0:6]"],
    ["$.*", "$[*]"],
    ["$.a.*.b", "$['a'][*]['b']"],
    ["$[ * ]", "$[*]"],
    ["$..a", "$..['a']"],
    ["$..*", "$..[*]"],
    ["$..[0]", "$..[0]"],
    ["$.['a']", "$['a']"],
    ['$["a"]', "$['a']"],
    ["$['a','b']", "$['a','b']"],
    ["$[ 'a' , \"b\" ]", "$['a','b']"],
    ["$['it\\'s']", "$['it\\'s']"],
    ["$['\\u00e9\\n']", "$['é\n']"],
    ["$.a-b.c_d.e:f", "$['a-b']['c_d']['e:f']"],
    ["$.größe.名前", "$['größe']['名前']"],
    ["$.a.length()", "$['a'].length()"],
    ['$.a.append(1, "x", $.b)', "$['a'].append(1,\"x\",$['b'])"],
    ["$.concat($.a,{'k': [1, two]})", '$.concat($[\'a\'],{"k":[1,"two"]})'],
    ["$[?(@.a)]", "$[?(@['a'])]"],
    ["$[ ? ( @.a == 'x' ) ]", "$[?(@['a'] == \"x\")]"],
    ["$[?(@.a&&@.b||!@.c)]", "$[?(((@['a']) && (@['b'])) || (!(@['c'])))]"],
    ["$[?((@.a || @.b) && @.c)]", "$[?(((@['a']) || (@['b'])) && (@['c']))]"],
    ["$[?(@.a>=1.5e3)]", "$[?(@['a'] >= 1.5e3)]"],
    ["$[?(@.a-b < $.limit)]", "$[?(@['a-b'] < $['limit'])]"],
    ["$[?(@.a IN ['x', \"y\"])]", '$[?(@[\'a\'] in ["x","y"])]'],
    ["$[?(@.a =~ /b\\/c.*/i)]", "$[?(@['a'] =~ /b\\/c.*/i)]"],
    ["$[?('a' == @['b'][?(@.c)])]", "$[?(\"a\" == @['b'][?(@['c'])])]"],
    ["$[?(@.tags.length() > 2)]", "$[?(@['tags'].length() > 2)]"],
    ["$[?(@.a empty true)]", "$[?(@['a'] empty true)]"],
    ["$.a \n", "$['a']"],
  ])("%s means %s", (text, canonical) => {
    expect(printJsonPath(parseJsonPath(text))).toBe(canonical);
  });

  it.each([
    "",
    "a",
    "$a",
    "$.",
    "$..",
    "$...a",
    "$.a.",
    "$.a..",
    "$.a b",
    "$[",
    "$[]",
    "$['a'",
    "$['a]",
    "$['a',]",
    "$[a]",
    "$[1",
    "$[1,]",
    "$[1,'a']",
    "$[:]",
    "$[::2]",
    "$[1-2]",
    "$[99999999999]",
    "$['a']b",
    "$.*a",
    "$.nosuch()",
    "$.length(",
    "$.length(1",
    "$..length()",
    "$[?]",
    "$[?()]",
    "$[?(1)]",
    "$[?(@.a ==)]",
    "$[?(@.a = 1)]",
    "$[?(@.a near 1)]",
    "$[?(@.a == 1]",
    "$[?(@.a == 1) ",
    "$[?(@.a == word)]",
    "$[?(@.a == '1)]",
    "$[?(@.a =~ /x)]",
    "$[?(@.a &&)]",
    "$['\\u12']",
    `$${".a".repeat(1_001)}`,
    `$${"[?(@".repeat(60)}${")]".repeat(60)}`,
    `$[?(${"(".repeat(60)}@.a${")".repeat(60)})]`,
    `$[?(${"!".repeat(60)}@.a)]`,
    `$[?(@.a == ${"[".repeat(200)}${"]".repeat(200)})]`,
  ])("refuses %s", (text) => {
    expect(() => parseJsonPath(text)).toThrow(PathSyntaxError);
  });

  it("tells where a fault stands", () => {
    expect(() => parseJsonPath("$.a[x]")).toThrow(
      "expected a name in quotes, an index, a slice, '*' or '?' but found 'x' at position 4 of '$.a[x]'",
    );
  });

  it.each([
    ["$", true],
    ["$.a[0].b", true],
    ["$['a','b']", true],
    ["$.a.length()", true],
    ["$..a.sum()", true],
    ["$['a','b'].c", false],
    ["$.a[0,1]", false],
    ["$.a[0:1]", false],
    ["$.a[*]", false],
    ["$..a", false],
    ["$[?(@.a)]", false],
    ["$.a[*].length()", false],
  ])("%s is definite: %s", (text, definite) => {
    expect(isDefinite(parseJsonPath(text))).toBe(definite);
  });

  it("parses what it prints to the same path", () => {
    fc.assert(
      fc.property(jsonPath, (path) => {
        const text = printJsonPath(path);
        // A function right after a scan is what the printer can say and the syntax refuses.
        fc.pre(!text.includes("...") && !/\.\.[a-z]/.test(text));
        expect(parseJsonPath(text)).toEqual(path);
      }),
      { numRuns: 2_000 },
    );
  });

  it("fails with nothing but PathSyntaxError on any text", () => {
    const pieces = [
      "$",
      "@",
      ".",
      "..",
      "[",
      "]",
      "(",
      ")",
      "?",
      "*",
      "'",
      '"',
      ",",
      ":",
      "-",
      "1",
      "a",
      "/",
      "\\",
      " ",
      "==",
      "!",
      "&&",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), (tokens) => {
        try {
          parseJsonPath(`$${tokens.join("")}`);
        } catch (error) {
          expect(error).toBeInstanceOf(PathSyntaxError);
        }
      }),
      { numRuns: 20_000 },
    );
  });
});
