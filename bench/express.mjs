// node bench/express.mjs: express executions a second over HTTP, asynchronous and synchronous, beside a bare Node HTTP server.
// Needs the built packages (npm run build).
import { pathToFileURL } from "node:url";
import { createStateMachine, requestText } from "./api.mjs";
import { withDataFolder } from "./data-folder.mjs";
import { hello, helloInput } from "./machines.mjs";
import { startBare, startLoad, startPawl } from "./processes.mjs";
import { median } from "./statistics.mjs";

/**
 * Pawl asynchronous, bare, Pawl synchronous, bare, so that all have the same noise; medians of the rounds.
 *
 * @param plan `connections` (a list), `rounds`, `seconds`, `warmUpSeconds`
 * @returns for each number of connections and each operation: answers a second, those of the bare server, their ratio, and the
 * processor time of the main thread for an answer of each, in microseconds
 */
export async function measureExpress({ connections, rounds, seconds, warmUpSeconds }) {
  const results = [];
  await withDataFolder(async (data) => {
    const [pawl, bare, load] = [await startPawl(data), await startBare(), startLoad()];
    try {
      const stateMachineArn = await createStateMachine(pawl.url, "hello", hello, "EXPRESS");
      for (const count of connections) {
        for (const operation of ["StartExecution", "StartSyncExecution"]) {
          const request = requestText(operation, { stateMachineArn, input: helloInput });
          const job = { request, connections: count, seconds, warmUpSeconds };
          const [ofPawl, ofBare] = [[], []];
          for (let round = 0; round < rounds; round++) {
            ofPawl.push(await measured(pawl, load, job));
            ofBare.push(await measured(bare, load, job));
          }
          const of = (list, name) => median(list.map((one) => one[name]));
          results.push({
            operation,
            connections: count,
            perSecond: of(ofPawl, "perSecond"),
            barePerSecond: of(ofBare, "perSecond"),
            ratio: of(ofPawl, "perSecond") / of(ofBare, "perSecond"),
            p50: of(ofPawl, "p50"),
            p99: of(ofPawl, "p99"),
            mainThreadMicroseconds: of(ofPawl, "mainThreadMicroseconds"),
            bareMainThreadMicroseconds: of(ofBare, "mainThreadMicroseconds"),
          });
        }
      }
    } finally {
      await Promise.all([pawl.stop(), bare.stop(), load.stop()]);
    }
  });
  return results;
}

async function measured(server, load, job) {
  const before = server.cpuSeconds();
  const result = await load.run({ ...job, port: server.port });
  const after = server.cpuSeconds();
  const spent = before === undefined ? undefined : after.mainThread - before.mainThread;
  return { ...result, mainThreadMicroseconds: spent === undefined ? null : (spent / result.answered) * 1e6 };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const results = await measureExpress({ connections: [1, 16, 64, 256], rounds: 3, seconds: 3, warmUpSeconds: 1 });
  console.table(
    results.map((one) => Object.fromEntries(Object.entries(one).map(([name, value]) => [name, shown(value)]))),
  );
}

function shown(value) {
  return typeof value === "number" ? Number(value.toPrecision(3)) : value;
}
