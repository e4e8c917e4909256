import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Brings a checkout to where its built commands run: dependencies as package-lock.json has them, and TypeScript compiled.
 * Does nothing, quickly, where nothing is to do; ends the process where it cannot be done.
 */
export function prepare() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Pawl needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
    process.exit(2);
  }
  install();
  generate();
  build();
}

function install() {
  const locked = modified("package-lock.json");
  // npm writes this file at the end of every installation.
  const installed = modified("node_modules/.package-lock.json");
  if (installed === undefined || (locked !== undefined && installed < locked)) {
    console.log("Installing dependencies (npm ci) …");
    // The output of npm matters only where it fails.
    step("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
      shell: process.platform === "win32",
    });
  }
}

/** Sources that are made, not written: before the packages that generating needs are installed, nothing can be made. */
function generate() {
  step(process.execPath, [join(root, "scripts/generate-jsonata.mjs")]);
  step(process.execPath, [join(root, "scripts/generate-cdktf.mjs")]);
}

function build() {
  if (modified("packages/cli/dist/main.js") === undefined) {
    console.log("Building …");
  }
  // tsc itself knows best what is stale, and says so in a quarter of a second.
  const typescript = createRequire(join(root, "package.json")).resolve("typescript/package.json");
  step(process.execPath, [join(typescript, "../bin/tsc"), "-b"]);
  step(process.execPath, [join(root, "scripts/build-command.mjs")]);
}

function step(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (error !== undefined) {
    console.error(`${command} could not be started: ${error.message}`);
  }
  if (status !== 0) {
    process.exit(status ?? 2);
  }
}

/** When a file of the repository was last written, in milliseconds; undefined where it is not there. */
function modified(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs;
}
