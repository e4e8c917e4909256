// How many StartExecution calls one core answers: this server over an engine that answers at once, against a bare
// node:http server that only parses the body and answers; and the same with signatures checked, with quotas, with a debug
// log that is thrown away.
//
//     npm run build && node packages/server/bench/start-execution.mjs [folder of another build of packages/server]
//
// Prints for each round the calls per second and the processor time of the server for one call, and the medians against the
// bare server's. The load shares the machine with the server: processor time says more than the rate.

import { fork } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { createServer as createHttpServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SignatureV4 } from "@smithy/signature-v4";

const connections = 64;
const secondsPerRound = 3;
const rounds = 5;
const stateMachineArn = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";
const executionArn = "arn:aws:states:us-east-1:123456789012:execution:orders:0b6d3a0e-4b8f-4a57-9a55-3f1f0f1f5d1c";
const startDate = 1767323045678;

const servers = {
  async bare() {
    const http = createHttpServer((request, response) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        const { stateMachineArn: arn } = JSON.parse(Buffer.concat(chunks).toString());
        const body = `{"executionArn":${JSON.stringify(arn)},"startDate":${startDate / 1000}}`;
        const headers = { "Content-Type": "application/x-amz-json-1.0", "Content-Length": Buffer.byteLength(body) };
        response.writeHead(200, headers);
        response.end(body);
      });
    });
    await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
    return http.address().port;
  },
  pawl: () => pawl(),
  signed: () => pawl({ accessKeys: [{ id: "test", secret: "secret" }] }),
  throttled: () => pawl({ quotas: { StartExecution: { bucket: 1e9, refill: 1e9 } } }),
  async logged() {
    const { createLog } = await import("@pawl/server");
    return pawl({ log: createLog({ level: "debug", format: "json", write: () => {} }) });
  },
};

async function pawl(options) {
  const { createServer } = await import("@pawl/server");
  return (await createServer(engine, { host: "127.0.0.1", port: 0, ...options })).port;
}

const engine = {
  region: "us-east-1",
  accountId: "123456789012",
  executions: { start: async () => ({ executionArn, startDate }) },
  stateMachines: { describe: async () => ({ type: "STANDARD" }) },
};

/** The server that this process is to be, where it is one of the children. */
const { SERVE: role } = process.env;
const [, , other] = process.argv;
if (other !== undefined) {
  servers.other = async () => {
    const { createServer } = await import(pathToFileURL(join(other, "dist/index.js")).href);
    return (await createServer(engine, { host: "127.0.0.1", port: 0 })).port;
  };
}

const body = JSON.stringify({ stateMachineArn, input: JSON.stringify({ order: 4711, items: [{ sku: "a-1", n: 2 }] }) });
// The head is one that the SDK sends, with its signature.
class Sha256 {
  #hash;
  constructor(secret) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }
  update(data) {
    this.#hash.update(data);
  }
  async digest() {
    return this.#hash.digest();
  }
}
const { headers } = await new SignatureV4({
  service: "states",
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "secret" },
  sha256: Sha256,
}).sign({
  method: "POST",
  protocol: "http:",
  hostname: "127.0.0.1",
  path: "/",
  headers: {
    host: "127.0.0.1:8083",
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "AWSStepFunctions.StartExecution",
    "content-length": String(Buffer.byteLength(body)),
    "x-amz-user-agent": "aws-sdk-js/3.1163.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#20.20.2 api/sfn#3.1163.0",
    "user-agent": "aws-sdk-js/3.1163.0",
    "amz-sdk-invocation-id": "7a1c1c0a-4f0e-4f5c-8f0e-0d6d0e5e6a11",
    "amz-sdk-request": "attempt=1; max=3",
  },
  body,
});
const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
const request = Buffer.from(`POST / HTTP/1.1\r\n${head.join("")}connection: keep-alive\r\n\r\n${body}`);

/** Calls per second, `connections` calls at a time, without reading more of an answer than that it has ended. */
async function load(port) {
  let calls = 0;
  const end = Date.now() + secondsPerRound * 1000;
  const sockets = Array.from({ length: connections }, () => connect(port, "127.0.0.1"));
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise((resolve, reject) => {
          socket.on("error", reject);
          socket.on("data", (chunk) => {
            if (chunk.at(-1) !== 125) {
              return;
            }
            calls++;
            if (Date.now() < end) {
              socket.write(request);
            } else {
              socket.end();
              resolve();
            }
          });
          socket.write(request);
        }),
    ),
  );
  return calls / secondsPerRound;
}

function start(name) {
  const argv = other === undefined ? [] : [other];
  const child = fork(import.meta.filename, argv, { env: { ...process.env, SERVE: name } });
  return new Promise((resolve) =>
    child.once("message", (port) => resolve({ name, child, port, rates: [], costs: [] })),
  );
}

/** Microseconds of processor time that a server has used. */
function used({ child }) {
  child.send("used");
  return new Promise((resolve) => child.once("message", resolve));
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

if (role !== undefined) {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send(user + system);
  });
  process.send(await servers[role]());
} else {
  const started = await Promise.all(Object.keys(servers).map(start));
  for (let round = 0; round <= rounds; round++) {
    for (const server of started) {
      const before = await used(server);
      const rate = await load(server.port);
      const cost = ((await used(server)) - before) / (rate * secondsPerRound);
      // The first round warms up.
      if (round > 0) {
        server.rates.push(rate);
        server.costs.push(cost);
      }
    }
  }
  const [bare] = started;
  for (const { name, child, rates, costs } of started) {
    console.log(
      `${name}: ${rates.map(Math.round).join(" ")} calls/s, ${costs.map((cost) => cost.toFixed(1)).join(" ")} µs`,
    );
    const rate = median(rates) / median(bare.rates);
    const time = median(bare.costs) / median(costs);
    console.log(
      `  ${median(costs).toFixed(1)} µs; rate ${rate.toFixed(2)} and speed ${time.toFixed(2)} of the bare server's`,
    );
    child.kill();
  }
}
