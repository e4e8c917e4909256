// node bench/expressions.mjs [--seconds 0.5] [--rounds 5]: how fast states are computed, in both query languages, beside the
// jsonata package as it is published. Everything is measured in turns, so that what else the machine does meets all alike.
import { parseArgs } from "node:util";
import { compile } from "@pawl/asl";
import jsonata from "jsonata";
import { median } from "./statistics.mjs";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "0.5" }, rounds: { type: "string", default: "5" } },
});
const milliseconds = Number(values.seconds) * 1000;

const INPUT = {
  order: {
    id: 4711,
    customer: { name: "Ada Lovelace", age: 36 },
    items: Array.from({ length: 20 }, (_, index) => ({
      sku: `sku-${index}`,
      price: index * 1.5,
      quantity: (index % 4) + 1,
    })),
  },
};
const CONTEXT = { Execution: { Id: "arn:aws:states:us-east-1:123456789012:execution:m:e", Name: "e" } };
const scope = {
  input: INPUT,
  variables: { limit: 18 },
  context: () => CONTEXT,
  random: () => 0.5,
  uuid: () => "00000000-0000-4000-8000-000000000000",
  now: 1_700_000_000_000,
};

/** JSONata: the expression, which the package evaluates too. */
const EXPRESSIONS = {
  "a member": "$states.input.order.customer.name",
  "a text": "'Hello ' & $states.input.order.customer.name",
  "a condition": "$states.input.order.customer.age >= $limit and $states.input.order.id != null",
  "a filter": "$states.input.order.items[price > 20].sku",
  "an object of sums": `{"total": $sum($states.input.order.items.(price * quantity)),
    "count": $count($states.input.order.items[quantity > 2]), "name": $uppercase($states.input.order.customer.name)}`,
  "a function for each": "$map($states.input.order.items, function($i) { $i.price * $i.quantity })",
};

/** JSONPath: a state. */
const STATES = {
  "a path": { Type: "Pass", OutputPath: "$.order.customer.name" },
  "a path of all": { Type: "Pass", OutputPath: "$.order.items[*].sku" },
  "a filter": { Type: "Pass", OutputPath: "$.order.items[?(@.price > 20)].sku" },
  "a template": {
    Type: "Pass",
    Parameters: {
      "name.$": "$.order.customer.name",
      "first.$": "$.order.items[0]",
      "run.$": "$$.Execution.Name",
      fixed: [1],
    },
  },
  "an intrinsic function": {
    Type: "Pass",
    Parameters: { "text.$": "States.Format('Hello {}', $.order.customer.name)" },
  },
  "a choice": {
    Type: "Choice",
    Choices: [
      { And: [{ Variable: "$.order.customer.age", NumericLessThan: 18 }], Next: "End" },
      { Variable: "$.order.customer.name", StringMatches: "Ada*", Next: "End" },
    ],
    Default: "End",
  },
};

const subjects = [
  ...Object.entries(STATES).map(([name, state]) => ({
    language: "JSONPath",
    name,
    run: stateRunner(state, "JSONPath"),
  })),
  ...Object.entries(EXPRESSIONS).flatMap(([name, text]) => [
    { language: "JSONata", name, run: stateRunner({ Type: "Pass", Output: `{% ${text} %}` }, "JSONata") },
    { language: "jsonata", name, run: packageRunner(text) },
  ]),
];

const rates = new Map(subjects.map((subject) => [subject, []]));
for (const { run } of subjects) await measure(run, milliseconds / 4);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const subject of subjects) rates.get(subject).push(await measure(subject.run, milliseconds));
}

console.log("evaluations per second (a whole state, entered and left)\n");
for (const subject of subjects.filter(({ language }) => language === "JSONPath")) {
  console.log(`JSONPath  ${subject.name.padEnd(24)}${thousands(median(rates.get(subject))).padStart(12)}`);
}
console.log(`\n${"".padEnd(34)}${"Pawl".padStart(12)}${"package".padStart(12)}${"ratio".padStart(8)}`);
for (const name of Object.keys(EXPRESSIONS)) {
  const [pawl, plain] = ["JSONata", "jsonata"].map((language) => {
    const subject = subjects.find((candidate) => candidate.language === language && candidate.name === name);
    return rates.get(subject);
  });
  const ratio = median(pawl.map((rate, round) => rate / plain[round])).toFixed(1);
  const numbers = [pawl, plain].map((list) => thousands(median(list)).padStart(12)).join("");
  console.log(`JSONata   ${name.padEnd(24)}${numbers}${ratio.padStart(8)}`);
}

function stateRunner(state, language) {
  const definition = {
    QueryLanguage: language,
    StartAt: "S",
    States: {
      S: state.Type === "Choice" ? state : { ...state, End: true },
      ...(state.Type === "Choice" && { End: { Type: "Succeed" } }),
    },
  };
  const { program, diagnostics } = compile(JSON.stringify(definition));
  if (program === undefined) throw new Error(JSON.stringify(diagnostics));
  const compiled = program.states.get("S");
  return compiled.type === "Choice" ? () => compiled.choose(scope) : () => compiled.exit(scope);
}

/** As the package's page has it: parsed once, evaluated with its variables bound. */
function packageRunner(text) {
  const expression = jsonata(text);
  const bindings = { states: { input: INPUT }, limit: 18 };
  return () => expression.evaluate(undefined, bindings);
}

/** Runs for a while; returns runs per second. What gives a promise is awaited. */
async function measure(run, duration) {
  const asynchronous = run() instanceof Promise;
  const start = performance.now();
  let runs = 0;
  let elapsed = 0;
  do {
    for (let i = 0; i < 200; i++) {
      if (asynchronous) await run();
      else run();
    }
    runs += 200;
    elapsed = performance.now() - start;
  } while (elapsed < duration);
  return (runs / elapsed) * 1000;
}

function thousands(rate) {
  return Math.round(rate).toLocaleString("en-US");
}
