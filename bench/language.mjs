// node bench/language.mjs [--seconds 0.5] [--rounds 5]: the language without a server or a disk: definitions compiled a second,
// paths beside jsonpath-plus, and transitions a second inside one process. Everything is measured in turns.
import { parseArgs } from "node:util";
import { compile, parsePath } from "@pawl/asl";
import { JSONPath } from "jsonpath-plus";
import { transition } from "../packages/engine/dist/transition/transition.js";
import { median } from "./statistics.mjs";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "0.5" }, rounds: { type: "string", default: "5" } },
});
const milliseconds = Number(values.seconds) * 1000;

const DOCUMENT = {
  order: {
    id: 4711,
    customer: { name: "Ada Lovelace", age: 36 },
    items: Array.from({ length: 20 }, (_, index) => ({ sku: `sku-${index}`, price: index * 1.5, quantity: index % 4 })),
  },
};
const PATHS = {
  "a member": "$.order.customer.name",
  "an element": "$.order.items[3].sku",
  "of all elements": "$.order.items[*].sku",
  "deep scan": "$..sku",
  "a filter": "$.order.items[?(@.price > 20)].sku",
};
const scope = { input: DOCUMENT, variables: {}, context: () => ({}), random: () => 0.5, uuid: () => "", now: 0 };

/** A chain of Pass and Choice states, every third of which is a Choice. */
function chain(length) {
  const States = {};
  for (let index = 0; index < length; index++) {
    const next = index + 1 < length ? { Next: `S${index + 1}` } : { End: true };
    States[`S${index}`] =
      index % 3 === 2 && index + 1 < length
        ? {
            Type: "Choice",
            Choices: [{ Variable: "$.order.customer.age", NumericLessThan: 18, Next: `S${index + 1}` }],
            Default: `S${index + 1}`,
          }
        : { Type: "Pass", ...(index % 2 === 0 && { Result: { index }, ResultPath: "$.last" }), ...next };
  }
  return { StartAt: "S0", States };
}

const LENGTH = 50;
const definition = JSON.stringify(chain(LENGTH));
const { program } = compile(definition);
const input = JSON.stringify(DOCUMENT);
const facts = { now: Date.now(), random: () => 0.5, uuid: () => "", activityExists: () => false };

function runChain() {
  const execution = {
    id: 1,
    arn: "arn:aws:states:us-east-1:123456789012:execution:m:e",
    name: "e",
    type: "STANDARD",
    stateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:m",
    stateMachineName: "m",
    roleArn: "arn:aws:iam::123456789012:role/r",
    region: "us-east-1",
    startDate: facts.now,
    startAt: program.startAt,
    input: DOCUMENT,
    inputText: input,
    status: "RUNNING",
    lastEventId: 0,
    branches: new Map(),
    nextBranchId: 0,
    redrive: undefined,
  };
  const change = transition(program, execution, { kind: "started" }, facts);
  if (execution.status !== "SUCCEEDED") throw new Error(`${execution.error}: ${execution.cause}`);
  return change;
}

const subjects = [
  { name: "compile", run: () => compile(definition) },
  { name: "chain", run: runChain },
  ...Object.entries(PATHS).flatMap(([name, text]) => {
    const path = parsePath(text);
    return [
      { name: `pawl ${name}`, run: () => path.read(DOCUMENT, scope) },
      { name: `plus ${name}`, run: () => JSONPath({ path: text, json: DOCUMENT, eval: "safe" }) },
    ];
  }),
];
const rates = new Map(subjects.map(({ name }) => [name, []]));
for (const { run } of subjects) measure(run, milliseconds / 4);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const { name, run } of subjects) rates.get(name).push(measure(run, milliseconds));
}

const rate = (name) => median(rates.get(name));
console.log(`definitions of ${LENGTH} states compiled a second   ${thousands(rate("compile"))}`);
console.log(`transitions a second, Pass and Choice, no I/O     ${thousands(rate("chain") * LENGTH)}`);
console.log(
  `\n${"paths read a second".padEnd(24)}${"Pawl".padStart(14)}${"jsonpath-plus".padStart(16)}${"ratio".padStart(8)}`,
);
for (const name of Object.keys(PATHS)) {
  const ratio = median(rates.get(`pawl ${name}`).map((each, round) => each / rates.get(`plus ${name}`)[round]));
  const numbers = thousands(rate(`pawl ${name}`)).padStart(14) + thousands(rate(`plus ${name}`)).padStart(16);
  console.log(`${name.padEnd(24)}${numbers}${ratio.toFixed(0).padStart(8)}`);
}

/** Runs for a while; returns runs a second. */
function measure(run, duration) {
  const start = performance.now();
  let runs = 0;
  let elapsed = 0;
  do {
    for (let index = 0; index < 20; index++) run();
    runs += 20;
    elapsed = performance.now() - start;
  } while (elapsed < duration);
  return (runs / elapsed) * 1000;
}

function thousands(number) {
  return Math.round(number).toLocaleString("en");
}
