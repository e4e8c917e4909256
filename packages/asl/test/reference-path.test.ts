import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Json, parseJson } from "../src/json.js";
import { PathSyntaxError } from "../src/path.js";
import { parseReferencePath } from "../src/reference-path.js";
import { StatesError } from "../src/states-error.js";
import { json, name } from "./arbitraries.js";

function write(text: string, target: Json, value: Json): Json {
  return parseReferencePath(text).write(target, value);
}

describe("Reference Paths", () => {
  it.each<[string, Json, Json]>([
    ["$", { a: 1 }, "new"],
    ["$.a", { a: 1, b: 2 }, { a: "new", b: 2 }],
    ["$.c", { a: 1 }, { a: 1, c: "new" }],
    ["$['a b']", {}, { "a b": "new" }],
    ["$.a.b.c", {}, { a: { b: { c: "new" } } }],
    ["$.a.b.c", { a: { x: 1, b: { y: 2 } } }, { a: { x: 1, b: { y: 2, c: "new" } } }],
    ["$.list[1]", { list: [1, 2, 3] }, { list: [1, "new", 3] }],
    ["$[1].done", [{ id: 1 }, { id: 2 }], [{ id: 1 }, { id: 2, done: "new" }]],
  ])("%s written in %j", (text, target, expected) => {
    expect(write(text, target, "new")).toEqual(expected);
  });

  it.each<[string, Json, string]>([
    ["$.a", "text", 'Unable to apply ReferencePath $.a to input "text"'],
    ["$.a.b", null, "Unable to apply ReferencePath $.a.b to input null"],
    ["$.a", [1, 2], 'Unable to apply step "a" to input [1,2]'],
    ["$.a.b", { a: 5 }, 'Unable to apply step "b" to input 5'],
    ["$.a.b", { a: null }, 'Unable to apply step "b" to input null'],
    ["$.a[0]", { a: {} }, 'Unable to apply step "0" to input {}'],
    ["$.a[2]", { a: [1, 2] }, 'Unable to apply step "2" to input [1,2]'],
    ["$.a[0]", {}, 'Unable to apply step "0" to input null'],
  ])("%s cannot be written in %j", (text, target, cause) => {
    expect(() => write(text, target, 1)).toThrow(new StatesError("States.ReferencePathConflict", cause));
  });

  it.each([
    "",
    "a",
    "$$.a",
    "$x",
    "$.a[*]",
    "$.a[0,1]",
    "$.a[0:1]",
    "$..a",
    "$.a[?(@.b)]",
    "$.a.length()",
    "$['a','b']",
    "$.a[-1]",
  ])("refuses '%s'", (text) => {
    expect(() => parseReferencePath(text)).toThrow(PathSyntaxError);
  });

  it("writes __proto__ and constructor as members", () => {
    const written = write("$.__proto__.polluted", {}, true) as Record<string, Json>;
    expect(JSON.stringify(written)).toBe('{"__proto__":{"polluted":true}}');
    expect(Object.getPrototypeOf(written)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const again = write("$.__proto__.more", parseJson('{"__proto__":{"polluted":true}}'), 1);
    expect(JSON.stringify(again)).toBe('{"__proto__":{"polluted":true,"more":1}}');
    expect(JSON.stringify(write("$.constructor.prototype.x", {}, 1))).toBe('{"constructor":{"prototype":{"x":1}}}');
  });

  it("never changes the target, and what it writes is there", () => {
    const steps = fc.array(fc.oneof(name, fc.nat(3)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(steps, json, json, (path, target, value) => {
        const text = `$${path.map((step) => `[${typeof step === "number" ? step : quoted(step)}]`).join("")}`;
        const before = JSON.stringify(target);
        try {
          const written = parseReferencePath(text).write(target, value);
          expect(path.reduce<Json | undefined>(own, written)).toBe(value);
        } catch (error) {
          expect(error).toBeInstanceOf(StatesError);
        }
        expect(JSON.stringify(target)).toBe(before);
      }),
      { numRuns: 20_000 },
    );
  });

  it("shares what lies beside the path", () => {
    const target = { a: { b: 1 }, other: { large: true } };
    const written = write("$.a.c", target, 2) as typeof target;
    expect(written.other).toBe(target.other);
    expect(written.a).not.toBe(target.a);
  });
});

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function own(place: Json | undefined, step: string | number): Json | undefined {
  if (typeof place !== "object" || place === null || !Object.hasOwn(place, step)) return undefined;
  return (place as Record<string | number, Json>)[step];
}
