// node bench/half-load.mjs: how long a StartExecution takes at half of the load that saturates the server, beside an fsync of the
// same disk, and how many fsyncs 1,000 executions cost. Needs the built packages (npm run build).
import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createStateMachine, requestText } from "./api.mjs";
import { withDataFolder } from "./data-folder.mjs";
import { hello, helloInput } from "./machines.mjs";
import { startBare, startLoad, startPacedLoad, startPawl } from "./processes.mjs";
import { median } from "./statistics.mjs";

/**
 * @param plan `connections` that saturate, `rounds`, `seconds`, `warmUpSeconds`
 * @returns medians of the rounds. `saturated`: executions a second, and commits for 1,000 executions, each of which is one fsync
 * (copies of the log into the database add some 3, which strace counts);
 * `half`: the rate, percentiles in milliseconds, commits for 1,000; `bare`: percentiles of the bare HTTP server at that rate; `fsync`: percentiles of 4 KiB kept by the same disk, in
 * milliseconds, measured between the rounds
 */
export async function measureHalfLoad({ connections, rounds, seconds, warmUpSeconds }) {
  const [saturated, half, bare, fsyncs] = [[], [], [], []];
  await withDataFolder(async (data) => {
    const [pawl, bareServer, load, paced] = [await startPawl(data), await startBare(), startLoad(), startPacedLoad()];
    try {
      const stateMachineArn = await createStateMachine(pawl.url, "hello", hello);
      const request = requestText("StartExecution", { stateMachineArn, input: helloInput });
      const job = { port: pawl.port, request, connections, seconds, warmUpSeconds };
      for (let round = 0; round < rounds; round++) {
        const full = await counted(pawl.url, () => load.run(job));
        saturated.push(full);
        fsyncs.push(...fsyncTimes(data));
        const pacedJob = { ...job, connections: 64, perSecond: full.perSecond / 2 };
        half.push(await counted(pawl.url, () => paced.run(pacedJob)));
        bare.push(await paced.run({ ...pacedJob, port: bareServer.port }));
      }
    } finally {
      await Promise.all([pawl.stop(), bareServer.stop(), load.stop(), paced.stop()]);
    }
  });
  const of = (list, names) => Object.fromEntries(names.map((name) => [name, median(list.map((one) => one[name]))]));
  fsyncs.sort((one, other) => one - other);
  const at = (share) => fsyncs[Math.floor(fsyncs.length * share)];
  return {
    saturated: { connections, ...of(saturated, ["perSecond", "p50", "p99", "commitsPerThousand"]) },
    half: of(half, ["perSecond", "p50", "p99", "longest", "commitsPerThousand"]),
    bare: of(bare, ["p50", "p99"]),
    fsync: { p50: at(0.5), p99: at(0.99) },
  };
}

/** The result of a load, with how many commits 1,000 of its executions took. */
async function counted(url, run) {
  const before = await commits(url);
  const result = await run();
  return { ...result, commitsPerThousand: (((await commits(url)) - before) / result.answered) * 1000 };
}

async function commits(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^pawl_commit_duration_seconds_count (\d+)$/m.exec(text)?.[1]);
}

/** How long this disk takes to keep 4 KiB, 200 times, in milliseconds. */
function fsyncTimes(folder) {
  const file = openSync(join(folder, "fsync"), "w");
  const block = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 200 }, (_, index) => {
    const begun = performance.now();
    writeSync(file, block, 0, block.length, index * block.length);
    fdatasyncSync(file);
    return performance.now() - begun;
  });
  closeSync(file);
  return times;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const connections = Number(process.argv[2] ?? 64);
  const { saturated, half, bare, fsync } = await measureHalfLoad({
    connections,
    rounds: 3,
    seconds: 5,
    warmUpSeconds: 2,
  });
  const ms = (value) => `${value.toFixed(2)} ms`;
  console.log(
    `saturated, ${connections} connections: ${Math.round(saturated.perSecond)} executions a second, p50 ${ms(saturated.p50)}, p99 ${ms(saturated.p99)}, ${saturated.commitsPerThousand.toFixed(1)} commits for 1,000 executions`,
  );
  console.log(
    `at half of it: p50 ${ms(half.p50)}, p99 ${ms(half.p99)}, longest ${ms(half.longest)}, ${half.commitsPerThousand.toFixed(1)} commits for 1,000 executions`,
  );
  console.log(`the bare HTTP server at that load: p50 ${ms(bare.p50)}, p99 ${ms(bare.p99)}`);
  console.log(
    `an fsync: p50 ${ms(fsync.p50)}, p99 ${ms(fsync.p99)}; p99 of a start at half load is ${(half.p99 / fsync.p50).toFixed(1)} times the usual one`,
  );
}
