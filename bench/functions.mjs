// node bench/functions.mjs [--calls 2000] [--rounds 5]: what the call of a warm function costs, beside an empty round trip to a
// process on the same machine. Each is measured in turns, one call after the other, so that what else the machine does meets all
// alike. The calls are those of a Task state without the execution around them.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AwsClients } from "@pawl/engine";
import { Functions } from "../packages/engine/dist/functions/functions.js";
import { median } from "./statistics.mjs";

const { values } = parseArgs({
  options: { calls: { type: "string", default: "2000" }, rounds: { type: "string", default: "5" } },
});
const calls = Number(values.calls);

const folder = mkdtempSync(join(tmpdir(), "pawl-bench-"));
writeFileSync(join(folder, "echo.mjs"), "export const handler = async (event) => event;");
writeFileSync(
  join(folder, "client.mjs"),
  `import { Agent, request } from "node:http";
   const agent = new Agent({ keepAlive: true });
   const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
   const send = (method, path, body) => new Promise((resolve, reject) => {
     const call = request({ host, port, method, agent, path: "/2018-06-01/runtime/invocation/" + path }, (response) => {
       const chunks = [];
       response.on("data", (chunk) => chunks.push(chunk));
       response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
     });
     call.on("error", reject);
     call.end(body);
   });
   for (;;) {
     const { headers, body } = await send("GET", "next");
     await send("POST", headers["lambda-runtime-aws-request-id"] + "/response", body);
   }`,
);

const functions = new Functions({
  table: new Map([
    ["module", { kind: "module", module: join(folder, "echo.mjs"), handler: "handler", concurrency: 1 }],
    [
      "command",
      { kind: "command", command: [process.execPath, join(folder, "client.mjs")], cwd: folder, concurrency: 1 },
    ],
  ]),
  aws: new AwsClients(),
  region: "us-east-1",
  log: console.error,
});

const payload = JSON.stringify({
  order: 4711,
  items: Array.from({ length: 20 }, (_, id) => ({ id, price: id * 1.5 })),
});
const executionArn = "arn:aws:states:us-east-1:123456789012:execution:m:e";
const { signal } = new AbortController();
const call = (functionName) => () =>
  functions.invoke({ functionName, payload, traceHeader: undefined, executionArn }, signal);

/** Writes the payload to a process that writes it back, over the same kind of pipe. */
const mirror = spawn(
  process.execPath,
  ["-e", 'const { Socket } = require("node:net"); const pipe = new Socket({ fd: 3 }); pipe.pipe(pipe);'],
  {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  },
);
const roundTrip = () =>
  new Promise((resolve) => {
    let missing = payload.length;
    const receive = (chunk) => {
      missing -= chunk.length;
      if (missing > 0) return;
      mirror.stdio[3].off("data", receive);
      resolve();
    };
    mirror.stdio[3].on("data", receive);
    mirror.stdio[3].write(payload);
  });

const SUBJECTS = {
  "an empty round trip to a process": roundTrip,
  "a handler of a Node module": call("module"),
  "a command with the Runtime API (Node client)": call("command"),
};

async function measure(run) {
  const times = [];
  for (let number = 0; number < calls; number++) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(calls * 0.5)], p99: times[Math.floor(calls * 0.99)] };
}

const results = new Map(Object.keys(SUBJECTS).map((name) => [name, []]));
for (const run of Object.values(SUBJECTS)) for (let number = 0; number < 500; number++) await run();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, run] of Object.entries(SUBJECTS)) results.get(name).push(await measure(run));
}
mirror.kill();
await functions.close();
rmSync(folder, { recursive: true, force: true });

const milliseconds = (value) => value.toFixed(3);
const [empty] = [...results.values()].map((rounds) => median(rounds.map(({ p50 }) => p50)));
console.log(`| ${"one call after the other".padEnd(45)} | p50 ms | p99 ms | p50, round trip = 1 |`);
console.log(`| ${"---".padEnd(45)} | -----: | -----: | ------------------: |`);
for (const [name, rounds] of results) {
  const p50 = median(rounds.map((round) => round.p50));
  const p99 = median(rounds.map((round) => round.p99));
  const cells = [milliseconds(p50).padStart(6), milliseconds(p99).padStart(6), (p50 / empty).toFixed(1).padStart(19)];
  console.log(`| ${name.padEnd(45)} | ${cells.join(" | ")} |`);
}
