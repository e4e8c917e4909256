// npm run bench: installs and builds what is missing, then measures the built server.
import { spawnSync } from "node:child_process";
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { measureChain, measureHello, measureMap, measureWaiting } from "./measurements.mjs";
import { median } from "./statistics.mjs";
import { printTable } from "./table.mjs";

const HELP = `Usage: npm run bench -- [options]

Measures the built server against a bare Node HTTP server on this machine (about 3 minutes).

  --json           print one JSON document instead of the table
  --quick          everything smaller, in seconds: shows that it runs, the numbers mean little
  --only <names>   of hello, chain, map, waiting; with commas between
  --data <folder>  where the data folders are made; a real disk (default: .pawl in the checkout)
  --rounds <n>     rounds whose medians are shown (default: 3)
  --seconds <n>    how long one number is measured in a round (default: 4)`;

const measurements = { hello: measureHello, chain: measureChain, map: measureMap, waiting: measureWaiting };
const root = fileURLToPath(new URL("..", import.meta.url));
const options = readOptions();
prepare();

const parent = resolve(options.data ?? join(root, ".pawl"));
mkdirSync(parent, { recursive: true });
const folder = mkdtempSync(join(parent, "bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const size = options.quick
  ? { rounds: 1, seconds: 0.3, warmUpSeconds: 0.1, connections: [1, 16], mapRuns: 2, mapWarmUpRuns: 1 }
  : { rounds: 3, seconds: 4, warmUpSeconds: 1.5, connections: [1, 16, 64, 256], mapRuns: 50, mapWarmUpRuns: 20 };
const plan = {
  ...size,
  ...(options.quick
    ? { waitingExecutions: 500, startRuns: 1, settleSeconds: 0.1 }
    : { waitingExecutions: 100_000, startRuns: 5, settleSeconds: 2 }),
  ...(options.rounds === undefined ? {} : { rounds: options.rounds }),
  ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
};

const result = { environment: environment(), plan };
for (const name of options.only) {
  result[name] = await measurements[name]({
    ...plan,
    progress: say,
    dataFolder: () => mkdtempSync(join(folder, "data-")),
  });
}
console.log(options.json ? JSON.stringify(result, undefined, 2) : printTable(result));

/** A terminal sees how far it is; a pipe gets the result alone. */
function say(line) {
  if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        only: { type: "string", default: Object.keys(measurements).join(",") },
        data: { type: "string" },
        rounds: { type: "string" },
        seconds: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const only = values.only.split(",");
    const unknown = only.find((name) => !Object.hasOwn(measurements, name));
    if (unknown !== undefined) throw new Error(`--only knows no '${unknown}'`);
    return { ...values, only, rounds: positive(values, "rounds"), seconds: positive(values, "seconds") };
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

function positive(values, name) {
  if (values[name] === undefined) return undefined;
  const number = Number(values[name]);
  if (!(number > 0)) throw new Error(`--${name} takes a number above 0`);
  return number;
}

/** As `npm start` does. In a process of its own, whose output goes to standard error: ours is the result's. */
function prepare() {
  const script = pathToFileURL(join(root, "scripts/prepare.mjs")).href;
  const code = `import { prepare } from ${JSON.stringify(script)}; prepare();`;
  const { status } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["inherit", 2, 2] });
  if (status !== 0) process.exit(status ?? 2);
}

function environment() {
  return {
    date: new Date().toISOString(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    fsyncSeconds: fsyncSeconds(),
    inMemoryFileSystem: isInMemory(folder),
  };
}

/** How long this disk takes to keep 4 KiB: the floor under the latency of every durable answer. */
function fsyncSeconds() {
  const file = openSync(join(folder, "fsync"), "w");
  const block = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 50 }, (_, index) => {
    const begun = performance.now();
    writeSync(file, block, 0, block.length, index * block.length);
    fdatasyncSync(file);
    return (performance.now() - begun) / 1000;
  });
  closeSync(file);
  return median(times);
}

/** tmpfs and ramfs keep nothing: numbers from there say nothing about durable executions. */
function isInMemory(path) {
  const type = statfsSync(path).type;
  return process.platform === "linux" && (type === 0x01021994 || type === 0x858458f6);
}
