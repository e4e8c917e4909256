import { parseArgs } from "node:util";
import { openTrial } from "../test/durability/trial.js";
import type { Scenario } from "./scenario.js";
import { scenarios } from "./scenarios.js";

/**
 * npm run torture -- [--scenario NAME]... [--cycles N] [--seed N]: real faults on the real process. Each scenario loads a server of its own with
 * executions of every kind, does its fault so many times, and looks afterwards whether every promise was kept.
 */
const { values } = parseArgs({
  options: {
    scenario: { type: "string", multiple: true, default: scenarios.map(({ name }) => name) },
    cycles: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});

const cycles = Number(values.cycles);
const totals = { cycles: 0, acknowledged: 0, lost: 0, doubled: 0, other: 0 };
for (const name of values.scenario) {
  const scenario = scenarios.find((known) => known.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}: ${scenarios.map((known) => known.name)}`);
  const reason = scenario.impossible?.();
  if (reason === undefined) await run(scenario);
  else console.log(`${name.padEnd(16)} not run: ${reason}`);
}
console.log(
  `${totals.cycles} cycles, ${totals.acknowledged} executions acknowledged, ${totals.lost} lost, ${totals.doubled} doubled, ${totals.other} other faults (seed ${values.seed})`,
);
if (totals.lost + totals.doubled + totals.other > 0) process.exitCode = 1;
process.exit();

async function run(scenario: Scenario): Promise<void> {
  const began = performance.now();
  const trial = await openTrial({ ...scenario.options?.(), seed: Number(values.seed) });
  let faults: string[] = [];
  let done = 0;
  try {
    for (; done < cycles; done++) {
      await scenario.cycle(trial, done);
      if (trial.pawl.hasEnded) await trial.crash();
    }
    faults = await trial.judge();
  } catch (error) {
    faults.push((error as Error).stack ?? String(error));
  }
  faults = faults.filter((fault) => scenario.allowed?.test(fault) !== true);
  const { acknowledged } = trial.counts();
  const lost = faults.filter((fault) =>
    /acknowledged and is not there|accepted and has not run|never ends/.test(fault),
  ).length;
  const doubled = faults.filter((fault) => /twice|listed as/.test(fault)).length;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(
    `${scenario.name.padEnd(16)} ${String(done).padStart(4)} cycles  ${String(trial.processes.length).padStart(4)} processes  ${String(acknowledged).padStart(6)} acknowledged  ${lost} lost  ${doubled} doubled  ${faults.length - lost - doubled} other  ${seconds} s`,
  );
  for (const fault of faults.slice(0, 10)) console.log(`  ${fault}`);
  totals.cycles += done;
  totals.acknowledged += acknowledged;
  totals.lost += lost;
  totals.doubled += doubled;
  totals.other += faults.length - lost - doubled;
  await trial.close();
}
