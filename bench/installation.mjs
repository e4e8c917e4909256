// The command as npm installs it: the files that are published, and the packages that come with them.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "packages/cli");

/**
 * Lays out in an empty folder what `npm install pawl` would, without asking a registry: the published files are copied, the packages that they need
 * are links to those of the checkout. Needs the built command.
 *
 * @returns the folder of the command, the packages by name (the command is one of them) with their bytes, and those of them that run a script when
 * they are installed
 */
export function install(folder) {
  const modules = join(folder, "node_modules");
  const command = join(modules, "pawl");
  for (const file of publishedFiles()) {
    mkdirSync(dirname(join(command, file)), { recursive: true });
    cpSync(join(cli, file), join(command, file));
  }
  const packages = new Map([["pawl", bytesOf(command)]]);
  const withScript = [];
  const { packages: locked } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  for (const name of needed(join(cli, "package.json"))) {
    const place = join(root, "node_modules", name);
    packages.set(name, bytesOf(place));
    if (locked[`node_modules/${name}`]?.hasInstallScript) withScript.push(name);
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(place, join(modules, name), "junction");
  }
  return { command, packages, withScript };
}

function publishedFiles() {
  const text = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"], {
    cwd: cli,
    encoding: "utf8",
    maxBuffer: 2 ** 24,
    stdio: ["ignore", "pipe", "ignore"],
    shell: process.platform === "win32",
  });
  const parsed = JSON.parse(text);
  // A list, or from npm 12 on an object by name.
  const [{ files }] = Array.isArray(parsed) ? parsed : Object.values(parsed);
  return files.map(({ path }) => path);
}

/** The names of all packages that a manifest asks for, and those ask for, as far as they are there: the ones of other platforms are not. */
function needed(manifest, found = new Set()) {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(manifest, "utf8"));
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const next = join(root, "node_modules", name, "package.json");
    if (found.has(name) || !existsSync(next)) continue;
    found.add(name);
    needed(next, found);
  }
  return found;
}

function bytesOf(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((bytes, entry) => bytes + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}
