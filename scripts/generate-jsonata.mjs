// Makes packages/asl/src/jsonata/generated/evaluator.ts out of the installed `jsonata` package: the same code without
// `async` and `await`, counting its steps. Evaluation happens inside a deterministic, synchronous transition, and without
// promises it takes half the time. Usage: node scripts/generate-jsonata.mjs
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "acorn";

const here = fileURLToPath(import.meta.url);
const target = join(dirname(here), "../packages/asl/src/jsonata/generated/evaluator.ts");

/** Stands at the beginning of every function and of every round of a loop. */
const STEP = "--$left < 0 && $overrun()";

/**
 * Code of the package that is not taken as it is. Each pattern stands in it as often as is said here: where a new version
 * of the package has it otherwise, this script stops, and somebody has to look.
 */
const REPLACEMENTS = [
  {
    why: "hooks that nobody sets are looked up through all frames, for each node and for each frame",
    pattern: /\w+\.lookup\(Symbol\.for\('jsonata\.\w+'\)\)/g,
    with: "undefined",
    times: 3,
  },
  {
    why: "what an expression gives passes here: long strings and arrays count for their length, and may be too long",
    pattern: /environment\.base\.depth--;\s*return result;/g,
    with: `environment.base.depth--;
        if ((typeof result === 'string' || Array.isArray(result)) && result.length > 64) $weigh(result);
        return result;`,
    times: 1,
  },
  {
    why: "an empty array of the caller would get an element",
    pattern: /input\.push\(undefined\);/g,
    with: "input = [undefined];",
    times: 1,
  },
  {
    why: "a call of what is no function would write into the caller's object, and of null be a TypeError",
    pattern: /if\(typeof proc === 'object'\) \{/g,
    with: "if(typeof proc === 'object' && isFunction(proc)) {",
    times: 1,
  },
  {
    why: "so would a call in tail position",
    pattern: /next\.(token|position) = /g,
    with: "if (isFunction(next)) next.$1 = ",
    times: 2,
  },
  {
    why: "an array of the caller would get a member",
    pattern: /resultSequence\.keepSingleton = true;/g,
    with: "if (isSequence(resultSequence)) resultSequence.keepSingleton = true;",
    times: 1,
  },
  {
    why: "the service speaks JSONata 2.0.6, which has neither ?: nor ?? (2.1.0)",
    pattern: /currentChar === '\?' && path\.charAt\(position \+ 1\) === '[:?]'/g,
    with: "false",
    times: 2,
  },
  { why: "the length may be too large", pattern: /new Array\(([\w.]+(?: \+ 1)?)\)/g, with: "$array($1)", times: 8 },
  {
    why: "the text may be too long",
    pattern: /return strs\.join\(separator\);/g,
    with: "return $join(strs, separator);",
    times: 1,
  },
];

/** Brings the generated file up to date. Quick where it is. @returns true where it was written */
export function generateJsonata() {
  const require = createRequire(join(dirname(here), "../packages/asl/package.json"));
  const source = readFileSync(require.resolve("jsonata"), "utf8");
  const license = readFileSync(join(dirname(require.resolve("jsonata/package.json")), "LICENSE"), "utf8");
  const { version } = JSON.parse(readFileSync(require.resolve("jsonata/package.json"), "utf8"));
  const hash = createHash("sha256").update(source).update(readFileSync(here)).digest("hex");
  if (generatedHash() === hash) return false;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, frame(synchronous(replaced(source)), { version, license, hash }));
  return true;
}

function generatedHash() {
  try {
    return /^\/\/ ([0-9a-f]{64})$/m.exec(readFileSync(target, "utf8").slice(0, 500))?.[1];
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function replaced(source) {
  return REPLACEMENTS.reduce((text, { why, pattern, with: replacement, times }) => {
    const found = text.match(pattern)?.length ?? 0;
    if (found !== times) throw new Error(`jsonata has ${pattern} ${found} times, not ${times} (${why})`);
    return text.replace(pattern, replacement);
  }, source);
}

/** The code without `async` and `await`, with a step in every function and loop. */
function synchronous(source) {
  const edits = [];
  const insert = (position, text) => edits.push({ start: position, end: position, text });
  const remove = (start, end) => edits.push({ start, end, text: "" });
  walk(parse(source, { ecmaVersion: 2022, sourceType: "script" }), (node) => {
    if (node.type === "AwaitExpression") remove(node.start, node.argument.start);
    if (node.async) remove(node.start, node.start + "async".length);
    if (/^(Function|ArrowFunction)/.test(node.type)) {
      if (node.body.type === "BlockStatement") insert(afterDirectives(node.body), ` ${STEP};`);
      else around(node.body, `(${STEP}, `, ")");
    }
    if (/^(For|ForIn|ForOf|While|DoWhile)Statement$/.test(node.type)) {
      if (node.body.type === "BlockStatement") insert(node.body.start + 1, ` ${STEP};`);
      else around(node.body, `{ ${STEP}; `, " }");
    }
  });
  // An expression that a function gives stands in parentheses already where it has to, outside of its node.
  function around(node, before, after) {
    if (source[node.start] === "{" && node.type === "ObjectExpression") {
      throw new Error("an arrow function gives an object: write the step by hand");
    }
    insert(node.start, before);
    insert(node.end, after);
  }
  edits.sort((a, b) => a.start - b.start || a.end - b.end);
  let text = "";
  let position = 0;
  for (const edit of edits) {
    text += source.slice(position, edit.start) + edit.text;
    position = edit.end;
  }
  return text + source.slice(position);
}

/** Where the statements of a function begin: after "use strict". */
function afterDirectives({ body, start }) {
  return body.findLast(({ directive }) => directive !== undefined)?.end ?? start + 1;
}

function walk(node, visit) {
  visit(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === "string") walk(child, visit);
    }
  }
}

/**
 * The module: a function with what the code may see of the world as its parameters. All that it has of Node or the
 * browser otherwise is hidden from it.
 */
function frame(code, { version, license, hash }) {
  return `// @ts-nocheck
// Generated by scripts/generate-jsonata.mjs from jsonata ${version}. Do not edit: it is made again.
// ${hash}
/*
${license.trim()}
*/

import type { Evaluator, EvaluatorHost } from "../evaluator.js";

export function createEvaluator($host: EvaluatorHost): Evaluator {
const { Date, Math, RegExp, JSON, Promise, window } = $host.globals;
const { array: $array, join: $join } = $host;
const global = undefined, globalThis = undefined, self = undefined, process = undefined, require = undefined;
const console = undefined, define = undefined, Function = undefined, setTimeout = undefined;
const module = { exports: {} }, exports = module.exports;
let $left = Infinity;
function $overrun() { $left = $host.overrun(); }
function $weigh(value) { $left -= $host.weigh(value); }
${code}
return {
  jsonata: module.exports,
  steps: (limit) => { $left = limit; },
  left: () => $left,
  take: (steps) => { if (($left -= steps) < 0) $overrun(); },
};
}
`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (generateJsonata()) console.log("Generated the JSONata evaluator.");
}
