import { decode, encode } from "@msgpack/msgpack";
import { describe, expect, test } from "vitest";
import { decodeFields, encodeFields } from "../src/protocol/dynamic-value.js";
import { fieldsFromState } from "../src/protocol/raw-state.js";
import type { Attribute, Block, Type } from "../src/schema.js";
import { ExactNumber, type Fields, UNKNOWN, type Value } from "../src/value.js";

const attribute = (type: Type): Attribute => ({ type, description: "", optional: true });

const block: Block = {
  description: "",
  attributes: {
    text: attribute("string"),
    number: attribute("number"),
    flag: attribute("bool"),
    any: attribute("dynamic"),
    list: attribute(["list", "number"]),
    map: attribute(["map", "string"]),
    object: attribute(["object", { inner: "string" }]),
  },
  blocks: {
    one: { nesting: "single", description: "", attributes: { text: attribute("string") } },
    many: { nesting: "list", description: "", attributes: { text: attribute("string") } },
  },
};

const nothing: Fields = {
  text: null,
  number: null,
  flag: null,
  any: null,
  list: null,
  map: null,
  object: null,
  one: null,
  many: [],
};

const wire = (given: Readonly<Record<string, unknown>>) => ({
  msgpack: encode({ ...nothing, ...given }, { useBigInt64: true }),
});

function read(given: Readonly<Record<string, unknown>>): Fields {
  return decodeFields(wire(given), block) ?? {};
}

function written(given: Fields): Record<string, unknown> {
  const { msgpack = new Uint8Array() } = encodeFields({ ...nothing, ...given }, block);
  return decode(msgpack, { useBigInt64: true }) as Record<string, unknown>;
}

describe("values of Terraform", () => {
  test("what there is comes through, what is not there is null", () => {
    const given = { text: "ä", flag: false, list: [1, 2], map: { a: "b" }, object: { inner: "x" }, one: { text: "y" } };
    expect(read(given)).toEqual({ ...nothing, ...given });
    expect(written(read(given))).toEqual({ ...nothing, ...given });
    expect(decodeFields({ msgpack: new Uint8Array([0xc0]) }, block)).toBeNull();
    expect(decodeFields(undefined, block)).toBeNull();
    expect(encodeFields(null, block).msgpack).toEqual(new Uint8Array([0xc0]));
  });

  test.each<[unknown, Value, unknown]>([
    [7, 7, 7],
    [-1, -1, -1],
    [0.5, 0.5, "0.5"],
    ["0.1", 0.1, "0.1"],
    // A double that is meant to the last bit.
    [
      0.1,
      new ExactNumber("0.1000000000000000055511151231257827021181583404541015625"),
      "0.1000000000000000055511151231257827021181583404541015625",
    ],
    [2n ** 62n, new ExactNumber("4611686018427387904"), 2n ** 62n],
    [2n ** 63n, new ExactNumber("9223372036854775808"), 2n ** 63n],
    ["12345678901234567890123", new ExactNumber("12345678901234567890123"), "12345678901234567890123"],
    [1e22, 1e22, "10000000000000000000000"],
    ["0.0000001", new ExactNumber("0.0000001"), "0.0000001"],
  ])("the number %s keeps its digits", (sent, value, answered) => {
    const { number } = read({ number: sent });
    expect(number).toEqual(value);
    expect(written({ number: number ?? null }).number).toEqual(answered);
  });

  test("every extension is an unknown value; unknown values are written as the plainest one", () => {
    const plainest = Buffer.from([0xd4, 0, 0]);
    const refined = Buffer.from([0xc7, 3, 12, 0x81, 1, 0xc2]);
    for (const extension of [plainest, refined, Buffer.from([0xd6, 0xff, 1, 2, 3, 4])]) {
      const msgpack = Buffer.concat([Buffer.from([0x81, 0xa4]), Buffer.from("text"), extension]);
      expect(decodeFields({ msgpack }, block)).toMatchObject({ text: UNKNOWN });
    }
    const { msgpack = new Uint8Array() } = encodeFields({ ...nothing, text: UNKNOWN, many: UNKNOWN }, block);
    const text = Buffer.from(msgpack).toString("latin1");
    expect(text.split(plainest.toString("latin1"))).toHaveLength(3);
    expect(() => decodeFields({ msgpack: plainest }, block)).toThrow("nothing is known");
  });

  test("any key is data", () => {
    const map = JSON.parse('{"__proto__": "a", "constructor": "b", "x": "é__proto__"}');
    const { map: back } = read({ map });
    expect(Object.entries(back ?? {}).sort()).toEqual(Object.entries(map).sort());
    const { msgpack = new Uint8Array() } = encodeFields({ ...nothing, map: back ?? null }, block);
    expect(Buffer.from(msgpack).includes("__proto__")).toBe(true);
    const again = decodeFields({ msgpack }, block)?.map;
    expect(Object.entries(again ?? {}).sort()).toEqual(Object.entries(map).sort());
  });

  test("values of a type that comes with them", () => {
    const pair = [Buffer.from('["tuple",["number",["object",{"a":"string"}]]]'), ["1.5", { a: "b" }]];
    expect(read({ any: pair }).any).toEqual([1.5, { a: "b" }]);
    const [type, value] = written({ any: [1.5, { a: "b" }, null] }).any as [Buffer, unknown];
    expect(JSON.parse(Buffer.from(type).toString())).toEqual([
      "tuple",
      ["number", ["object", { a: "string" }], "dynamic"],
    ]);
    expect(value).toEqual(["1.5", { a: "b" }, null]);
  });

  test.each<[Readonly<Record<string, unknown>>, string]>([
    [{ text: 1 }, "text is a value of type number, where the schema has string"],
    [{ list: ["x", 1] }, "'x' is no number"],
    [{ map: [] }, "map is a list"],
    [{ one: "x" }, "one is a value of type string"],
    [{ many: [1] }, "many[0] is a value of type number"],
  ])("%j does not fit", (given, message) => {
    expect(() => read(given)).toThrow(message);
  });

  test("what a resource gives must fit the schema", () => {
    expect(() => written({ text: 1 })).toThrow("text is a value of type number, where the schema has string");
    expect(() => written({ txt: "x" })).toThrow("The schema has no txt");
    expect(() => written({ number: Number.NaN })).toThrow("NaN");
  });
});

describe("stored states", () => {
  const state = (text: string) => fieldsFromState(Buffer.from(text), block);

  test("numbers keep their digits; what the schema does not have is dropped, what is missing is null", () => {
    const text = '{"number": 12345678901234567890, "other": {"a": 1}, "many": [{"text": "x", "more": 1}]}';
    expect(state(text)).toEqual({ ...nothing, number: new ExactNumber("12345678901234567890"), many: [{ text: "x" }] });
    expect(state("null")).toBeNull();
  });

  test("a block that another provider keeps as a list of one", () => {
    expect(state('{"one": [{"text": "x"}]}')).toEqual({ ...nothing, one: { text: "x" } });
    expect(state('{"one": []}')).toEqual(nothing);
  });

  test("what does not fit is told", () => {
    expect(() => state('{"text": 1}')).toThrow("The state.text is no string");
    expect(() => state("[]")).toThrow("The state is no object");
    expect(() => state("{")).toThrow(SyntaxError);
  });
});
