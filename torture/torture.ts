import { numberOption, refuse, toolOptions } from "../scripts/tool-options.mjs";
import { openTrial } from "../test/durability/trial.js";
import { type Figures, figuresOf, head, line, total } from "./figures.js";
import type { Scenario } from "./scenario.js";
import { scenarios } from "./scenarios.js";
import { soak } from "./soak.js";

const HELP = `npm run torture -- [options]: real faults on the real process

  --scenario NAME  one of ${scenarios.map(({ name }) => name).join(", ")};
                   or soak, which is half of the highest load for a while (repeatable)
  --all            every scenario but soak (default)
  --cycles N       how often each does its fault (default: 20)
  --minutes N      how long soak takes (default: 10)
  --seed N         of what is chosen by chance (default: the time)
  --json           print one JSON document

Each scenario loads a server of its own with executions of every kind, does its fault so many times, and looks afterwards whether
every promise was kept (docs/durability.md). Exit code 1 where one was not.`;

const values = toolOptions(HELP, {
  scenario: { type: "string", multiple: true },
  all: { type: "boolean", default: false },
  cycles: { type: "string", default: "20" },
  minutes: { type: "string", default: "10" },
  seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  json: { type: "boolean", default: false },
});
const names = (values.all ? undefined : values.scenario) ?? scenarios.map(({ name }) => name);
const unknown = names.find((name) => name !== "soak" && !scenarios.some((known) => known.name === name));
if (unknown !== undefined) refuse(`There is no scenario '${unknown}'.`, HELP);
const cycles = numberOption("cycles", values.cycles, HELP);
const seed = numberOption("seed", values.seed, HELP);
const minutes = numberOption("minutes", values.minutes, HELP);
/** For people; a document of JSON stands alone. */
const say = values.json ? console.error : console.log;

const all: Figures[] = [];
const notRun: { scenario: string; reason: string }[] = [];
const soaks: Awaited<ReturnType<typeof soak>>[] = [];
const faulty = names.filter((name) => name !== "soak");
if (faulty.length > 0) say(head());
for (const name of faulty) {
  const scenario = scenarios.find((known) => known.name === name) as Scenario;
  const reason = scenario.impossible?.();
  if (reason === undefined) {
    const figures = await run(scenario);
    all.push(figures);
    say(line(figures));
    for (const fault of figures.faults.slice(0, 10)) say(`  ${fault.slice(0, 300)}`);
  } else {
    notRun.push({ scenario: name, reason });
    say(`${name.padEnd(16)}  not run: ${reason}`);
  }
}
if (all.length > 1) say(line(total(all)));
if (names.includes("soak")) soaks.push(await soak({ minutes, seed, say }));
say(`seed ${seed}`);
if (values.json) {
  console.log(
    JSON.stringify({ seed, node: process.version, scenarios: all, notRun, total: total(all), soaks }, null, 2),
  );
}
const { lost, doubled, other } = total(all);
if (lost + doubled + other > 0 || soaks.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
process.exit();

async function run(scenario: Scenario): Promise<Figures> {
  const began = performance.now();
  const trial = await openTrial({ ...scenario.options?.(), seed, say: () => {} });
  let faults: string[] = [];
  let done = 0;
  try {
    for (; done < cycles; done++) {
      await scenario.cycle(trial, done);
      if (trial.pawl.hasEnded) await trial.crash();
    }
    await scenario.end?.(trial);
    faults = await trial.judge();
  } catch (error) {
    faults.push((error as Error).stack ?? String(error));
  }
  await scenario.end?.(trial);
  faults = faults.filter((fault) => scenario.allowed?.test(fault) !== true);
  const { acknowledged } = trial.counts();
  const processes = trial.processes.length;
  // What it has said of itself helps to find why.
  const words = [...new Set(trial.processes.at(-1)?.stderr.split("\n"))].filter((text) => text !== "");
  if (faults.length > 0) for (const text of words.slice(-10)) say(`  stderr: ${text.slice(0, 300)}`);
  await trial.close();
  const seconds = Math.round((performance.now() - began) / 1000);
  return { scenario: scenario.name, cycles: done, processes, acknowledged, ...figuresOf(faults), seconds };
}
