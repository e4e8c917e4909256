// The processes of a benchmark: the two servers and the load generator.
import { execFileSync, fork, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { call } from "./api.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What runs and would outlive a benchmark that is interrupted. */
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));

/** The built server on a data folder, as users start it. `nodeFlags` go to Node, `options` to the server. */
export function startPawl(data, nodeFlags = [], options = []) {
  const cli = join(root, "packages/cli/bin/pawl.js");
  return startServer([...nodeFlags, cli, "start", "--port", "0", "--data", data, ...options]);
}

export function startBare() {
  return startServer([join(root, "bench/bare-server.mjs")]);
}

/** Resolves when the server has answered its first request, ListStateMachines. */
async function startServer(args) {
  const begun = performance.now();
  const child = track(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }));
  const url = await addressOf(child);
  await call(url, "ListStateMachines", {});
  return {
    url,
    port: Number(new URL(url).port),
    secondsToFirstAnswer: (performance.now() - begun) / 1000,
    memory: () => memoryOf(child.pid),
    peakMemory: () => peakMemoryOf(child.pid),
    cpuSeconds: () => cpuSecondsOf(child.pid),
    stop: () => end(child),
  };
}

async function addressOf(child) {
  for await (const line of createInterface(child.stdout)) {
    const [url] = /http:\/\/\S+/.exec(line) ?? [];
    if (url !== undefined) {
      child.stdout.resume();
      return url;
    }
  }
  throw new Error("the server ended before it served");
}

/** A load generator; `run` takes a job of load.mjs. */
export function startLoad() {
  return startGenerator("bench/load.mjs");
}

/** A load generator that does not wait for answers; `run` takes a job of paced-load.mjs. */
export function startPacedLoad() {
  return startGenerator("bench/paced-load.mjs");
}

function startGenerator(script) {
  const child = track(fork(join(root, script)));
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        const onExit = () => reject(new Error("the load generator ended"));
        child.once("exit", onExit);
        child.once("message", ({ result, error }) => {
          child.off("exit", onExit);
          if (error === undefined) resolve(result);
          else reject(new Error(error));
        });
        child.send(job);
      }),
    stop: () => end(child),
  };
}

/** Workers of an activity, which work until they are stopped; see activity-workers.mjs. */
export function startActivityWorkers(job) {
  const child = track(fork(join(root, "bench/activity-workers.mjs")));
  child.send(job);
  return { stop: () => end(child) };
}

function track(child) {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill();
  });
}

/** The most resident memory so far, in bytes; undefined where the system does not tell. */
function peakMemoryOf(pid) {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** Resident memory in bytes; undefined where the system has no `ps`. */
function memoryOf(pid) {
  try {
    return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1024;
  } catch {
    return undefined;
  }
}

/** Processor time that a process has used, and its main thread alone; undefined elsewhere than on Linux. */
function cpuSecondsOf(pid) {
  try {
    return { process: cpuSecondsIn(`/proc/${pid}/stat`), mainThread: cpuSecondsIn(`/proc/${pid}/task/${pid}/stat`) };
  } catch {
    return undefined;
  }
}

function cpuSecondsIn(path) {
  const stat = readFileSync(path, "utf8");
  // After the name, which may hold spaces: fields 14 and 15 of proc(5), in ticks of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
