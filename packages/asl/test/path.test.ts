import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Json, parseJson } from "../src/json.js";
import { printJsonPath } from "../src/jsonpath/print-path.js";
import { PathMiss, PathSyntaxError, parsePath } from "../src/path.js";
import { StatesError } from "../src/states-error.js";
import { json, jsonPath } from "./arbitraries.js";
import { scope } from "./expression-scope.js";

const ORDER: Json = {
  id: 7,
  customer: { name: "Ada", tags: ["vip", "eu"], address: null },
  items: [
    { sku: "k1", price: 10, qty: 1, tags: ["red"] },
    { sku: "k2", price: 25.5, qty: 2, tags: [] },
    { sku: "m1", price: 5, tags: ["red", "blue"], note: "" },
  ],
  limits: { price: 9, skus: ["k1", "m1"] },
  numbers: [4, 1, 3],
  "odd name": { "a.b": 1, "x-y": 2 },
  mixed: [1, "1", "a", null, true, [1], { v: 1 }],
};

function read(text: string, document: Json = ORDER): Json {
  return parsePath(text).read(document, scope());
}

describe("paths", () => {
  it.each<[string, Json]>([
    ["$", ORDER],
    ["$.id", 7],
    ["$.customer.name", "Ada"],
    ["$['customer']['name']", "Ada"],
    ["$.customer.address", null],
    ["$.customer.tags[1]", "eu"],
    ["$.customer.tags[-1]", "eu"],
    ["$['odd name']['a.b']", 1],
    ["$['odd name'].x-y", 2],
    ["$['id','numbers']", { id: 7, numbers: [4, 1, 3] }],
    ["$['id','nothing']", { id: 7 }],
    ["$['customer','limits'].name", ["Ada"]],
    ["$.items[*].sku", ["k1", "k2", "m1"]],
    ["$.items[0,2].sku", ["k1", "m1"]],
    ["$.items[:1].sku", ["k1"]],
    ["$.items[1:].sku", ["k2", "m1"]],
    ["$.items[-1:].sku", ["m1"]],
    ["$.items[:-1].sku", ["k1", "k2"]],
    ["$.items[0:3:2].sku", ["k1", "k2", "m1"]],
    ["$.items[-2:2].sku", ["k2", "m1", "k1", "k2"]],
    ["$.items[1:-1].sku", []],
    ["$.items[5:9]", []],
    ["$.items[*]['sku','qty']", [{ sku: "k1", qty: 1 }, { sku: "k2", qty: 2 }, { sku: "m1" }]],
    ["$.items[*].qty", [1, 2]],
    ["$.items[*].tags[0]", ["red", null, "red"]],
    ["$.customer.*", ["Ada", ["vip", "eu"], null]],
    ["$..sku", ["k1", "k2", "m1"]],
    ["$.items..tags[0]", ["red", "red"].toSpliced(1, 0, null as never)],
    ["$..['x-y']", [2]],
    ["$.limits..*", [9, ["k1", "m1"], "k1", "m1"]],
    ["$..[?(@.qty)].sku", ["k1", "k2"]],
    ["$.nothing[*]", []],
    ["$.nothing.at.all[*].x", []],
    ["$.nothing..x", []],
    ["$.id[*]", []],
    ["$.id[0:1]", []],
    ["$.customer[?(@.x)]", []],
    ["$.id[?(@.x)]", []],
    ["$.numbers[0,9]", [4, null]],
  ])("%s", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each<[string, Json]>([
    ["@.qty", ["k1", "k2"]],
    ["!@.qty", ["m1"]],
    ["@.price > 9", ["k1", "k2"]],
    ["@.price >= $.limits.price && @.qty != 1", ["k2"]],
    ["@.price<10||@.price>20", ["k2", "m1"]],
    ["@.price < 6 || @.price > 9 && @.qty == 1", ["k1", "m1"]],
    ["!(@.price < 6 || @.price > 20)", ["k1"]],
    ["@.sku == 'k1'", ["k1"]],
    ["'k1' == @.sku", ["k1"]],
    ["@['sku'] == \"m1\"", ["m1"]],
    ["@.qty == '2'", ["k2"]],
    ["@.qty === '2'", []],
    ["@.qty !== 2", ["k1", "m1"]],
    ["@.qty <= '1'", ["k1"]],
    ["@.nothing != 1", ["k1", "k2", "m1"]],
    ["@.nothing == null", []],
    ["@.nothing == @.nothing", []],
    ["@.sku in ['k2', 'm1']", ["k2", "m1"]],
    ["@.sku in $.limits.skus", ["k1", "m1"]],
    ["@.sku nin $.limits.skus", ["k2"]],
    ["@.sku in 'k1'", []],
    ["@.sku nin 'k1'", []],
    ["@.sku nin 'k1' || @.price > 0", []],
    ["@.price > 0 || @.sku nin 'k1'", ["k1", "k2", "m1"]],
    ["@.tags contains 'blue'", ["m1"]],
    ["@.sku contains 'k'", ["k1", "k2"]],
    ["@.tags subsetof ['red']", ["k1", "k2"]],
    ["@.tags anyof ['blue', 'green']", ["m1"]],
    ["@.tags noneof ['blue']", ["k1", "k2"]],
    ["@.tags all ['red', 'blue']", ["m1"]],
    ["@.tags size 2", ["m1"]],
    ["@.sku size 2", ["k1", "k2", "m1"]],
    ["@.tags empty true", ["k2"]],
    ["@.note empty true", ["m1"]],
    ["@.note empty false", []],
    ["@.tags == ['red']", ["k1"]],
    ["@ == {'sku': 'm1', 'price': 5, 'note': '', 'tags': ['red', 'blue']}", ["m1"]],
    ["@.sku =~ /k\\d/", ["k1", "k2"]],
    ["@.sku =~ /K.*/i", ["k1", "k2"]],
    ["@.sku =~ /k/", []],
    ["/m.*/ =~ @.sku", ["m1"]],
    ["@.tags =~ /b.*/", ["m1"]],
    ["@.price =~ /2.*5/", ["k2"]],
    ["@.nothing =~ /.*/", ["k1", "k2", "m1"]],
    ["@.sku == /k1/", []],
    ["@.tags.length() > 1", ["m1"]],
    ["@.tags[?(@ == 'blue')] empty false", ["m1"]],
    ["@.tags[*]", ["k1", "k2", "m1"]],
    ["@.nothing[*]", []],
    ["$.limits", ["k1", "k2", "m1"]],
    ["$.nothing", []],
    ["@.price < $.numbers.sum()", ["m1"]],
  ])("a filter: %s", (filter, skus) => {
    expect(read(`$.items[?(${filter})].sku`)).toEqual(skus);
  });

  it("tests the values of an array", () => {
    expect(read("$.mixed[?(@ == 1)]")).toEqual([1, "1"]);
    expect(read("$.mixed[?(@ === 1)]")).toEqual([1]);
    expect(read("$.mixed[?(@ == null)]")).toEqual([null]);
    expect(read("$.mixed[?(@ == true)]")).toEqual([true]);
    expect(read("$.mixed[?(@.v)]")).toEqual([{ v: 1 }]);
    expect(read("$.mixed[?(@ > 0)]")).toEqual([1, "1", "a"]);
  });

  it("needs a member in all objects that a test of existence meets", () => {
    const document = {
      sets: [
        [{ a: 1 }, { a: 2 }],
        [{ a: 1 }, { b: 2 }],
      ],
    };
    expect(read("$.sets[?(@[*].a)]", document)).toEqual([[{ a: 1 }, { a: 2 }]]);
  });

  it.each<[string, Json]>([
    ["$.items.length()", 3],
    ["$.customer.length()", 3],
    ["$.customer.size()", 3],
    ["$.id.length()", null],
    ["$.numbers.min()", 1],
    ["$.numbers.max()", 4],
    ["$.numbers.sum()", 8],
    ["$.numbers.sum(1, $.limits.price)", 18],
    ["$.sum($.numbers)", 8],
    ["$.mixed.sum()", 1],
    ["$.customer.keys()", ["name", "tags", "address"]],
    ["$.id.keys()", null],
    ["$.customer.tags.concat()", "vipeu"],
    ['$.concat($.customer.name, "-", $.id)', "Ada-7"],
    ["$.numbers.append(9, 'x')", [4, 1, 3, 9, "x"]],
    ["$.numbers.first()", 4],
    ["$.numbers.last()", 3],
    ["$.numbers.index(1)", 1],
    ["$.numbers.index(-2)", 1],
    ["$.items.first().sku", "k1"],
    ["$.items[*].tags.length()", [1, 0, 2]],
    ["$..price.sum()", 49.5],
    ["$..tags.length()", 5],
  ])("a function: %s", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it("computes averages of the whole population", () => {
    expect(read("$.numbers.avg()")).toBeCloseTo(8 / 3, 12);
    expect(read("$.stddev(2, 4, 4, 4, 5, 5, 7, 9)")).toBeCloseTo(2, 12);
  });

  it.each([
    ["$.x", "No results for path: $['x']"],
    ["$.customer.x", "No results for path: $['customer']['x']"],
    ["$.x.y.z", "Missing property in path $['x']"],
    ["$.customer.x.y", "Missing property in path $['customer']['x']"],
    ["$.x[0]", "Missing property in path $['x']"],
    [
      "$.id.x",
      "Expected to find an object with property ['x'] in path $['id'] but found 'com.fasterxml.jackson.databind.node.IntNode'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
    ],
    [
      "$.customer.address['a','b']",
      "Expected to find an object with property ['a','b'] in path $['customer']['address'] but found 'com.fasterxml.jackson.databind.node.NullNode'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
    ],
    [
      "$.items[7].sku",
      "Expected to find an object with property ['sku'] in path $['items'][7] but found 'null'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
    ],
    [
      "$.customer[0].x",
      'Filter: [0][\'x\'] can only be applied to arrays. Current context is: {"name":"Ada","tags":["vip","eu"],"address":null}',
    ],
    ["$.customer.sum()", "Aggregation function attempted to calculate value using empty array"],
    ["$.numbers.index(7)", "Target index:7 larger than object count:3"],
    ["$.numbers.first().x.length()", "No results for path: $['numbers'].first()['x'].length()"],
    ["$.numbers.append($.nothing)", "No results for the path of a parameter"],
  ])("%s finds nothing", (text, message) => {
    expect(() => read(text)).toThrow(PathMiss);
    expect(() => read(text)).toThrow(message);
    expect(parsePath(text).find(ORDER, scope())).toBeUndefined();
  });

  it("gives null past the end of an array when it ends there, and finds nothing", () => {
    expect(read("$.numbers[3]")).toBe(null);
    expect(read("$.numbers[-4]")).toBe(null);
    expect(parsePath("$.numbers[3]").find(ORDER, scope())).toBeUndefined();
    expect(parsePath("$.numbers[2]").find(ORDER, scope())).toBe(3);
  });

  it("reads the context object and variables", () => {
    const where = scope({ variables: { total: { net: 5 }, größe: 1, __proto__: 2 } });
    expect(parsePath("$$.Execution.Name").read(null, where)).toBe("run-1");
    expect(parsePath("$$").read(null, where)).toEqual(where.context());
    expect(parsePath("$$['State'].*").read(null, where)).toEqual(["S"]);
    expect(parsePath("$total.net").read(null, where)).toBe(5);
    expect(parsePath("$total").read(null, where)).toEqual({ net: 5 });
    expect(parsePath("$total['net']").find(null, where)).toBe(5);
    expect(parsePath("$größe").read(null, where)).toBe(1);
    expect(() => parsePath("$none.x").read(null, where)).toThrow(new PathMiss("No results for path: $['none']"));
    expect(parsePath("$none.x").find(null, where)).toBeUndefined();
    expect(() => parsePath("$constructor").read(null, where)).toThrow(PathMiss);
    expect(() => parsePath("$$.Nope").read(null, where)).toThrow("No results for path: $['Nope']");
    expect(["$", "$$", "$x"].map((text) => parsePath(text).root)).toEqual(["input", "context", "variable"]);
  });

  it.each(["", "x", "x.$", "$a b", "$1", "$$$", "$a.", "$-x", "$.a[?(@.b =~ /(/)]", "$.a[?(@.b =~ /(?=x)/)]"])(
    "refuses '%s'",
    (text) => {
      expect(() => parsePath(text)).toThrow(PathSyntaxError);
    },
  );

  it("treats names that objects inherit as data", () => {
    const document = parseJson('{"__proto__": {"toString": 1}, "constructor": 2}');
    expect(read("$.__proto__.toString", document)).toBe(1);
    expect(read("$.constructor", document)).toBe(2);
    expect(() => read("$.hasOwnProperty", document)).toThrow(PathMiss);
    expect(() => read("$.__proto__.__proto__", document)).toThrow(PathMiss);
    expect(read("$..toString", document)).toEqual([1]);
    expect(read("$['__proto__','constructor']", document)).toEqual(document);
    expect(() => read("$.length", [1])).toThrow(PathMiss);
  });

  it("scans documents of any depth", () => {
    let document: Json = "leaf";
    for (let depth = 0; depth < 200_000; depth++) document = depth % 2 === 0 ? [document] : { a: document };
    expect(read("$..a", document)).toHaveLength(100_000);
    expect(read("$[?(@ == @)]", [document])).toHaveLength(1);
    expect(() => read("$.a.b", document)).toThrow(PathMiss);
    expect(() => read("$[0].b", [document])).toThrow(PathMiss);
  });

  it("bounds the work of one evaluation", () => {
    const document = Array.from({ length: 20_000 }, (_, index) => ({ index }));
    expect(() => read("$[?(@.index in $[?(@.index > 0)].index)]", document)).toThrow(StatesError);
    expect(() => read("$[?($ == [])]", document)).not.toThrow();
    expect(() => read("$[?(@ != $.copy && $.copy == $.copy2)]", document)).not.toThrow();
    expect(() => read("$.a[?($.b == $.c)]", { a: document, b: document, c: [...document] })).toThrow(StatesError);
    let tree: Json = 0;
    for (let depth = 0; depth < 12; depth++) tree = [tree, tree];
    expect(() => read("$..*..*..*..*..*..*", tree)).toThrow(StatesError);
    const long = ["a".repeat(100_000)];
    expect(() => read(`$[?(@ =~ /${"(a?){100}".repeat(3)}b/)]`, long)).toThrow(StatesError);
  });

  it("throws nothing but PathMiss and StatesError, and finds what it reads", () => {
    fc.assert(
      fc.property(jsonPath, json, (path, document) => {
        const text = printJsonPath({ ...path, root: "$" });
        fc.pre(!/\.\.[a-z]/.test(text));
        const compiled = parsePath(text);
        let value: Json | undefined;
        try {
          value = compiled.read(document, scope());
        } catch (error) {
          if (!(error instanceof PathMiss) && !(error instanceof StatesError)) throw error;
        }
        const found = compiled.find(document, scope());
        if (found !== undefined) expect(value).toEqual(found);
        else expect(value ?? null).toBe(null);
      }),
      { numRuns: 100_000 },
    );
  });
});
