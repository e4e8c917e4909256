// Asks the registry which dependencies have known vulnerabilities (npm audit): any fails where Pawl is used, high and critical ones in
// development. Where the registry does not answer such questions, as mirrors often do not, it says so and passes.
// Usage: node scripts/audit-dependencies.mjs [folder]
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTimePackages } from "./run-time-packages.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));
const SEVERE = new Set(["high", "critical"]);

const report = audit();
if (report.auditReportVersion === undefined) {
  console.log(`dependency audit: not run, the registry does not answer it (${reasonOf(report)})`);
} else {
  const used = runTimePackages(JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")));
  const found = Object.values(report.vulnerabilities);
  const bad = found.filter(({ severity, nodes }) => SEVERE.has(severity) || nodes.some((place) => used.has(place)));
  for (const vulnerability of bad) console.error(sentence(vulnerability));
  console.log(`dependency audit: ${found.length} vulnerable packages, ${bad.length} that count`);
  if (bad.length > 0) process.exitCode = 1;
}

function audit() {
  const { stdout, error } = spawnSync(
    "npm",
    ["audit", "--json", "--package-lock-only", "--fetch-retries=0", "--fetch-timeout=60000"],
    { cwd: folder, encoding: "utf8", shell: process.platform === "win32", maxBuffer: 64 * 1024 * 1024 },
  );
  if (error !== undefined) return { message: error.message };
  try {
    return JSON.parse(stdout);
  } catch {
    return { message: "npm gave no report" };
  }
}

function reasonOf({ message, error }) {
  return (message || error?.summary || "it gave no reason").replaceAll(/https?:\/\/\S+/g, "its audit endpoint");
}

/** Names, and where to read about it; a package that only depends on a vulnerable one says which. */
function sentence({ name, severity, nodes, via }) {
  const why = via.map((each) => (typeof each === "string" ? each : `${each.title} ${each.url}`)).join(", ");
  return `${name} (${nodes.join(", ")}): ${severity}: ${why}`;
}
