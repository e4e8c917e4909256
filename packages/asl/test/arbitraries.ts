import fc from "fast-check";
import { type Json, type JsonObject, setMember } from "../src/json.js";
import {
  type Filter,
  FUNCTION_NAMES,
  type JsonPath,
  OPERATORS,
  type Operand,
  type Segment,
} from "../src/jsonpath/ast.js";

/** Few names, so that paths meet what is there; among them those that every object inherits. */
export const name = fc.constantFrom(
  ..."a b c d".split(" "),
  "__proto__",
  "constructor",
  "toString",
  "length",
  "x-y",
  "größe",
  "名前",
  "it's",
  "back\\slash",
  "a.b",
  "with space",
  "$",
  "@",
  "",
);

const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, 1, -1, 1.5, 1e21, 1e-7, "", "a", "b", "1", "word word", "{}", "%%"),
  fc.integer(),
  fc.string({ maxLength: 6 }),
);

function object(members: readonly [string, Json][]): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of members) setMember(result, key, value);
  return result;
}

/** Small documents: a few levels, a few members. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("json"), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie("json")), { maxLength: 5 }).map(object),
  ),
})).json;

interface Syntax {
  path: JsonPath;
  segments: readonly Segment[];
  filter: Filter;
  operand: Operand;
}

const index = fc.integer({ min: -3, max: 4 }).map((value) => (value === 0 ? 0 : value));

const syntax = fc.letrec<Syntax>((tie: fc.LetrecTypedTie<Syntax>) => {
  const literal = fc.record({ kind: fc.constant("literal" as const), value: json });
  const somePath = fc.record({ kind: fc.constant("path" as const), path: tie("path") });
  const call: fc.Arbitrary<Segment> = fc.record({
    kind: fc.constant("function" as const),
    name: fc.constantFrom(...FUNCTION_NAMES),
    parameters: fc.array(fc.oneof({ maxDepth: 1 }, literal, somePath), { maxLength: 2 }),
  });
  const selector: fc.Arbitrary<Segment> = fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("member" as const), name }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("index" as const), index }) },
    { weight: 2, arbitrary: fc.constant<Segment>({ kind: "wildcard" }) },
    fc.record({ kind: fc.constant("members" as const), names: fc.array(name, { minLength: 2, maxLength: 3 }) }),
    fc.record({ kind: fc.constant("indexes" as const), indexes: fc.array(index, { minLength: 2, maxLength: 3 }) }),
    fc.record({ kind: fc.constant("slice" as const), from: index, to: index }),
    fc.record({ kind: fc.constant("slice" as const), from: index }),
    fc.record({ kind: fc.constant("slice" as const), to: index }),
    fc.record({ kind: fc.constant("filter" as const), filter: tie("filter") }),
  );
  const scan = selector.map((segment): Segment[] => [{ kind: "scan" }, segment]);
  return {
    path: fc.record({ root: fc.constantFrom("$" as const, "@" as const), segments: tie("segments") }),
    segments: fc
      .array(
        fc.oneof(
          { weight: 6, arbitrary: selector.map((segment) => [segment]) },
          { weight: 1, arbitrary: scan },
          { weight: 1, arbitrary: call.map((segment) => [segment]) },
        ),
        { maxLength: 4 },
      )
      .map((groups) => groups.flat()),
    filter: fc.oneof(
      { maxDepth: 2, depthSize: "small" },
      fc.record({ kind: fc.constant("exists" as const), path: tie("path") }),
      fc.record({
        kind: fc.constant("relation" as const),
        operator: fc.constantFrom(...OPERATORS),
        left: tie("operand"),
        right: tie("operand"),
      }),
      fc.record({ kind: fc.constant("not" as const), operand: tie("filter") }),
      fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        operands: fc.array(tie("filter"), { minLength: 2, maxLength: 3 }),
      }),
    ),
    operand: fc.oneof(
      { maxDepth: 1 },
      literal,
      somePath,
      fc.record({
        kind: fc.constant("pattern" as const),
        source: fc.constantFrom("", "a+", "(a|b)*", "\\d", "[^a]", "a\\/b", "\\p{L}"),
        flags: fc.constantFrom("", "i", "is"),
      }),
    ),
  };
});

/** Paths of every kind of segment. */
export const jsonPath: fc.Arbitrary<JsonPath> = syntax.path;
