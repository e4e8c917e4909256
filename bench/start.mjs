// node bench/start.mjs: how long a process takes to its first answer and what memory it has when nothing is to be done, beside
// a bare Node HTTP server; what an installation takes.
import { runIfMain } from "./bench-run.mjs";
import { install } from "./installation.mjs";
import { startBare, startPawl } from "./processes.mjs";
import { count, megabytes, row, seconds } from "./rows.mjs";
import { settle } from "./servers.mjs";
import { median } from "./statistics.mjs";

export const start = {
  name: "start",
  full: { coldStarts: 15 },
  quick: { coldStarts: 1 },
  measure: measureStart,
  rows: ({ pawl, bare, installation }) => [
    row({
      what: "start of a process to its first answer, empty",
      value: pawl.secondsToFirstAnswer,
      as: seconds,
      atMost: 0.3,
      ratio: pawl.secondsToFirstAnswer / bare.secondsToFirstAnswer,
      beside: `bare HTTP, ${seconds(bare.secondsToFirstAnswer)}`,
    }),
    ...(pawl.cpuSeconds === undefined
      ? []
      : [
          row({
            what: "processor time of that start",
            value: pawl.cpuSeconds,
            as: seconds,
            ratio: pawl.cpuSeconds / bare.cpuSeconds,
            beside: `bare HTTP, ${seconds(bare.cpuSeconds)}`,
          }),
        ]),
    row({
      what: "memory when idle",
      value: pawl.idleMemory,
      as: megabytes,
      atMost: 80e6,
      ratio: pawl.idleMemory / bare.idleMemory,
      beside: `bare HTTP, ${megabytes(bare.idleMemory)}`,
    }),
    row({ what: "size of an installation", value: installation.bytes, as: megabytes, atMost: 60e6 }),
    row({ what: "packages installed", value: installation.packages, as: count, atMost: 60 }),
  ],
};

/** The two servers are started in turns, so that both meet the same machine. */
export async function measureStart(plan) {
  const bare = [];
  const pawl = [];
  for (let round = 0; round < plan.coldStarts; round++) {
    plan.progress(`Cold starts, ${round + 1} of ${plan.coldStarts}`);
    bare.push(await once(startBare, plan));
    const data = plan.dataFolder();
    pawl.push(await once(() => startPawl(data), plan));
  }
  plan.progress("What is installed");
  const { packages } = install(plan.dataFolder());
  return {
    bare: mediansOf(bare),
    pawl: mediansOf(pawl),
    installation: {
      packages: packages.size,
      bytes: [...packages.values()].reduce((sum, bytes) => sum + bytes, 0),
      names: [...packages.keys()],
    },
  };
}

async function once(startServer, plan) {
  const server = await startServer();
  try {
    const cpuSeconds = server.cpuSeconds()?.process;
    await settle(plan);
    return { secondsToFirstAnswer: server.secondsToFirstAnswer, cpuSeconds, idleMemory: server.memory() };
  } finally {
    await server.stop();
  }
}

function mediansOf(runs) {
  const of = (name) => (runs[0][name] === undefined ? undefined : median(runs.map((run) => run[name])));
  return {
    secondsToFirstAnswer: of("secondsToFirstAnswer"),
    cpuSeconds: of("cpuSeconds"),
    idleMemory: of("idleMemory"),
  };
}

await runIfMain(import.meta.url, start);
