// node bench/transitions.mjs: state transitions a second inside one process, without HTTP: of the language and the transition
// function alone, and of the engine with each execution and its history on disk.
import { fork } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runIfMain } from "./bench-run.mjs";
import { perSecond, row } from "./rows.mjs";

export const transitions = {
  name: "transitions",
  full: { chainLengths: [10, 50, 250], warmUpSeconds: 1.5 },
  quick: { chainLengths: [5, 10, 20], warmUpSeconds: 0.1 },
  measure: measureTransitions,
  rows: ({ alone, durable }) => {
    const [ofLanguage, ofEngine] = [alone.at(-2), durable.at(-2)];
    return [
      row({
        what: `transitions a second inside one process, machine of ${ofLanguage.states} Pass and Choice states`,
        value: ofLanguage.transitionsPerSecond,
        as: perSecond,
        atLeast: 300_000,
      }),
      row({
        what: "the same with executions and histories on disk",
        value: ofEngine.transitionsPerSecond,
        as: perSecond,
        ratio: ofEngine.transitionsPerSecond / ofLanguage.transitionsPerSecond,
        beside: "without",
      }),
    ];
  },
  curves: ({ alone, durable }) => [
    {
      file: "transitions",
      title: "One execution of Pass and Choice states",
      x: "states",
      y: "microseconds",
      series: [
        { name: "in memory", points: alone.map(({ states, microseconds }) => [states, microseconds]) },
        { name: "on disk, 64 at a time", points: durable.map(({ states, microseconds }) => [states, microseconds]) },
      ],
      words: "Time for one execution, by the number of states that it goes through.",
    },
  ],
};

/** Each figure in a process of its own, in turns. */
export async function measureTransitions(plan) {
  const result = { alone: [], durable: [] };
  for (const states of plan.chainLengths) {
    for (const kind of Object.keys(result)) {
      plan.progress(`Chain of ${states} Pass and Choice states inside one process: ${kind}`);
      const folder = plan.dataFolder();
      const { seconds, warmUpSeconds } = plan;
      const rate = await inProcess({ kind, states, folder, seconds, warmUpSeconds });
      rmSync(folder, { recursive: true, force: true });
      result[kind].push({ states, transitionsPerSecond: rate * states, microseconds: 1e6 / rate });
    }
  }
  return result;
}

function inProcess(job) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL("transitions-process.mjs", import.meta.url)));
    child.once("message", ({ executionsPerSecond, error }) => {
      if (error === undefined) resolve(executionsPerSecond);
      else reject(new Error(error));
    });
    child.once("exit", () => reject(new Error("the measuring process ended")));
    child.send(job);
  });
}

await runIfMain(import.meta.url, transitions);
