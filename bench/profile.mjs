// node bench/profile.mjs: where the server's time goes under the Hello load, by self time, made from Node's own profile.
// Installs and builds nothing: run npm run build before.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createStateMachine, requestText } from "./api.mjs";
import { chain, hello, helloInput, waiting } from "./machines.mjs";
import { startLoad, startPawl } from "./processes.mjs";

const machines = { hello, chain, waiting };
const { values } = parseArgs({
  options: {
    machine: { type: "string", default: "hello" },
    connections: { type: "string", default: "64" },
    seconds: { type: "string", default: "5" },
    lines: { type: "string", default: "50" },
  },
});

const root = fileURLToPath(new URL("..", import.meta.url));
const parent = join(root, ".pawl");
mkdirSync(parent, { recursive: true });
const folder = mkdtempSync(join(parent, "profile-"));
try {
  const pawl = await startPawl(join(folder, "data"), ["--cpu-prof", `--cpu-prof-dir=${folder}`]);
  const stateMachineArn = await createStateMachine(pawl.url, "profiled", machines[values.machine]);
  const load = startLoad();
  const { perSecond } = await load.run({
    port: pawl.port,
    request: requestText("StartExecution", { stateMachineArn, input: helloInput }),
    connections: Number(values.connections),
    seconds: Number(values.seconds),
  });
  await Promise.all([load.stop(), pawl.stop()]);
  const file = readdirSync(folder).find((name) => name.endsWith(".cpuprofile"));
  console.log(`${Math.round(perSecond)} executions a second while profiled\n`);
  printSelfTimes(JSON.parse(readFileSync(join(folder, file), "utf8")), Number(values.lines));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function printSelfTimes({ nodes, samples, timeDeltas }, lines) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map();
  let total = 0;
  samples.forEach((id, index) => {
    const name = nameOf(byId.get(id).callFrame);
    if (name === "(idle)") return;
    const microseconds = timeDeltas[index];
    total += microseconds;
    times.set(name, (times.get(name) ?? 0) + microseconds);
  });
  const sorted = [...times].sort(([, a], [, b]) => b - a).slice(0, lines);
  for (const [name, microseconds] of sorted) {
    console.log(`${((microseconds / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}

function nameOf({ functionName, url, lineNumber }) {
  const name = functionName || "(anonymous)";
  if (url === "") return name;
  const path = url.startsWith("file://") ? relative(root, fileURLToPath(url)) : url;
  return `${name}  ${path}:${lineNumber + 1}`;
}
