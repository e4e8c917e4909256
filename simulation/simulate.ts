import { numberOption, toolOptions } from "../scripts/tool-options.mjs";
import { simulate } from "./run.js";

const HELP = `npm run simulate -- [options]: runs the engine in simulated worlds, one for each seed

  --seed N      the first seed (default: from the time)
  --runs K      how many seeds from that one on (default: 1000)
  --trace       print the last steps of each run, not only of one that fails
  --keep-going  go on after a run in which something does not hold

The same seed is the same run, to the last event. Exit code 1 where something does not hold (docs/reliability.md).`;

const values = toolOptions(HELP, {
  seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
  runs: { type: "string", default: "1000" },
  trace: { type: "boolean", default: false },
  "keep-going": { type: "boolean", default: false },
});
const first = numberOption("seed", values.seed, HELP);
const runs = numberOption("runs", values.runs, HELP);
const totals = { executions: 0, commits: 0, deaths: 0, milliseconds: 0, failed: 0 };
const began = performance.now();
for (let seed = first; seed < first + runs; seed++) {
  const result = await simulate(seed);
  totals.executions += result.executions;
  totals.commits += result.commits;
  totals.deaths += result.deaths;
  totals.milliseconds += result.milliseconds;
  if (values.trace || result.faults.length > 0) {
    console.log(result.trace.slice(-60).join("\n"));
  }
  if (result.faults.length > 0) {
    totals.failed += 1;
    console.log(`seed ${seed} fails:\n${result.faults.map((fault) => `  ${fault}`).join("\n")}`);
    console.log(`again: npm run simulate -- --seed ${seed} --runs 1 --trace`);
    process.exitCode = 1;
    if (!values["keep-going"]) break;
  }
  if (process.stderr.isTTY && (seed - first) % 100 === 99)
    process.stderr.write(`\r${seed - first + 1} of ${runs} runs`);
}
const seconds = (performance.now() - began) / 1000;
const days = totals.milliseconds / 86_400_000;
console.log(
  `${runs} runs from seed ${first} in ${seconds.toFixed(1)} s: ${totals.executions} executions, ${totals.commits} commits, ${totals.deaths} deaths of the process, ${days.toFixed(1)} simulated days, ${totals.failed} failed`,
);
