// node bench/datasets.mjs [rows]: the datasets of distributed Maps, a million rows by default, read by the built engine beside a bare split
// into lines. Each measurement is a process of its own, so that its peak of memory is its own. Time is that of the processor, all threads
// together, which other work on the machine disturbs least.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";
import { median } from "./statistics.mjs";

const ROUNDS = 5;
const [, , first, ...rest] = process.argv;
if (first === "--measure") await measure(...rest);
else await main(Number(first ?? 1_000_000));

/** Name, file, ReaderConfig. */
function datasets() {
  const csv = { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" };
  return [
    ["CSV", "plain.csv", csv],
    ["CSV, a field in quotes in each row", "quoted.csv", csv],
    ["CSV, gzip", "plain.csv.gz", csv],
    ["JSON Lines", "rows.jsonl", { InputType: "JSONL" }],
    ["JSON array", "rows.json", { InputType: "JSON" }],
  ];
}

async function main(rows) {
  const folder = mkdtempSync(join(tmpdir(), "pawl-datasets-"));
  try {
    await writeDatasets(folder, rows);
    console.log(`Node ${process.version}; ${rows.toLocaleString("en")} rows, medians of ${ROUNDS} rounds\n`);
    console.log(
      "| dataset | MB | rows a second of processor time | lines, only split | ratio | peak MB | of the split |",
    );
    console.log("| --- | --- | --- | --- | --- | --- | --- |");
    for (const [name, file, config] of datasets()) {
      const path = join(folder, file);
      const rounds = Array.from({ length: ROUNDS }, () => ({
        split: run("split", path),
        read: run("read", folder, file, JSON.stringify(config)),
      }));
      const of = (kind, member) => median(rounds.map((round) => round[kind][member]));
      if (rounds.some(({ read }) => read.count !== rows)) throw new Error(`${name}: not all rows were read`);
      const [rate, bare] = [of("read", "perSecond"), of("split", "perSecond")];
      const size = (statSync(path).size / 1e6).toFixed(0);
      const cells = [
        name,
        size,
        count(rate),
        count(bare),
        (rate / bare).toFixed(2),
        of("read", "peak"),
        of("split", "peak"),
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeDatasets(folder, rows) {
  const row = (index) => ({
    id: String(index),
    name: `customer ${index}`,
    amount: String((index * 7) % 1000),
    city: "Zürich",
  });
  const values = (index) => Object.values(row(index));
  await write(join(folder, "plain.csv"), rows, "id,name,amount,city\n", (index) => `${values(index).join(",")}\n`);
  await write(
    join(folder, "quoted.csv"),
    rows,
    "id,name,amount,city\n",
    (index) =>
      `${values(index)
        .join(",")
        .replace("customer", '"customer,')
        .replace(/,(\d+),Z/, '",$1,Z')}\n`,
  );
  await write(join(folder, "rows.jsonl"), rows, "", (index) => `${JSON.stringify(row(index))}\n`);
  await write(
    join(folder, "rows.json"),
    rows,
    "[",
    (index) => `${index === 0 ? "" : ",\n"}${JSON.stringify(row(index))}`,
    "]",
  );
  const packed = createReadStream(join(folder, "plain.csv"))
    .pipe(createGzip())
    .pipe(createWriteStream(join(folder, "plain.csv.gz")));
  await once(packed, "finish");
}

async function write(path, rows, head, line, tail = "") {
  const stream = createWriteStream(path);
  let text = head;
  for (let index = 0; index < rows; index++) {
    text += line(index);
    if (text.length > 1 << 20) {
      if (!stream.write(text)) await once(stream, "drain");
      text = "";
    }
  }
  stream.end(text + tail);
  await once(stream, "finish");
}

function run(...measurement) {
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--measure", ...measurement], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.status !== 0) throw new Error(`${measurement[0]} failed`);
  return JSON.parse(child.stdout);
}

/** In a process of its own. */
async function measure(kind, ...args) {
  const begun = process.cpuUsage();
  const counted = await { split, read }[kind](...args);
  const { user, system } = process.cpuUsage(counted.begun ?? begun);
  const seconds = (user + system) / 1e6;
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ count: counted.count, perSecond: counted.count / seconds, peak }));
}

/** What any reader has to do: bytes to text, text to lines. */
async function split(path) {
  const { createGunzip } = await import("node:zlib");
  const decoder = new TextDecoder();
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  let rest = "";
  let count = 0;
  for await (const part of path.endsWith(".gz") ? file.pipe(createGunzip()) : file) {
    const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
    rest = lines.pop();
    count += lines.length;
  }
  return { count };
}

async function read(folder, file, config) {
  const { itemReader } = await import("../packages/engine/dist/item-reader/read-items.js");
  const { objectStores } = await import("../packages/engine/dist/object-store/stores.js");
  const { AwsClients } = await import("@pawl/engine");
  const begun = process.cpuUsage();
  const read = itemReader(objectStores({ dataFolders: [folder], aws: new AwsClients() }));
  const parameters = { Bucket: `file://${folder}`, Key: file };
  const reader = { resource: "arn:aws:states:::s3:getObject", parameters, config: JSON.parse(config) };
  let count = 0;
  for await (const { items } of read({ reader, region: "us-east-1", skip: 0 }, new AbortController().signal)) {
    count += items.length;
  }
  return { count, begun };
}

function count(number) {
  return Math.round(number).toLocaleString("en");
}
