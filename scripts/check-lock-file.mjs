// Checks what package-lock.json lets into an installation: from where, with which checksum, and that nothing runs scripts.
// Usage: node scripts/check-lock-file.mjs [package-lock.json]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const REGISTRY = "https://registry.npmjs.org/";

/** Packages of which npm says that they run a script when they are installed, and why they may be here: none at run time. */
const ALLOWED = {
  "node_modules/esbuild":
    "development only; the script checks its binary, which comes as a package of its own: builds work without the script",
  "node_modules/fsevents": "development only, on macOS: file watching of the test runner, which does without",
};

/** What is wrong with a lock file, sentence by sentence. */
export function faultsOfLockFile({ packages }) {
  const faults = [];
  for (const [place, entry] of Object.entries(packages)) {
    const isOurs = !place.includes("node_modules/") || entry.link === true;
    if (entry.hasInstallScript === true && !(Object.hasOwn(ALLOWED, place) && entry.dev === true)) {
      const when = entry.dev === true ? "in development" : "at run time";
      faults.push(`${place} ${entry.version} runs a script when it is installed, and is needed ${when}`);
    }
    if (isOurs || entry.inBundle === true) continue;
    // Without a place it comes from the registry that npm is told of; the checksum says whether it is the same.
    if (entry.resolved !== undefined && !entry.resolved.startsWith(REGISTRY)) {
      faults.push(`${place} comes from ${entry.resolved}`);
    }
    if (entry.integrity?.startsWith("sha512-") !== true) faults.push(`${place} has no SHA-512 checksum`);
  }
  return faults;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2] ?? join(fileURLToPath(new URL("..", import.meta.url)), "package-lock.json");
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const faults = faultsOfLockFile(lock);
  for (const fault of faults) console.error(fault);
  for (const [place, reason] of Object.entries(ALLOWED)) {
    if (lock.packages[place]?.hasInstallScript === true) console.log(`${place}: ${reason}`);
  }
  if (faults.length > 0) process.exit(1);
  console.log(
    `${Object.keys(lock.packages).length} packages: no install scripts at run time, all from the registry, with checksums.`,
  );
}
