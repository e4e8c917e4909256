// node bench/terraform-provider.mjs [--rounds 20] [--json]: how soon the Terraform provider is there, and what it takes, beside a
// bare Node process in the same run. Every command of Terraform starts three or four processes of the provider, one after the other.
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { connect as connectTls } from "node:tls";
import { parseArgs } from "node:util";
import { buildTerraformProvider, executable } from "../scripts/build-terraform-provider.mjs";
import { median } from "./statistics.mjs";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "20" }, json: { type: "boolean", default: false } },
});
await buildTerraformProvider();
const { createCertificate } = await import("../packages/terraform-provider/dist/protocol/certificate.js").catch(() => {
  console.error("Not built yet: npm run build");
  process.exit(2);
});

// Where Terraform has it: in a folder without a package.json that says what its scripts are.
const folder = mkdtempSync(join(tmpdir(), "pawl-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const installed = join(folder, basename(executable));
copyFileSync(executable, installed);

const client = createCertificate();
const environment = {
  ...process.env,
  TF_PLUGIN_MAGIC_COOKIE: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
  PLUGIN_PROTOCOL_VERSIONS: "5,6",
  PLUGIN_CLIENT_CERT: client.cert,
};

const samples = { bare: [], handshake: [], schema: [] };
const memory = { bare: [], provider: [] };
for (let round = 0; round < Number(values.rounds); round += 1) {
  // In turn, so that whatever else the machine does meets both.
  await measureBare();
  await measureProvider();
}
const result = {
  node: process.versions.node,
  rounds: Number(values.rounds),
  milliseconds: Object.fromEntries(Object.entries(samples).map(([name, times]) => [name, spread(times)])),
  peakMegabytes: Object.fromEntries(Object.entries(memory).map(([name, sizes]) => [name, spread(sizes)])),
};
console.log(values.json ? JSON.stringify(result, undefined, 2) : text(result));

async function measureBare() {
  const begun = performance.now();
  const child = spawn(process.execPath, ["-e", 'console.log("1"); setTimeout(() => {}, 60_000)'], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await firstLine(child);
  samples.bare.push(performance.now() - begun);
  memory.bare.push(peakOf(child.pid));
  await end(child);
}

async function measureProvider() {
  const begun = performance.now();
  const child = spawn(installed, [], { stdio: ["ignore", "pipe", "ignore"], env: environment });
  const line = await firstLine(child);
  samples.handshake.push(performance.now() - begun);
  const [, , , path, , certificate] = line.trim().split("|");
  const ca = `-----BEGIN CERTIFICATE-----\n${certificate.replace(/.{64}/g, "$&\n")}${"=".repeat((4 - (certificate.length % 4)) % 4)}\n-----END CERTIFICATE-----\n`;
  const session = connect("https://localhost", {
    createConnection: () =>
      connectTls({ path, servername: "localhost", ca, cert: client.cert, key: client.key, ALPNProtocols: ["h2"] }),
  });
  await call(session, "/tfplugin6.Provider/GetProviderSchema");
  samples.schema.push(performance.now() - begun);
  memory.provider.push(peakOf(child.pid));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await call(session, "/plugin.GRPCController/Shutdown");
  session.close();
  await ended;
}

function call(session, path) {
  return new Promise((resolve, reject) => {
    const headers = { ":method": "POST", ":path": path, te: "trailers", "content-type": "application/grpc" };
    const stream = session.request(headers);
    stream.on("error", reject);
    stream.on("trailers", (trailers) => {
      if (trailers["grpc-status"] === "0") resolve();
      else reject(new Error(`${path}: status ${trailers["grpc-status"]}`));
    });
    stream.resume();
    stream.end(Buffer.alloc(5));
  });
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(data.toString()));
    child.once("exit", () => reject(new Error("the process ended before it said anything")));
  });
}

function end(child) {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  return ended;
}

/** The most that a process had in memory at once, in megabytes of 10^6 bytes; undefined elsewhere than on Linux. */
function peakOf(pid) {
  try {
    return (Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}

function spread(numbers) {
  const known = numbers.filter((number) => number !== undefined);
  if (known.length === 0) return undefined;
  return { least: Math.min(...known), median: median(known), most: Math.max(...known) };
}

function text({ node, rounds, milliseconds, peakMegabytes }) {
  const row = (name, { least, median: middle, most }, unit, bare) =>
    `${name.padEnd(44)} ${[least, middle, most].map((number) => number.toFixed(0).padStart(5)).join(" ")} ${unit}` +
    (bare === undefined ? "" : `   ${(middle / bare.median).toFixed(2)} of bare Node`);
  const lines = [
    `Node ${node}, ${rounds} rounds: least, median, most`,
    row("bare Node, to its first line", milliseconds.bare, "ms"),
    row("provider, to its handshake", milliseconds.handshake, "ms", milliseconds.bare),
    row("provider, to its schema over mutual TLS", milliseconds.schema, "ms", milliseconds.bare),
  ];
  if (peakMegabytes.bare !== undefined) {
    lines.push(
      row("bare Node, memory at most", peakMegabytes.bare, "MB"),
      row("provider, memory at most", peakMegabytes.provider, "MB", peakMegabytes.bare),
    );
  }
  return lines.join("\n");
}
