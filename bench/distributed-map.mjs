// node bench/distributed-map.mjs: a distributed Map over the rows of a large CSV file, which the built server reads from a local
// folder; results are written there. Beside it a bare loop over the same file: read, split into lines, parse, print. Needs the
// built packages (npm run build).
import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { call } from "./api.mjs";
import { startPawl } from "./processes.mjs";

const HELP = `Usage: node bench/distributed-map.mjs [options]

  --rows <n>         rows of the file (default: 1000000)
  --types <names>    types of the children, with commas between (default: EXPRESS,STANDARD)
  --batches <n,n>    items in a child's input; 1 is a child for each row (default: 1,100)
  --concurrency <n>  MaxConcurrency; 0 is the service's 10,000 (default: 0)
  --data <folder>    where data is written; a real disk (default: .pawl in the checkout)
  --json             the figures as JSON`;

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    types: { type: "string", default: "EXPRESS,STANDARD" },
    batches: { type: "string", default: "1,100" },
    concurrency: { type: "string", default: "0" },
    data: { type: "string", default: fileURLToPath(new URL("../.pawl", import.meta.url)) },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit();
}
const rows = Number(options.rows);
mkdirSync(resolve(options.data), { recursive: true });
const folder = mkdtempSync(join(resolve(options.data), "bench-map-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const results = [];
await writeRows();
// Before and after each run, so that what else the machine does meets both.
let before = await bareLoop();
for (const batch of options.batches.split(",").map(Number)) {
  for (const type of options.types.split(",")) {
    const result = await mapRun(type, batch);
    const after = await bareLoop();
    const bareRowsPerSecond = Math.round((before + after) / 2);
    results.push({ ...result, bareRowsPerSecond, ratioToBareLoop: result.rowsPerSecond / bareRowsPerSecond });
    before = after;
  }
}
if (options.json) console.log(JSON.stringify({ rows, results }, undefined, 2));
else report();

async function writeRows() {
  const file = createWriteStream(join(folder, "rows.csv"));
  file.write("id,customer,amount,note\n");
  for (let row = 0; row < rows; ) {
    let text = "";
    for (const end = Math.min(row + 10_000, rows); row < end; row++) {
      text += `${row},customer-${row % 1000},${(row % 977) / 100},row number ${row} of a file that is read in streams\n`;
    }
    if (!file.write(text)) await new Promise((drained) => file.once("drain", drained));
  }
  await new Promise((ended) => file.end(ended));
}

/** Rows a second of a loop that only reads them and makes JSON of them. */
async function bareLoop() {
  const began = performance.now();
  let bytes = 0;
  let header;
  for await (const line of createInterface({ input: createReadStream(join(folder, "rows.csv")) })) {
    const cells = line.split(",");
    if (header === undefined) header = cells;
    else bytes += JSON.stringify(Object.fromEntries(header.map((name, index) => [name, cells[index]]))).length;
  }
  if (bytes === 0) throw new Error("nothing was read");
  return Math.round((rows / (performance.now() - began)) * 1000);
}

async function mapRun(type, batch) {
  const data = join(folder, `${type}-${batch}`);
  const server = await startPawl(data, [], ["--data-folder", folder]);
  try {
    const idle = server.memory();
    const { stateMachineArn } = await call(server.url, "CreateStateMachine", {
      name: "rows",
      roleArn: "arn:aws:iam::123456789012:role/bench",
      definition: JSON.stringify(definition(type, batch)),
    });
    const began = performance.now();
    const { executionArn } = await call(server.url, "StartExecution", { stateMachineArn, input: "{}" });
    let slowest = 0;
    for (;;) {
      const asked = performance.now();
      const { status, error, cause } = await call(server.url, "DescribeExecution", { executionArn });
      slowest = Math.max(slowest, performance.now() - asked);
      if (status === "SUCCEEDED") break;
      if (status !== "RUNNING") throw new Error(`the execution ended ${status}: ${error}: ${cause}`);
      await setTimeout(100);
    }
    const seconds = (performance.now() - began) / 1000;
    const { mapRuns } = await call(server.url, "ListMapRuns", { executionArn });
    const { itemCounts } = await call(server.url, "DescribeMapRun", { mapRunArn: mapRuns[0].mapRunArn });
    if (itemCounts.succeeded !== rows) throw new Error(`${itemCounts.succeeded} of ${rows} rows were processed`);
    return {
      type,
      batch,
      seconds,
      rowsPerSecond: Math.round(rows / seconds),
      idleMemory: idle,
      peakMemory: server.peakMemory(),
      slowestAnswer: slowest,
      databaseBytes: statSync(join(data, "pawl.db")).size,
    };
  } finally {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

function definition(type, batch) {
  return {
    StartAt: "Rows",
    States: {
      Rows: {
        Type: "Map",
        MaxConcurrency: Number(options.concurrency),
        ItemReader: {
          Resource: "arn:aws:states:::s3:getObject",
          ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" },
          Parameters: { Bucket: `file://${folder}`, Key: "rows.csv" },
        },
        ...(batch > 1 ? { ItemBatcher: { MaxItemsPerBatch: batch } } : {}),
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: type },
          StartAt: "Row",
          States: { Row: { Type: "Pass", End: true } },
        },
        ResultWriter: {
          Resource: "arn:aws:states:::s3:putObject",
          Parameters: { Bucket: `file://${folder}`, Prefix: `results-${type}-${batch}` },
        },
        End: true,
      },
    },
  };
}

function report() {
  const megabytes = (bytes) => (bytes === undefined ? "?" : `${Math.round(bytes / 1024 / 1024)} MB`);
  console.log(`${rows.toLocaleString("en")} rows, Node ${process.version}\n`);
  const lines = [
    [
      "children",
      "rows a child",
      "seconds",
      "rows/s",
      "bare loop",
      "ratio",
      "memory idle",
      "peak",
      "slowest answer",
      "database",
    ],
    ...results.map((result) => [
      result.type,
      result.batch,
      result.seconds.toFixed(1),
      result.rowsPerSecond.toLocaleString("en"),
      result.bareRowsPerSecond.toLocaleString("en"),
      result.ratioToBareLoop.toFixed(3),
      megabytes(result.idleMemory),
      megabytes(result.peakMemory),
      `${Math.round(result.slowestAnswer)} ms`,
      megabytes(result.databaseBytes),
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => String(line[column]).length)));
  for (const line of lines) {
    console.log(line.map((cell, column) => String(cell).padStart(widths[column])).join("  "));
  }
}
