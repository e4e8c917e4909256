import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareNumbers,
  ExactNumber,
  isObject,
  type Json,
  JsonDepthError,
  type JsonObject,
  MAX_DEPTH,
  mergeObjects,
  numberOf,
  objectOf,
  parseJson,
  printJson,
  ValueDepthError,
  withMember,
} from "../src/json.js";

/** Numbers as JavaScript does not print them. */
const EXACT_NUMBERS = [
  "12345678901234567890",
  "-12345678901234567890",
  "1.10",
  "1.0",
  "0.0",
  "-0",
  "-0.0",
  "1e400",
  "-1e-400",
  "1E5",
  "1e5",
  "2.5e3",
  "1e+21",
  "1E-7",
  "0.0000001",
  "9007199254740993",
  "3.14159265358979323846",
  "1.00000000000000000001",
  "100000000000000000000000",
  "0.1000",
];

/** Numbers as JavaScript prints them. */
const PLAIN_NUMBERS = [
  "0",
  "1",
  "-1",
  "10",
  "100",
  "0.5",
  "-1.25",
  "0.000001",
  "9007199254740991",
  "1.7976931348623157e+308",
];

describe("numbers", () => {
  it.each([...EXACT_NUMBERS, ...PLAIN_NUMBERS])("%s is printed as it is written, wherever it stands", (number) => {
    for (const text of [
      number,
      `[${number}]`,
      `[1,${number},2]`,
      `{"a":${number}}`,
      `{"a":${number},"b":"c"}`,
      `[["x",{"a":[${number}]}]]`,
      `["${"x".repeat(3000)}",${number}]`,
    ]) {
      expect(printJson(parseJson(text))).toBe(text);
    }
    for (const text of [` ${number} `, `[ ${number} ]`, `{ "a" : ${number}\n}`, `[\t${number}\r\n]`]) {
      expect(printJson(parseJson(text))).toBe(text.replaceAll(/\s/g, ""));
    }
  });

  it.each(PLAIN_NUMBERS)("%s is a number of JavaScript", (number) => {
    expect(parseJson(number)).toBe(Number(number));
    expect(parseJson(`["1.0",1.0,${number}]`)).toEqual(["1.0", new ExactNumber("1.0"), Number(number)]);
  });

  it("are kept only where they are numbers", () => {
    const text = '{"1.0":"1.10","at":"12:00:00.000Z","id":"1e5","long":"12345678901234567890","n":"a: 1.0, 1e5"}';
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(printJson(parseJson(text))).toBe(text);
  });

  it("have the nearest double where something computes with them", () => {
    expect(numberOf(parseJson("1.10"))).toBe(1.1);
    expect(numberOf(parseJson("12345678901234567890"))).toBe(12345678901234567000);
    expect(numberOf(parseJson("1e400"))).toBe(Number.POSITIVE_INFINITY);
    expect(numberOf(7)).toBe(7);
    expect(numberOf("7")).toBeUndefined();
    expect(numberOf(undefined)).toBeUndefined();
  });

  it.each([
    ["1.10", "1.1", 0],
    ["1.0", "1", 0],
    ["1e2", "100", 0],
    ["0.01e4", "100", 0],
    ["-0", "0", 0],
    ["-0.00", "0e5", 0],
    ["12345678901234567890", "12345678901234567891", -1],
    ["9007199254740993", "9007199254740992", 1],
    ["1e400", "1e401", -1],
    ["-1e400", "1e400", -1],
    ["-1e401", "-1e400", -1],
    ["1e400", "5", 1],
    ["0.1", "0.10000000000000000001", -1],
    ["99", "1e2", -1],
    ["0", "1e-400", -1],
  ])("%s compared with %s gives %i", (a, b, order) => {
    const [left, right] = [parseJson(a), parseJson(b)] as [number, number];
    expect(Math.sign(compareNumbers(left, right))).toBe(order);
    expect(Math.sign(compareNumbers(right, left))).toBe(order === 0 ? 0 : -order);
  });

  it("that JSON.stringify meets elsewhere are near to what they are", () => {
    expect(JSON.stringify(parseJson("[1.10,1e400]"))).toBe('[1.1,"1e400"]');
    expect(printJson([1])).toBe("[1]");
  });

  it("are no objects", () => {
    expect(isObject(parseJson("1.10"))).toBe(false);
  });
});

describe("names", () => {
  it.each([
    '{"b":1,"1":2}',
    '{"2":1,"1":2}',
    '{"b":{"c":1,"0":2},"a":3}',
    '{"a":1,"4294967294":2,"4294967295":3,"01":4,"-1":5,"1.5":6}',
    '{"__proto__":1,"constructor":2,"toString":3,"7":4}',
    '{"__proto__":{"x":1},"hasOwnProperty":null}',
    '{"toJSON":1,"b":2,"1":3}',
    '{"toJSON":{"a":1.10},"length":1}',
    '{"":0,"0":""}',
  ])("%s is printed as it is written", (text) => {
    expect(printJson(parseJson(text))).toBe(text);
  });

  it("are those that escapes stand for", () => {
    expect(printJson(parseJson('{"b":1,"\\u0031":2}'))).toBe('{"b":1,"1":2}');
    expect(printJson(parseJson('{"b":1,"1\\u003023":2}'))).toBe('{"b":1,"1023":2}');
    expect(printJson(parseJson('{"b\\"\\\\":1.0,"\\"":2}'))).toBe('{"b\\"\\\\":1.0,"\\"":2}');
  });

  it("that stand twice have the last value, at the first place", () => {
    for (const more of ["", ',"n":1.0', ',"1":0']) {
      expect(printJson(parseJson(`{"a":1,"b":2,"a":3${more}}`))).toBe(`{"a":3,"b":2${more}}`);
    }
    expect(printJson(parseJson('{"__proto__":1,"x":0,"__proto__":{"y":2}}'))).toBe('{"__proto__":{"y":2},"x":0}');
    expect(printJson(parseJson('{"x":1,"5":2,"5":3,"x":4}'))).toBe('{"x":4,"5":3}');
  });

  it("never reach a prototype", () => {
    const object = parseJson('{"__proto__":{"polluted":true},"1":1.0}') as JsonObject;
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect("polluted" in object).toBe(false);
    expect("polluted" in withMember({}, "__proto__", { polluted: true })).toBe(false);
    expect("polluted" in mergeObjects({}, objectOf([["__proto__", { polluted: true }]]))).toBe(false);
  });

  it("keep their order in objects that are made from others", () => {
    const object = parseJson('{"b":1,"1":2}') as JsonObject;
    expect(printJson(withMember(object, "a", 3))).toBe('{"b":1,"1":2,"a":3}');
    expect(printJson(withMember(object, "1", 3))).toBe('{"b":1,"1":3}');
    expect(printJson(withMember({ b: 1 }, "0", 3))).toBe('{"b":1,"0":3}');
    expect(printJson(mergeObjects({ b: 1 }, { 1: 2 }))).toBe('{"b":1,"1":2}');
    expect(printJson(mergeObjects(object, { 1: 3, c: 4 }))).toBe('{"b":1,"1":3,"c":4}');
    expect(printJson(object)).toBe('{"b":1,"1":2}');
    expect(Object.entries(object)).toEqual([
      ["b", 1],
      ["1", 2],
    ]);
  });

  it("in an object with an order of its own can be set and deleted", () => {
    const object = parseJson('{"b":1,"1":2}') as JsonObject;
    object.c = 3;
    object["0"] = 4;
    delete object.b;
    expect(printJson(object)).toBe('{"1":2,"c":3,"0":4}');
    expect(Object.keys(object)).toEqual(["1", "c", "0"]);
  });
});

describe("depth", () => {
  const arrays = (depth: number, inner = "") => "[".repeat(depth) + inner + "]".repeat(depth);
  const objects = (depth: number, inner = "1") => '{"a":'.repeat(depth) + inner + "}".repeat(depth);

  it(`of ${MAX_DEPTH} levels is taken`, () => {
    for (const text of [arrays(MAX_DEPTH), arrays(MAX_DEPTH, "1.10"), objects(MAX_DEPTH), objects(MAX_DEPTH, "1e5")]) {
      expect(printJson(parseJson(text))).toBe(text);
    }
  });

  it.each([MAX_DEPTH + 1, 10_000, 100_000])("of %i levels is an error", (depth) => {
    for (const text of [arrays(depth), arrays(depth, "1.10"), objects(depth), `[1,${objects(depth - 1)},{}]`]) {
      expect(() => parseJson(text)).toThrow(JsonDepthError);
      expect(() => parseJson(text)).toThrow(SyntaxError);
      expect(() => printJson(JSON.parse(text))).toThrow(ValueDepthError);
    }
  });

  it("can be given", () => {
    expect(printJson(parseJson(arrays(1010, "1.0"), 1010), 1010)).toBe(arrays(1010, "1.0"));
    expect(() => parseJson(arrays(11), 10)).toThrow("Document nesting depth (11) exceeds the maximum allowed (10)");
  });

  it("of a value that grew in memory is an error, not a crash", () => {
    let value: Json = parseJson("1.10");
    for (let depth = 0; depth < 100_000; depth++) value = depth % 2 === 0 ? { a: value } : [value];
    expect(() => printJson(value)).toThrow(ValueDepthError);
  });
});

describe("any JSON", () => {
  const number = fc.oneof(
    fc.constantFrom(...EXACT_NUMBERS, ...PLAIN_NUMBERS),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.stringMatching(/^-?(?:0|[1-9]\d{0,24})(?:\.\d{1,20})?(?:[eE][-+]?\d{1,4})?$/),
  );
  const key = fc.oneof(
    fc.constantFrom("a", "b", "__proto__", "constructor", "toJSON", "0", "1", "10", "4294967295", "01", "text"),
    fc.string({ maxLength: 4 }),
  );
  const text: fc.Arbitrary<string> = fc.letrec<{ text: string }>((tie) => ({
    text: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      number,
      fc.constantFrom("true", "false", "null"),
      fc.string({ unit: "binary", maxLength: 8 }).map((value) => JSON.stringify(value)),
      fc.array(tie("text"), { maxLength: 5 }).map((items) => `[${items.join(",")}]`),
      fc
        .uniqueArray(fc.tuple(key, tie("text")), { selector: ([name]) => name, maxLength: 6 })
        .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`),
    ),
  })).text;

  it("is printed as it was written", () => {
    fc.assert(
      fc.property(text, (compact) => {
        expect(printJson(parseJson(compact))).toBe(compact);
      }),
      { numRuns: 3000 },
    );
  });

  it("means the same with blanks in it", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(" ", "\n", "\t\r\n "), (compact, blank) => {
        // Blanks around everything that stands outside of strings and between numbers.
        const loose = compact.replaceAll(/"(?:[^"\\]|\\.)*"|[[\]{}:,]/g, (token) => `${blank}${token}${blank}`);
        expect(printJson(parseJson(loose))).toBe(compact);
      }),
      { numRuns: 1000 },
    );
  });

  it("is what JSON.parse makes of it, but for exact numbers and the order of members", () => {
    const plain = (value: Json): unknown => {
      if (value instanceof ExactNumber) return Number(value.text);
      if (Array.isArray(value)) return value.map(plain);
      if (!isObject(value)) return value;
      const object = {};
      for (const [name, member] of Object.entries(value)) {
        Object.defineProperty(object, name, {
          value: plain(member),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return object;
    };
    fc.assert(
      fc.property(text, (compact) => {
        expect(plain(parseJson(compact))).toEqual(JSON.parse(compact));
      }),
      { numRuns: 1000 },
    );
  });

  it("is refused just where JSON.parse refuses it", () => {
    const broken = fc
      .tuple(text, fc.nat(), fc.constantFrom("", ",", "}", '"', "1", "e", ".", "-"))
      .map(([compact, at, put]) => {
        const position = at % (compact.length + 1);
        return compact.slice(0, position) + put + compact.slice(position + (at % 2));
      });
    fc.assert(
      fc.property(broken, (candidate) => {
        let expected = true;
        try {
          JSON.parse(candidate);
        } catch {
          expected = false;
        }
        if (expected) expect(() => parseJson(candidate)).not.toThrow();
        else expect(() => parseJson(candidate)).toThrow(SyntaxError);
      }),
      { numRuns: 3000 },
    );
  });
});
