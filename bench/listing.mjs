// node bench/listing.mjs: what listing and looking up cost with many executions stored, beside the same with few. Over HTTP, of
// the built server (npm run build). The executions are written through the store, many with a commit.
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openSqliteStore } from "../packages/engine/dist/index.js";
import { call } from "./api.mjs";
import { startPawl } from "./processes.mjs";
import { median } from "./statistics.mjs";

const HELP = `Usage: node bench/listing.mjs [options]

  --data <folder>    where data is written; a real disk (default: .pawl in the checkout)
  --executions <n>   stored (default: 1000000)
  --few <n>          stored for the comparison (default: 1000)
  --calls <n>        of each kind (default: 200)
  --seconds <n>      the longest time that may go into writing them (default: 300)`;

const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: fileURLToPath(new URL("../.pawl", import.meta.url)) },
    executions: { type: "string", default: "1000000" },
    few: { type: "string", default: "1000" },
    calls: { type: "string", default: "200" },
    seconds: { type: "string", default: "300" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}
const calls = Number(options.calls);
const prefix = "arn:aws:states:us-east-1:123456789012";
const stateMachineArn = `${prefix}:stateMachine:orders`;
const EVENTS = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
  .map((type, index) =>
    JSON.stringify({ timestamp: 1_767_225_600, type, id: index + 1, previousEventId: index, details: {} }),
  )
  .join("\n");

mkdirSync(resolve(options.data), { recursive: true });
const parent = mkdtempSync(join(resolve(options.data), "bench-listing-"));
process.on("exit", () => rmSync(parent, { recursive: true, force: true }));

/** The two folders; what is measured is measured of one after the other, so that both meet the same machine. */
const subjects = [];
for (const wanted of [Number(options.few), Number(options.executions)]) {
  const folder = join(parent, String(wanted));
  subjects.push({ folder, ...(await fill(folder, wanted)) });
}
const rows = [["start of the process to its first answer", ...(await startTimes())]];
for (const subject of subjects) {
  subject.server = await startPawl(subject.folder);
  subject.list = (request) =>
    call(subject.server.url, "ListExecutions", { stateMachineArn, maxResults: 100, ...request });
  for (let page = 1; page < Math.min(500, subject.stored / 100); page++) {
    ({ nextToken: subject.nextToken } = await subject.list({ nextToken: subject.nextToken }));
  }
}
/** The ARN of one of the stored executions, spread over all of them. */
const anyOf = ({ stored }, index) => executionArn(1 + Math.floor((index * (stored - 1)) / calls));
await time("ListExecutions, first page of 100", ({ list }) => list({}));
await time("ListExecutions, page 500 (of 1,000: the last)", ({ list, nextToken }) => list({ nextToken }));
await time("ListExecutions, statusFilter FAILED (1 in 100)", ({ list }) => list({ statusFilter: "FAILED" }));
await time("ListExecutions, statusFilter RUNNING (ten)", ({ list }) => list({ statusFilter: "RUNNING" }));
await time("ListExecutions of an alias (1 in 10)", ({ list }) => list({ stateMachineArn: `${stateMachineArn}:live` }));
await time("DescribeExecution", (subject, index) =>
  call(subject.server.url, "DescribeExecution", { executionArn: anyOf(subject, index) }),
);
await time("GetExecutionHistory", (subject, index) =>
  call(subject.server.url, "GetExecutionHistory", { executionArn: anyOf(subject, index) }),
);
await time("StartExecution, on disk", ({ server }, index) =>
  call(server.url, "StartExecution", { stateMachineArn, name: `new-${index}`, input: "{}" }),
);
for (const { server } of subjects) await server.stop();

const [few, many] = subjects;
console.log(`Milliseconds over HTTP, medians of ${calls} calls (start: of 5), with executions stored:\n`);
printRow("", count(few.stored), count(many.stored), "ratio");
for (const [name, one, other] of rows) printRow(name, one.toFixed(2), other.toFixed(2), (other / one).toFixed(2));
const megabytes = ({ folder }) => (statSync(join(folder, "pawl.db")).size / 1e6).toFixed(1);
printRow("data file, MB", megabytes(few), megabytes(many), "");
console.log(`\n${count(many.stored)} executions were written in ${many.seconds.toFixed(0)} s.`);

async function startTimes() {
  const times = subjects.map(() => []);
  for (let round = 0; round < 5; round++) {
    for (const [index, { folder }] of subjects.entries()) {
      const server = await startPawl(folder);
      times[index].push(server.secondsToFirstAnswer * 1000);
      await server.stop();
    }
  }
  return times.map(median);
}

async function time(name, ask) {
  const times = subjects.map(() => []);
  for (let index = 0; index < calls; index++) {
    for (const [which, subject] of subjects.entries()) {
      const began = performance.now();
      await ask(subject, index);
      times[which].push(performance.now() - began);
    }
  }
  rows.push([name, ...times.map(median)]);
}

/** Fills a folder, in commits of 5,000, until there are as many as wanted or the time is over. */
async function fill(folder, wanted) {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const store = await openSqliteStore({ folder });
  const now = Date.now();
  const revisionId = store.nextRevisionId();
  await store.commit({
    revisions: [
      {
        id: revisionId,
        stateMachineArn,
        revision: null,
        updateDate: now,
        definition: '{"StartAt":"Only","States":{"Only":{"Type":"Pass","End":true}}}',
        roleArn: "arn:aws:iam::123456789012:role/orders",
        configuration: "{}",
      },
    ],
    stateMachines: [
      {
        arn: stateMachineArn,
        name: "orders",
        type: "STANDARD",
        status: "ACTIVE",
        creationDate: now,
        revisionId,
        lastVersion: 1,
        settings: "{}",
      },
    ],
    versions: [{ stateMachineArn, number: 1, revisionId, creationDate: now, description: null }],
    aliases: [
      {
        stateMachineArn,
        name: "live",
        creationDate: now,
        updateDate: null,
        description: null,
        routing: '[{"number":1,"weight":100}]',
      },
    ],
  });
  let stored = 0;
  while (stored < wanted && seconds() < Number(options.seconds)) {
    const executions = [];
    for (let index = 0; index < Math.min(5000, wanted - stored); index++) {
      const row = executionRow(store.nextExecutionId(), wanted, revisionId, now);
      executions.push({ id: row.id, insert: row, history: { firstEventId: 1, lastEventId: 4, events: EVENTS } });
    }
    await store.commit({ executions });
    stored += executions.length;
  }
  await store.close();
  return { stored, seconds: seconds() };
}

function executionRow(id, wanted, revisionId, now) {
  const isRunning = id % Math.ceil(wanted / 10) === 0;
  const isFailed = !isRunning && id % 100 === 0;
  const isOfAlias = id % 10 === 5;
  // Within the last hour, one after the other.
  const time = now - 3_600_000 + Math.floor((id * 3_600_000) / wanted);
  return {
    id,
    arn: executionArn(id),
    name: nameOf(id),
    stateMachineArn,
    stateMachineVersionArn: isOfAlias ? `${stateMachineArn}:1` : null,
    stateMachineAliasArn: isOfAlias ? `${stateMachineArn}:live` : null,
    revisionId,
    startDate: time,
    input: '{"order":1234,"customer":"abc"}',
    traceHeader: null,
    mapRunArn: null,
    parent: null,
    status: isRunning ? "RUNNING" : isFailed ? "FAILED" : "SUCCEEDED",
    stopDate: isRunning ? null : time,
    output: isRunning || isFailed ? null : '{"order":1234,"customer":"abc"}',
    error: isFailed ? "OutOfStock" : null,
    cause: null,
  };
}

/** Names in no order, as callers choose them. */
function nameOf(id) {
  return `${((id * 2_654_435_761) % 4_294_967_296).toString(16).padStart(8, "0")}-${id}`;
}

function executionArn(id) {
  return `${prefix}:execution:orders:${nameOf(id)}`;
}

function count(number) {
  return number.toLocaleString("en-US");
}

function printRow(name, ...values) {
  console.log(`${name.padEnd(50)}${values.map((value) => value.padStart(12)).join("")}`);
}
