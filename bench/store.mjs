// node bench/store.mjs: what a commit costs in the SQLite store, and what other ways of writing the same rows would cost.
// Needs the built packages (npm run build). Comments in packages/engine/src/store/sqlite name ratios of these numbers.
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openSqliteStore } from "../packages/engine/dist/index.js";
import { committers, Libsql, openRaw, shapes } from "./store-writers.mjs";

const HELP = `Usage: node bench/store.mjs [options]

  --data <folder>            where data is written; a real disk (default: .pawl in the checkout)
  --executions <n>           written for each number (default: 12800)
  --stored <n>               executions stored before names in order are compared with random ones (default: 300000)
  --better-sqlite3 <folder>  a folder whose node_modules has better-sqlite3, to compare it
  --only <names>             of store, inserts, threads, names; with commas between`;

const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: fileURLToPath(new URL("../.pawl", import.meta.url)) },
    executions: { type: "string", default: "12800" },
    stored: { type: "string", default: "300000" },
    "better-sqlite3": { type: "string" },
    only: { type: "string", default: "store,inserts,threads,names" },
    help: { type: "boolean", short: "h", default: false },
  },
});
const executions = Number(options.executions);
const START = 1_700_000_000_000;
const DATA = '{"order":1234,"customer":"abc"}';
const EVENTS = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ChoiceStateEntered", "ChoiceStateExited"]
  .map((type, index) => {
    const details = { name: "Validate the order", input: DATA, inputDetails: { truncated: false } };
    return JSON.stringify({ timestamp: START / 1000, type, id: index + 1, previousEventId: index, details });
  })
  .join("\n");
let ticks = 0;
const measurements = { store, inserts, threads, names };

if (options.help) {
  console.log(HELP);
  process.exit();
}
mkdirSync(resolve(options.data), { recursive: true });
const parent = mkdtempSync(join(resolve(options.data), "bench-store-"));
process.on("exit", () => rmSync(parent, { recursive: true, force: true }));
for (const name of options.only.split(",")) await measurements[name]();

/** The store as it is: new executions that have ended, each with one chunk of history of about 1 kB. */
async function store() {
  const table = [["executions a commit", "calling thread", "until durable", "a second"]];
  for (const batch of [1, 10, 64, 256]) {
    const opened = await openSqliteStore({ folder: folder() });
    const count = Math.ceil((batch === 1 ? executions / 8 : executions) / batch);
    const { onThread, durable } = await commits(opened, count, batch, orderedName);
    await opened.close();
    table.push([batch, perExecution(onThread, batch), ms(durable), Math.round((batch / median(durable)) * 1000)]);
  }
  print("Commits of the store", table);
}

/** Drivers and shapes of the insert statements; everything on the calling thread. */
async function inserts() {
  const drivers = { libsql: Libsql };
  const other = options["better-sqlite3"];
  if (other !== undefined) {
    drivers["better-sqlite3"] = createRequire(join(resolve(other), "package.json"))("better-sqlite3");
  }
  const table = [["driver", "statement", "inserts", "commit"]];
  for (const [name, Driver] of Object.entries(drivers)) {
    for (const [shape, prepare] of Object.entries(shapes)) {
      const database = openRaw(Driver, join(folder(), "raw.db"));
      const write = prepare(database);
      const [begin, end] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
      const [inserting, committing] = [[], []];
      for (let id = 1; id < executions; id += 64) {
        const rows = Array.from({ length: 64 }, (_, index) => rawRows(id + index));
        const start = performance.now();
        begin.run([]);
        write(rows);
        const written = performance.now();
        end.run([]);
        inserting.push(written - start);
        committing.push(performance.now() - written);
      }
      database.close();
      table.push([name, shape, perExecution(inserting, 64), ms(committing)]);
    }
  }
  print("Commits of 64 executions, by driver and shape of the insert statements", table);
}

/** Executions a second when JavaScript is busy with each for a while and commits go on meanwhile. */
async function threads() {
  const table = [["commit on", "30 µs of JavaScript each", "100 µs of JavaScript each"]];
  for (const [name, open] of Object.entries(committers)) {
    const row = [name];
    for (const microseconds of [30, 100]) {
      const { commit, close } = await open(join(folder(), "raw.db"));
      row.push(`${Math.round(await throughput(microseconds, commit))}/s`);
      await close();
    }
    table.push(row);
  }
  print("256 executions at once, by the thread that commits", table);
}

/** What the order of names costs once there are many: the index of ARNs is written where the names fall. */
async function names() {
  const table = [["names", "calling thread", "until durable", "mean", "data file"]];
  for (const [order, name] of Object.entries({ "in order": orderedName, random: randomUUID })) {
    const place = folder();
    const opened = await openSqliteStore({ folder: place });
    await commits(opened, Number(options.stored) / 5000, 5000, name, "{}");
    const { onThread, durable } = await commits(opened, executions / 64, 64, name);
    await opened.close();
    const mean = durable.reduce((sum, time) => sum + time, 0) / durable.length;
    const { size } = statSync(join(place, "pawl.db"));
    table.push([order, perExecution(onThread, 64), ms(durable), ms([mean]), `${Math.round(size / 1e6)} MB`]);
  }
  print(`Commits of 64 executions where ${options.stored} are stored`, table);
}

/** Milliseconds of each commit: until the call returned, and until the executions were durable. */
async function commits(opened, count, batch, name, events = EVENTS) {
  const [onThread, durable] = [[], []];
  for (let commit = 0; commit < count; commit++) {
    const changes = Array.from({ length: batch }, () => executionChange(opened.nextExecutionId(), name, events));
    const start = performance.now();
    const done = opened.commit({ executions: changes });
    onThread.push(performance.now() - start);
    await done;
    durable.push(performance.now() - start);
  }
  return { onThread, durable };
}

/** Executions a second: 256 at once, a new one for each that is durable; what is ready goes into the next commit. */
async function throughput(microseconds, commit) {
  const rows = Array.from({ length: executions }, (_, index) => rawRows(index + 1));
  const start = performance.now();
  let [made, durable, committing, ready] = [0, 0, false, []];
  await new Promise((resolve, reject) => {
    const flush = async () => {
      if (committing || ready.length === 0) return;
      committing = true;
      const batch = ready;
      ready = [];
      await commit(batch);
      committing = false;
      durable += batch.length;
      if (durable === executions) resolve();
      else setImmediate(turn);
    };
    const turn = () => {
      for (let many = 0; many < 16 && made < executions && made - durable < 256; many++) {
        const until = performance.now() + microseconds / 1000;
        while (performance.now() < until);
        ready.push(rows[made++]);
      }
      flush().catch(reject);
      if (made < executions && made - durable < 256) setImmediate(turn);
    };
    turn();
  });
  return (executions / (performance.now() - start)) * 1000;
}

function executionChange(id, name, events) {
  const row = {
    id,
    name: name(),
    stateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:OrderPipeline",
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    revisionId: 1,
    status: "SUCCEEDED",
    startDate: START + id,
    stopDate: START + id + 2,
    input: DATA,
    output: DATA,
    error: null,
    cause: null,
    traceHeader: null,
    mapRunArn: null,
    parent: null,
  };
  row.arn = `arn:aws:states:us-east-1:123456789012:execution:OrderPipeline:${row.name}`;
  return { id, insert: row, history: { firstEventId: 1, lastEventId: 6, events } };
}

/** Values for the store's tables `executions` and `history`. */
function rawRows(id) {
  const name = orderedName();
  const nulls = [null, null, null, null, null];
  return [
    [id, 1, name, null, 2, 1, 1, START + id, START + id + 2, ...nulls, DATA, null, null, DATA],
    [id, 1, 6, EVENTS],
  ];
}

/** As a UUID of version 7. */
function orderedName() {
  const time = (START + ticks++).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

function folder() {
  return mkdtempSync(join(parent, "data-"));
}

function median(times) {
  return times.toSorted((one, other) => one - other)[times.length >> 1];
}

function perExecution(times, batch) {
  return `${((median(times) / batch) * 1000).toFixed(1)} µs/execution`;
}

function ms(times) {
  return `${median(times).toFixed(2)} ms`;
}

function print(title, table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => String(row[column]).length)));
  const lines = table.map((row) => row.map((cell, column) => String(cell).padStart(widths[column])).join("  "));
  console.log(`${title}\n\n${lines.join("\n")}\n`);
}
