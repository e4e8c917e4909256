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
import { isBuiltin } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
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

/**
 * Packages that are called synchronously, so that `import()` cannot put them off, and that few executions need: in files of their own, loaded with the
 * first call. re2js is a seventh of the code and of the time that it takes to load.
 */
const LATER = ["re2js"];

/** What stays of `dist`, whoever made it: the declarations that tsc writes. */
const KEPT = new Set(["types"]);

/** Makes the bundle, unless what it is made of is older. */
export async function buildCommand() {
  await buildTerraformProvider();
  const built = modified(main);
  if (built !== undefined && built > newestSource()) return;
  // Loaded only here: `npm start` must not wait for it when nothing is to be built.
  const { build } = await import("esbuild");
  const later = await Promise.all(LATER.map((name) => laterPackage(build, name)));
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    plugins: later.map(({ plugin }) => plugin),
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
      js: 'const require=process.getBuiltinModule("node:module").createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  const provider = "terraform-provider";
  const files = new Map([
    ...outputFiles.map(({ path, text }) => [
      relative(dist, path),
      path.endsWith(".js") ? inAscii(withoutBuiltinImports(text)) : text,
    ]),
    [`${provider}/package.json`, manifestOfProvider()],
    [
      `${provider}/third-party-licenses.txt`,
      readFileSync(join(dirname(executable), "third-party-licenses.txt"), "utf8"),
    ],
    ["LICENSE", readFileSync(join(root, "LICENSE"), "utf8")],
    ["third-party-licenses.txt", thirdPartyLicenses(root, [metafile, ...later.map((each) => each.metafile)])],
    ...later.map(({ file, text }) => [file, inAscii(text)]),
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
    const isCurrent = KEPT.has(file) || file === provider || files.has(file) || isBeingWritten(join(dist, file));
    if (!isCurrent) rmSync(join(dist, file), { recursive: true, force: true });
  }
}

function rank(file) {
  return file === basename(main) ? 1 : 0;
}

/** By another process that builds as well. */
function isBeingWritten(path) {
  return /\.\d+$/.test(path) && Date.now() - (modified(path) ?? 0) < 60_000;
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

/** A package as a file that is loaded with `require` when one of its exports, functions and classes, is first used. */
async function laterPackage(build, name) {
  const file = `${name}.cjs`;
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [name],
    bundle: true,
    write: false,
    metafile: true,
    format: "cjs",
    platform: "node",
    target: "node20.19",
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: "none",
    logLevel: "warning",
  });
  const names = Object.keys(await import(name));
  const members = names.map((each) => `export const ${each} = member(${JSON.stringify(each)});`);
  const contents = `
    let found;
    const member = (name) => {
      const real = () => (found ??= require("./${file}"))[name];
      return new Proxy(function () {}, {
        get: (_, key) => real()[key],
        construct: (_, values) => new (real())(...values),
        apply: (_, self, values) => Reflect.apply(real(), self, values),
      });
    };
    ${members.join("\n")}`;
  const plugin = {
    name: `later: ${name}`,
    setup(building) {
      building.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: "later" }));
      building.onResolve({ filter: new RegExp(`^\\./${file}$`) }, ({ path }) => ({ path, external: true }));
      building.onLoad({ filter: new RegExp(`^${name}$`), namespace: "later" }, () => ({ contents }));
    },
  };
  return { file, text: outputFiles[0].text, metafile, plugin };
}

/**
 * Takes Node's own modules from the process. An `import` of one reads all its members for the copy that modules see of it, and with them loads what
 * nobody wants, such as Web Crypto: 40 ms of the start in all.
 */
function withoutBuiltinImports(code) {
  const { body } = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  const edits = body
    .filter(({ type, source }) => type === "ImportDeclaration" && isBuiltin(source.value))
    .map(({ start, end, source, specifiers }) => {
      const found = `process.getBuiltinModule(${JSON.stringify(source.value)})`;
      const named = specifiers.filter(({ type }) => type === "ImportSpecifier");
      const whole = specifiers
        .filter(({ type }) => type !== "ImportSpecifier")
        .map(({ local }) => `${local.name}=${found}`);
      const members = named.map(({ imported, local }) => `${imported.name}:${local.name}`);
      const declared = [...whole, ...(members.length === 0 ? [] : [`{${members.join(",")}}=${found}`])];
      // Source maps count lines.
      const lines = code.slice(start, end).replace(/[^\n]/g, "");
      return { start, end, text: `${declared.length === 0 ? "" : `const ${declared.join(",")};`}${lines}` };
    });
  let [rest, done] = ["", 0];
  for (const { start, end, text } of edits) {
    rest += code.slice(done, start) + text;
    done = end;
  }
  return rest + code.slice(done);
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
