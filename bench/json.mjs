// node bench/json.mjs: parseJson and printJson of the built @pawl/asl beside JSON.parse and JSON.stringify, in one run.
// Both take turns in short rounds; what is shown is the fastest round of each, which other work on the machine disturbed least.
import { parseJson, printJson } from "../packages/asl/dist/index.js";

const ROUNDS = 61;
const ROUND_MILLISECONDS = 5;
/** What was computed last: kept, so that nothing is left out as useless. */
let last;

/** An order with `count` lines: names, numbers, dates and identifiers, as inputs of executions hold them. */
function order(count, price = (line) => (1999 + 100 * line) / 100) {
  return {
    orderId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    customer: { name: "Ada Lovelace", vip: true },
    placedAt: "2026-03-01T12:30:45.120Z",
    lines: Array.from({ length: count }, (_, line) => ({
      sku: `SKU-${1000 + line}`,
      quantity: line + 1,
      price: price(line),
    })),
  };
}

const texts = {
  "plain, 200 B": JSON.stringify(order(2)),
  "plain, 2 kB": JSON.stringify(order(42)),
  "plain, 200 kB": JSON.stringify(order(4100)),
  "no numbers, 200 B": JSON.stringify({
    bucket: "orders-2026",
    key: "in/a1b2c3d4.json",
    note: "as agreed. ".repeat(12),
  }),
  "no numbers, 20 kB": JSON.stringify({ page: "The quick brown fox jumps over the lazy dog. ".repeat(450) }),
  "exact numbers, 200 B": JSON.stringify(order(2)).replace("19.99", "1.10"),
  "exact numbers, 200 kB": JSON.stringify(order(4100)).replaceAll(".99", ".90"),
};

console.log(`Node ${process.version}; nanoseconds, the fastest of ${ROUNDS} rounds\n`);
const head = ["text", "bytes", "JSON.parse", "parseJson", "ratio", "JSON.stringify", "printJson", "ratio", "both"];
const rows = Object.entries(texts).map(([name, text]) => {
  const plain = JSON.parse(text);
  const ours = parseJson(text);
  const [parse, parseOurs] = race(
    () => JSON.parse(text),
    () => parseJson(text),
  );
  const [print, printOurs] = race(
    () => JSON.stringify(plain),
    () => printJson(ours),
  );
  const both = (parseOurs + printOurs) / (parse + print);
  return [name, text.length, parse, parseOurs, parseOurs / parse, print, printOurs, printOurs / print, both];
});
const cells = [head, ...rows.map((row) => row.map(show))];
const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
for (const row of cells) {
  console.log(
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  "),
  );
}

function show(value) {
  if (typeof value === "string") return value;
  return Number.isInteger(value) || value > 50 ? String(Math.round(value)) : value.toFixed(2);
}

/** Nanoseconds of each function, measured in turns. */
function race(...functions) {
  const counts = functions.map(calibrate);
  const times = functions.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, run] of functions.entries()) times[index].push(time(run, counts[index]) / counts[index]);
  }
  return times.map((rounds) => Math.min(...rounds));
}

/** How often a function runs in a round; it is warm after this. */
function calibrate(run) {
  let count = 1;
  while (time(run, count) < ROUND_MILLISECONDS * 1e6) count *= 2;
  return count;
}

function time(run, count) {
  const start = process.hrtime.bigint();
  for (let index = 0; index < count; index++) last = run();
  return Number(process.hrtime.bigint() - start);
}

if (last === undefined) process.exitCode = 1;
