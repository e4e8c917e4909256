// How a list of measurements is run: options, data folders, progress, and what is printed at the end.
//
// A measurement is an object with
// - `name`, for --only;
// - `full` and `quick`, the sizes that it is measured with;
// - `measure(plan)`, which gives its result as plain data. The plan holds these sizes, `rounds`, `seconds`, `settleSeconds`,
//   `progress(line)` and `dataFolder()`, a new folder on the disk to be measured;
// - `rows(result)`, its rows of the table, made with rows.mjs;
// - where there is more to say, `curves(result)` for the plots (plots.mjs) and `lines(result)`, text for below the table.
import { spawnSync } from "node:child_process";
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { refuse, toolOptions } from "../scripts/tool-options.mjs";
import { printRows } from "./rows.mjs";
import { median } from "./statistics.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

function help(names) {
  return `Usage: npm run bench -- [options]

Measures the built server on this machine, and prints what it should reach beside what it reached.

  --json           print one JSON document instead of the table
  --quick          everything smaller, in seconds: shows that it runs, the numbers mean little
  --only <names>   with commas between, of:
                   ${names.join(", ")}
  --write          write what was measured into the tables and plots of docs/performance.md
  --data <folder>  where the data folders are made; a real disk (default: .pawl in the checkout)
  --rounds <n>     rounds whose medians are shown (default: 3)
  --seconds <n>    how long one number is measured in a round (default: 4)`;
}

/** Runs a measurement where its file was started, not imported. */
export async function runIfMain(url, measurement) {
  if (process.argv[1] !== undefined && url === pathToFileURL(process.argv[1]).href) await runBench([measurement]);
}

/** @param writeDocs what --write does with a result; absent where it is not to be had */
export async function runBench(measurements, writeDocs) {
  const options = readOptions(measurements, writeDocs !== undefined);
  prepare();
  const parent = resolve(options.data ?? join(root, ".pawl"));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

  const plan = {
    ...(options.quick ? { rounds: 1, seconds: 0.3, settleSeconds: 0.1 } : { rounds: 3, seconds: 4, settleSeconds: 2 }),
    ...(options.rounds === undefined ? {} : { rounds: options.rounds }),
    ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
  };
  const result = { environment: environment(folder), plan, rows: [] };
  const began = performance.now();
  const chosen = measurements.filter(({ name }) => options.only.includes(name));
  for (const measurement of chosen) {
    const { name, rows, full, quick } = measurement;
    try {
      result[name] = await measurement.measure({
        ...plan,
        ...(options.quick ? quick : full),
        quick: options.quick,
        progress: say,
        dataFolder: () => mkdtempSync(join(folder, "data-")),
      });
    } catch (error) {
      // The others took long: they are not thrown away.
      console.error(`${name} failed: ${error.stack}`);
      process.exitCode = 1;
      continue;
    }
    for (const row of rows(result[name])) {
      result.rows.push({ measurement: name, ...row });
      say(`  ${row.met === undefined ? "" : row.met ? "met " : "MISSED "}${row.what}: ${row.measured}`);
    }
  }
  result.seconds = (performance.now() - began) / 1000;
  const done = chosen.filter(({ name }) => result[name] !== undefined);
  if (options.write) writeDocs(result, measurements);
  console.log(options.json ? JSON.stringify(result, undefined, 2) : printResult(result, done));
}

function printResult(result, done) {
  const { environment, plan } = result;
  const lines = [`${machineOf(environment)}; medians of ${plan.rounds} rounds of ${plan.seconds} s`, ""];
  if (environment.inMemoryFileSystem) lines.push("The data folder is in memory: these are not figures of a disk.", "");
  lines.push(...printRows(result.rows));
  for (const { name, lines: more } of done) if (more !== undefined) lines.push("", ...more(result[name]));
  return lines.join("\n");
}

/** The machine's facts, in a line. */
export function machineOf({ node, cpus: number, cpuModel, platform, fsyncSeconds: fsync }) {
  return `Node ${node}, ${number} CPUs (${cpuModel}), ${platform}; one fsync takes ${(fsync * 1000).toFixed(2)} ms`;
}

/** A terminal sees how far it is; a pipe gets the result alone. */
function say(line) {
  if (process.stderr.isTTY || process.env.PAWL_BENCH_PROGRESS !== undefined) process.stderr.write(`${line}\n`);
}

function readOptions(measurements, canWrite) {
  const names = measurements.map(({ name }) => name);
  const text = help(names);
  const values = toolOptions(text, {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    only: { type: "string", default: names.join(",") },
    data: { type: "string" },
    rounds: { type: "string" },
    seconds: { type: "string" },
  });
  if (values.write && !canWrite) refuse("--write is an option of npm run bench alone", text);
  const only = values.only.split(",");
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) refuse(`--only knows no '${unknown}'`, text);
  const positive = (name) => {
    if (values[name] === undefined) return undefined;
    const number = Number(values[name]);
    return number > 0 ? number : refuse(`--${name} takes a number above 0`, text);
  };
  return { ...values, only, rounds: positive("rounds"), seconds: positive("seconds") };
}

/** As `npm start` does. In a process of its own, whose output goes to standard error: ours is the result's. */
function prepare() {
  const script = pathToFileURL(join(root, "scripts/prepare.mjs")).href;
  const code = `import { prepare } from ${JSON.stringify(script)}; prepare();`;
  const { status } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["inherit", 2, 2] });
  if (status !== 0) process.exit(status ?? 2);
}

function environment(folder) {
  return {
    date: new Date().toISOString(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    fsyncSeconds: fsyncSeconds(folder),
    inMemoryFileSystem: isInMemory(folder),
  };
}

/** How long this disk takes to keep 4 KiB: the floor under the latency of every durable answer. */
function fsyncSeconds(folder) {
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
