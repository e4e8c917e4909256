import fc from "fast-check";
import { expect, test } from "vitest";
import type { Elsewhere } from "../src/index.js";
import type { Json } from "../src/json.js";
import { JsonataSyntaxError, parseExpression } from "../src/jsonata/expression.js";
import { FUNCTION_NAMES } from "../src/jsonata/functions.js";
import { StatesError } from "../src/states-error.js";
import { scope } from "./expression-scope.js";
import { CORPUS, DOCUMENT } from "./jsonata-corpus.js";

const RUNS = 50_000;

/** An expression of JSONata as its grammar has it, of functions and values that mostly do not fit each other. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie("expression");
  const names = fc.constantFrom("order", "lines", "n", "price", "sku", "tags", "none", "text", "mixed", "__proto__");
  const literal = fc.oneof(
    fc.constantFrom(
      "1",
      "-2.5",
      "0",
      "'a'",
      '""',
      "true",
      "null",
      "[]",
      "{}",
      "/a+/",
      "/(x)|y/i",
      "1e300",
      "$d",
      "$",
      "%",
    ),
    names.map((name) => `$d.${name}`),
    names.map((name) => `$d.order.lines.${name}`),
  );
  const binary = fc.constantFrom(
    "+",
    "-",
    "*",
    "/",
    "%",
    "=",
    "!=",
    "<",
    ">=",
    "and",
    "or",
    "in",
    "&",
    "~>",
    "..",
    ".",
    ":=",
  );
  const call = fc
    .tuple(fc.constantFrom(...FUNCTION_NAMES, "d", "x"), fc.array(inner, { maxLength: 3 }))
    .map(([name, values]) => `$${name}(${values.join(", ")})`);
  return {
    expression: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      literal,
      call,
      fc.tuple(inner, binary, inner).map(([a, operator, b]) => `${a} ${operator} ${b}`),
      fc.tuple(inner, inner).map(([a, b]) => `${a}[${b}]`),
      fc.tuple(inner, names).map(([a, name]) => `${a}.${name}`),
      fc.tuple(inner, names, inner).map(([a, name, b]) => `${a}{${name}: ${b}}`),
      fc.tuple(inner, names).map(([a, name]) => `${a}^(>${name})`),
      fc.tuple(inner, inner).map(([a, b]) => `[${a}, ${b}]`),
      fc.tuple(inner, inner).map(([a, b]) => `{"a": ${a}, "b": ${b}}`),
      fc.tuple(inner, inner).map(([a, b]) => `[${a}..${b}]`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(inner, inner).map(([a, b]) => `($x := ${a}; ${b})`),
      fc.tuple(inner, inner).map(([a, b]) => `function($x) { ${a} }(${b})`),
      fc.tuple(inner, names, inner).map(([a, name, b]) => `${a} ~> | ${name} | ${b} |`),
      fc.tuple(call).map(([text]) => text.replace(/\(.*\)$/s, "(?)")),
      fc.tuple(inner).map(([a]) => `-${a}`),
      fc.tuple(inner, inner).map(([a, b]) => `${a}@$x.${b}`),
      fc.tuple(inner, inner).map(([a, b]) => `${a}#$x[${b}]`),
    ),
  };
});

/** Pieces of expressions in any order. */
const soup = fc
  .array(
    fc.constantFrom(
      ..."$ $d . .. * ** % ( ) [ ] { } : , ; ? := ~> | ^ @ # & = a 1 'a' /a/ function($x) { } and in $sum $map".split(
        " ",
      ),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((pieces) => pieces.join(" "));

/** A known expression with a piece of it gone or doubled. */
const damaged = fc
  .tuple(fc.constantFrom(...CORPUS), fc.nat(80), fc.nat(8), fc.boolean())
  .map(([text, start, length, twice]) => {
    const end = start + length;
    return twice ? text.slice(0, end) + text.slice(start) : text.slice(0, start) + text.slice(end);
  });

class Asked extends Error {}

/** No expression may take longer here than it has in place. */
const elsewhere: Elsewhere = {
  steps: 100_000,
  done: () => {},
  result: () => undefined,
  ask: () => {
    throw new Asked();
  },
};

/** JSON, or what happened instead. Anything else fails the test. */
function outcome(text: string, document: Json): string {
  try {
    const seen = scope({ variables: { d: document }, now: 1e12, elsewhere });
    return JSON.stringify(parseExpression(text).read("Output", seen, {}));
  } catch (error) {
    if (error instanceof JsonataSyntaxError) return "syntax";
    if (error instanceof Asked) return "asked";
    if (error instanceof StatesError && error.error === "States.QueryEvaluationError") return error.cause;
    throw error;
  }
}

test.each([
  ["random expressions", fc.oneof({ arbitrary: expression, weight: 3 }, damaged)],
  ["random pieces", soup],
])(
  "%s give JSON or a StatesError, always the same, and leave their input alone",
  (_name, texts) => {
    const document = structuredClone(DOCUMENT) as unknown as Json;
    let evaluated = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const result = outcome(text, document);
        if (result !== "syntax") evaluated += 1;
        expect(typeof result).toBe("string");
        expect(JSON.stringify(document)).toBe(JSON.stringify(DOCUMENT));
      }),
      { numRuns: RUNS },
    );
    expect(evaluated).toBeGreaterThan(100);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  },
  600_000,
);

test("the same expression gives the same again", () => {
  const document = structuredClone(DOCUMENT) as unknown as Json;
  fc.assert(
    fc.property(expression, (text) => {
      expect(outcome(text, document)).toBe(outcome(text, document));
    }),
    { numRuns: 2000 },
  );
});
