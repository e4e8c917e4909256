// Bundles the command `pawl` with all that it needs into packages/cli/dist, where something has changed since the last time.
// Usage: node scripts/build-command.mjs
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildTerraformProvider, executable } from "./build-terraform-provider.mjs";
import { thirdPartyLicenses } from "./third-party-licenses.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const cli = join(root, "packages/cli");
const dist = join(cli, "dist");
const main = join(dist, "main.js");

/** Packages whose sources are in the bundle. */
const SOURCES = ["asl", "engine", "server", "cli"].map((name) => `packages/${name}/src`);

/** Native code is not bundled: npm installs the one of the platform. */
const EXTERNAL = ["libsql", "libsql/*"];

/** What stays of `dist`, whoever made it: the declarations that tsc writes. */
const KEPT = new Set(["types"]);

/** Makes the bundle, unless what it is made of is older. */
export async function buildCommand() {
  await buildTerraformProvider();
  const built = modified(main);
  if (built !== undefined && built > newestSource()) return;
  // Loaded only here: `npm start` must not wait for it when nothing is to be built.
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(cli, "src/main.ts"), ...startedByFile()],
    outdir: dist,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    // What is imported where it is needed stays in files of its own, which are read then.
    splitting: true,
    entryNames: "[name]",
    chunkNames: "[name]-[hash]",
    // The sources, not what tsc made of them: nothing has to be built before.
    conditions: ["pawl-source"],
    mainFields: ["module", "main"],
    external: EXTERNAL,
    // Names stay: shorter ones gave nothing at the start, and errors show them.
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: "none",
    // Read only where PAWL_DEBUG asks for it (bin/pawl.js).
    sourcemap: "linked",
    sourcesContent: false,
    // Some of the packages call `require` for Node's own modules, which a module does not have.
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  const provider = "terraform-provider";
  const files = new Map([
    ...outputFiles.map(({ path, text }) => [relative(dist, path), path.endsWith(".js") ? inAscii(text) : text]),
    [`${provider}/package.json`, manifestOfProvider()],
    [
      `${provider}/third-party-licenses.txt`,
      readFileSync(join(dirname(executable), "third-party-licenses.txt"), "utf8"),
    ],
    ["LICENSE", readFileSync(join(root, "LICENSE"), "utf8")],
    ["third-party-licenses.txt", thirdPartyLicenses(root, [metafile])],
  ]);
  mkdirSync(join(dist, provider, "dist"), { recursive: true });
  const copy = join(dist, provider, "dist", basename(executable));
  inPlace(copy, (fresh) => {
    copyFileSync(executable, fresh);
    chmodSync(fresh, 0o755);
  });
  // What begins is written last: it names the others.
  for (const [file, text] of [...files].sort(([one], [other]) => rank(one) - rank(other))) {
    inPlace(join(dist, file), (fresh) => writeFileSync(fresh, text));
  }
  for (const file of readdirSync(dist)) {
    if (!KEPT.has(file) && file !== provider && !files.has(file)) rmSync(join(dist, file), { recursive: true });
  }
}

function rank(file) {
  return file === basename(main) ? 1 : 0;
}

/** Put in place whole: a process may be starting the old one. */
function inPlace(path, write) {
  const fresh = `${path}.${process.pid}`;
  write(fresh);
  renameSync(fresh, path);
}

/**
 * Sources that threads and processes of their own begin with. Who starts them names them by their file, with the same expression everywhere, so
 * that each becomes a file of the bundle beside the one that starts it.
 */
function startedByFile() {
  return SOURCES.flatMap((folder) =>
    typescript(folder).flatMap((file) =>
      [
        ...readFileSync(file, "utf8").matchAll(
          /import\.meta\.url\.endsWith\("\.ts"\) \? "[^"]+" : "\.\/([\w-]+)\.js"/g,
        ),
      ].map(([, name]) => join(dirname(file), `${name}.ts`)),
    ),
  );
}

/** One other character, and V8 keeps the whole text in two bytes each. esbuild escapes them, but not in regular expressions. */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The provider as it is published, as far as the command needs to know. */
function manifestOfProvider() {
  const path = join(root, "packages/terraform-provider/package.json");
  const { name, version, license } = JSON.parse(readFileSync(path, "utf8"));
  return `${JSON.stringify({ name, version, license }, undefined, 2)}\n`;
}

function newestSource() {
  const files = [
    ...SOURCES.flatMap((folder) => typescript(folder)),
    executable,
    join(root, "package-lock.json"),
    join(root, "packages/terraform-provider/package.json"),
    join(root, "scripts/build-command.mjs"),
    join(root, "scripts/third-party-licenses.mjs"),
  ];
  return Math.max(...files.map((file) => modified(file) ?? 0));
}

function typescript(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(root, folder, file));
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildCommand();
