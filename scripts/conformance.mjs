// Replays the recorded conversations with AWS that stand beside the repository (../shared/conformance) against the built
// server. Arguments go on to replay.py: node scripts/conformance.mjs --only base,scenarios
// --write-known writes the ids of the cases that do not match to docs/conformance-known.txt, instead of comparing with it,
// and the figures to docs/conformance.md.
// --endpoints sqs=URL,s3=URL,… names services that stand in for AWS's, for the cases and for the server alike.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const conformance = join(root, "../shared/conformance");
const known = join(root, "docs/conformance-known.txt");
const out = join(root, "conformance-out");
const writesKnown = process.argv.includes("--write-known");
const passedOn = process.argv.slice(2).filter((argument) => argument !== "--write-known");

/** The services of --endpoints by the names that the AWS SDK has for their addresses in the environment. */
const ENVIRONMENT_NAMES = { events: "EVENTBRIDGE", logs: "CLOUDWATCH_LOGS", secretsmanager: "SECRETS_MANAGER" };
const endpointsAt = passedOn.indexOf("--endpoints") + 1;
const endpoints = endpointsAt === 0 ? [] : (passedOn[endpointsAt] ?? "").split(",");
const endpointVariables = Object.fromEntries(
  endpoints.map((text) => {
    const [service, url] = text.split(/=(.*)/s);
    return [`AWS_ENDPOINT_URL_${ENVIRONMENT_NAMES[service] ?? service.toUpperCase()}`, url];
  }),
);

const lambdaPort = await freePort();
const data = mkdtempSync(join(tmpdir(), "pawl-conformance-"));
const mocks = join(data, "mocks.json");
spawnSync("python3", [
  join(conformance, "replay.py"),
  "--cases",
  join(conformance, "cases"),
  "--write-mock-config",
  mocks,
]);
const server = spawn(
  process.execPath,
  [join(root, "packages/cli/bin/pawl.js"), "start", "--port", "0", "--data", data],
  {
    env: {
      ...process.env,
      ...endpointVariables,
      LAMBDA_ENDPOINT: `http://127.0.0.1:${lambdaPort}`,
      SFN_MOCK_CONFIG: mocks,
    },
    stdio: ["ignore", "pipe", "inherit"],
  },
);
try {
  process.exitCode = await replay(await serverUrl());
  if (writesKnown) {
    writeKnown();
  }
} finally {
  server.kill();
  await ended(server);
  rmSync(data, { recursive: true, force: true });
}

function replay(endpoint) {
  const flags = {
    "--cases": join(conformance, "cases"),
    "--out": out,
    "--endpoint": endpoint,
    "--lambda-port": String(lambdaPort),
    ...(existsSync(known) && !writesKnown ? { "--known": known } : {}),
  };
  return ended(
    spawn("python3", [join(conformance, "replay.py"), "--mock-config", ...Object.entries(flags).flat(), ...passedOn], {
      stdio: ["ignore", "inherit", "inherit"],
    }),
  );
}

function writeKnown() {
  const results = JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
  const ids = results.filter(({ result }) => result === "differ" || result === "error").map(({ id }) => `${id}\n`);
  writeFileSync(known, ids.sort().join(""));
  writeFigures(results);
  process.exitCode = 0;
}

/** The table between the two marks of docs/conformance.md. */
function writeFigures(results) {
  const areas = new Map();
  for (const { area, result } of results) {
    const counts = areas.get(area) ?? { match: 0, run: 0, notRun: 0 };
    areas.set(area, counts);
    if (result === "not run") {
      counts.notRun += 1;
    } else {
      counts.run += 1;
      counts.match += result === "pass" ? 1 : 0;
    }
  }
  const rows = [...areas].sort(([one], [other]) => one.localeCompare(other));
  const sum = (key) => rows.reduce((total, [, counts]) => total + counts[key], 0);
  rows.push(["**all**", { match: sum("match"), run: sum("run"), notRun: sum("notRun") }]);
  const table = [
    "| area | match | of those run | not run |",
    "| --- | --- | --- | --- |",
    ...rows.map(([area, { match, run, notRun }]) => `| ${area} | ${match} | ${run} | ${notRun} |`),
  ].join("\n");
  const page = join(root, "docs/conformance.md");
  const [before, , after] = readFileSync(page, "utf8").split(/<!-- (?:figures|end of figures) -->\n/);
  writeFileSync(page, `${before}<!-- figures -->\n${table}\n<!-- end of figures -->\n${after}`);
}

/** The address in the first line that the server prints. */
async function serverUrl() {
  const lines = createInterface(server.stdout);
  for await (const line of lines) {
    const [url] = /http:\/\/\S+/.exec(line) ?? [];
    if (url !== undefined) {
      server.stdout.resume();
      return url;
    }
  }
  throw new Error("The server has not started");
}

function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode ?? 1);
  }
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

function freePort() {
  return new Promise((resolve) => {
    const socket = createServer().listen(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
