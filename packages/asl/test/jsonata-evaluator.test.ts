import jsonata from "jsonata";
import { expect, test } from "vitest";
import type { Json } from "../src/json.js";
import { parseExpression } from "../src/jsonata/expression.js";
import { StatesError } from "../src/states-error.js";
import { scope } from "./expression-scope.js";
import { CORPUS, DOCUMENT } from "./jsonata-corpus.js";

/** What the package itself makes of an expression: a value as JSON text, or the code and message of its error. */
async function byPackage(text: string): Promise<string> {
  try {
    const value = await jsonata(text).evaluate(undefined, { d: structuredClone(DOCUMENT) });
    return value === undefined ? "nothing" : JSON.stringify(value);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
}

function byEvaluator(text: string, document: Json): string {
  try {
    return JSON.stringify(parseExpression(text).read("F", scope({ variables: { d: document }, now: Date.now() }), {}));
  } catch (error) {
    if (error instanceof StatesError) {
      return /returned nothing/.test(error.cause) ? "nothing" : error.cause.replace(/^.* during evaluation\. /s, "");
    }
    return error instanceof Error ? `S: ${error.message}` : String(error);
  }
}

test.each(CORPUS)("%s gives what the package gives, and leaves its input alone", async (text) => {
  const document = structuredClone(DOCUMENT);
  const given = byEvaluator(text, document);
  // The message of a syntax error is reported without its code.
  expect(given).toBe((await byPackage(text)).replace(/^S\d{4}:/, "S:"));
  expect(document).toEqual(DOCUMENT);
  // An array that the evaluator had marked as its own would have members besides its items.
  expect(Object.keys(document.order.lines)).toEqual(["0", "1", "2"]);
  expect(Object.keys(document.one)).toEqual(["0"]);
});
