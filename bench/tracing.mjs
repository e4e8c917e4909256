// node bench/tracing.mjs [--executions 2000] [--rounds 5]: what traces cost. Executions of a chain of ten Pass states are started
// and ended on a store in memory: without tracing, with tracing of which no trace is kept, and with spans that are posted to a
// collector on this machine. Measured in turns, so that what else the machine does meets all alike.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { openEngine, openSqliteStore, tracingFromEnvironment } from "@pawl/engine";
import { median } from "./statistics.mjs";

const { values } = parseArgs({
  options: { executions: { type: "string", default: "2000" }, rounds: { type: "string", default: "5" } },
});
const executions = Number(values.executions);
const STATES = 10;

/** In a process of its own, as a collector is. Prints its port, and at the end how many bytes it was sent. */
const collector = spawn(
  process.execPath,
  [
    "-e",
    `let posted = 0;
     const server = require("node:http").createServer((request, response) => {
       request.on("data", (chunk) => { posted += chunk.length; });
       request.on("end", () => response.end(request.url === "/posted" ? String(posted) : "{}"));
     });
     server.listen(0, "127.0.0.1", () => console.log(server.address().port));`,
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const [port] = await once(collector.stdout, "data");
const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${Number(port)}`;

const SUBJECTS = {
  "without tracing": {},
  "no trace is kept": { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER: "always_off" },
  "all are sent": { OTEL_EXPORTER_OTLP_ENDPOINT },
};

const definition = JSON.stringify({
  StartAt: "State 0",
  States: Object.fromEntries(
    Array.from({ length: STATES }, (_, number) => [
      `State ${number}`,
      { Type: "Pass", ...(number === STATES - 1 ? { End: true } : { Next: `State ${number + 1}` }) },
    ]),
  ),
});

async function open(environment) {
  const tracing = tracingFromEnvironment(environment, "bench", console.error);
  const engine = await openEngine({ store: await openSqliteStore("memory"), tracing, log: console.error });
  const { stateMachineArn } = await engine.stateMachines.create({
    name: "chain",
    definition,
    roleArn: "arn:aws:iam::123456789012:role/role",
    type: "STANDARD",
    tags: [],
  });
  return { engine, stateMachineArn };
}

/** Processor time of this process for each execution in microseconds, with what is sent afterwards. */
async function measure({ engine, stateMachineArn }) {
  const began = process.cpuUsage();
  let left = executions;
  const worker = async () => {
    while (left-- > 0) await engine.executions.start({ stateMachineArn, input: "{}" });
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const { user, system } = process.cpuUsage(began);
  return (user + system) / executions;
}

const engines = new Map();
for (const [name, environment] of Object.entries(SUBJECTS)) engines.set(name, await open(environment));
const costs = new Map(Object.keys(SUBJECTS).map((name) => [name, []]));
for (const subject of engines.values()) await measure(subject);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, subject] of engines) costs.get(name).push(await measure(subject));
}
for (const { engine } of engines.values()) await engine.close();
const posted = Number(await (await fetch(`${OTEL_EXPORTER_OTLP_ENDPOINT}/posted`)).text());
collector.kill();

const base = median(costs.get("without tracing"));
console.log(`| executions of ${STATES} states | µs of processor time each | without tracing = 1 |`);
console.log("| --- | ---: | ---: |");
for (const [name, rounds] of costs) {
  const cost = median(rounds);
  console.log(`| ${name} | ${Math.round(cost)} | ${(cost / base).toFixed(2)} |`);
}
if (posted === 0) throw new Error("the collector was sent nothing");
