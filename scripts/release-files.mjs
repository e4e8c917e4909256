// Makes what a release consists of, in one folder: the packages, the Terraform provider, a bill of materials, and their checksums.
// The same commit gives the same bytes with the same version of Node and npm.
// Usage: node scripts/release-files.mjs FOLDER
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { executable } from "./build-terraform-provider.mjs";
import { runTimePackages } from "./run-time-packages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [given] = process.argv.slice(2);
if (given === undefined) {
  console.error("Usage: node scripts/release-files.mjs FOLDER");
  process.exit(2);
}
const folder = resolve(given);
mkdirSync(folder, { recursive: true });
if (readdirSync(folder).length > 0) {
  console.error(`${folder} is not empty.`);
  process.exit(2);
}

const npm = (...args) =>
  execFileSync("npm", args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "inherit"],
  });

npm("run", "build");
npm("pack", "--workspaces", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder);
const { version } = JSON.parse(readFileSync(join(root, "packages/terraform-provider/package.json"), "utf8"));
const provider = join(folder, `${basename(executable)}_v${version}`);
copyFileSync(executable, provider);
chmodSync(provider, 0o755);
writeFileSync(join(folder, "sbom.cdx.json"), billOfMaterials());
const sums = readdirSync(folder)
  .sort()
  .map(
    (file) =>
      `${createHash("sha256")
        .update(readFileSync(join(folder, file)))
        .digest("hex")}  ${file}\n`,
  );
writeFileSync(join(folder, "SHA256SUMS"), sums.join(""));
for (const line of sums) process.stdout.write(line);

/** Of all packages and what runs with them, without the parts that differ each time it is made. */
function billOfMaterials() {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const kept = new Set(
    [...runTimePackages(lock)].map((place) => `${place.split("node_modules/").at(-1)}@${lock.packages[place].version}`),
  );
  const sbom = JSON.parse(npm("sbom", "--package-lock-only", "--sbom-format=cyclonedx", "--loglevel=error"));
  delete sbom.serialNumber;
  delete sbom.metadata.timestamp;
  sbom.metadata.component = { "bom-ref": `pawl@${version}`, type: "application", name: "pawl", version };
  sbom.components = sbom.components.filter((component) => kept.has(component["bom-ref"]));
  // What of it npm calls development is built in, not installed.
  for (const component of sbom.components) {
    component.properties = component.properties.filter(({ name }) => name !== "cdx:npm:package:development");
    delete component.scope;
  }
  sbom.dependencies = sbom.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => kept.has(each)) }));
  return `${JSON.stringify(sbom, undefined, 2)}\n`;
}
