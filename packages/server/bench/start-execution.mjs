// How many StartExecution calls one core answers: this server over an engine that answers at once, against a bare
// node:http server that only parses the body and answers.
//
//     npm run build && node packages/server/bench/start-execution.mjs
//
// Prints for each round the calls per second and the processor time of the server for one call, and the ratios of the
// medians. The load shares the machine with the server: processor time says more than the rate.

import { fork } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { connect } from "node:net";

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
  async pawl() {
    const { createServer } = await import("@pawl/server");
    const engine = { executions: { start: async () => ({ executionArn, startDate }) } };
    return (await createServer(engine, { host: "127.0.0.1", port: 0 })).port;
  },
};

const body = JSON.stringify({ stateMachineArn, input: JSON.stringify({ order: 4711, items: [{ sku: "a-1", n: 2 }] }) });
// The head is one that an SDK sends.
const request = Buffer.from(
  [
    "POST / HTTP/1.1",
    "host: 127.0.0.1:8083",
    "content-type: application/x-amz-json-1.0",
    "x-amz-target: AWSStepFunctions.StartExecution",
    `content-length: ${Buffer.byteLength(body)}`,
    "x-amz-user-agent: aws-sdk-js/3.1163.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#20.20.2 api/sfn#3.1163.0",
    "user-agent: aws-sdk-js/3.1163.0",
    "amz-sdk-invocation-id: 7a1c1c0a-4f0e-4f5c-8f0e-0d6d0e5e6a11",
    "amz-sdk-request: attempt=1; max=3",
    "x-amz-date: 20260102T030405Z",
    `x-amz-content-sha256: ${"0".repeat(64)}`,
    `authorization: AWS4-HMAC-SHA256 Credential=test/20260102/us-east-1/states/aws4_request, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`,
    "connection: keep-alive",
    "",
    body,
  ].join("\r\n"),
);

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
  const child = fork(import.meta.filename, [name], { execArgv: process.execArgv });
  return new Promise((resolve) => child.once("message", (port) => resolve({ child, port, rates: [], costs: [] })));
}

/** Microseconds of processor time that a server has used. */
function used({ child }) {
  child.send("used");
  return new Promise((resolve) => child.once("message", resolve));
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

if (process.argv[2] !== undefined) {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send(user + system);
  });
  process.send(await servers[process.argv[2]]());
} else {
  const bare = await start("bare");
  const pawl = await start("pawl");
  for (let round = 0; round <= rounds; round++) {
    for (const server of [bare, pawl]) {
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
  for (const [name, { rates, costs }] of Object.entries({ bare, pawl })) {
    console.log(
      name,
      rates.map(Math.round).join(" "),
      "calls/s,",
      costs.map((cost) => cost.toFixed(1)).join(" "),
      "µs",
    );
  }
  console.log("rate", (median(pawl.rates) / median(bare.rates)).toFixed(2), "of the bare server's");
  console.log("processor time", (median(bare.costs) / median(pawl.costs)).toFixed(2), "(bare / pawl)");
  bare.child.kill();
  pawl.child.kill();
}
