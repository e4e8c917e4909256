// Bundles packages/terraform-provider into one executable file, where something has changed since the last time.
// Usage: node scripts/build-terraform-provider.mjs
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { thirdPartyLicenses } from "./third-party-licenses.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "packages/terraform-provider");

/** The executable, whose name Terraform goes by. */
export const executable = join(folder, "dist/terraform-provider-aws");

/**
 * What most processes of a command never need (Terraform starts one to read the schema, one to validate, …) and what takes longer to parse than
 * all the rest: compressed texts in the file, compiled when they are first imported. Measured: the handshake comes 1.4 times as soon.
 */
const LATER = {
  "@aws-sdk/client-sfn": "aws",
  "@aws-sdk/client-sts": "aws",
  "@pawl/asl": "asl",
};

const CHUNKS = {
  aws: 'export const sfn = () => require("@aws-sdk/client-sfn"); export const sts = () => require("@aws-sdk/client-sts");',
  asl: 'export const asl = () => require("@pawl/asl");',
};

const MEMBERS = { "@aws-sdk/client-sfn": "sfn", "@aws-sdk/client-sts": "sts", "@pawl/asl": "asl" };

/** Makes the executable, unless what it is made of is older. */
export async function buildTerraformProvider() {
  const built = modified(executable);
  if (built !== undefined && built > newestSource()) return;
  checkVersion();
  // Loaded only here: `npm start` must not wait for it when nothing is to be built.
  const { build } = await import("esbuild");
  const common = {
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    // A script without imports is the same for Node whether a package.json around it says "module" or not.
    format: "iife",
    platform: "node",
    target: "node20.19",
    // The sources, not what tsc made of them: nothing has to be built before.
    conditions: ["pawl-source"],
    mainFields: ["module", "main"],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
  };
  const chunk = async ([name, contents]) => {
    const { outputFiles, metafile } = await build({
      ...common,
      stdin: { contents, resolveDir: folder },
      globalName: "chunk",
      minifyIdentifiers: true,
      plugins: [builtins],
    });
    const code = inAscii(`${outputFiles[0].text}\nreturn chunk;`);
    return { name, metafile, text: deflateRawSync(code, { level: 9 }).toString("base64") };
  };
  const made = await Promise.all(Object.entries(CHUNKS).map(chunk));
  const chunks = Object.fromEntries(made.map(({ name, text }) => [name, text]));
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: [join(folder, "src/main.ts")],
    banner: { js: "#!/usr/bin/env node" },
    plugins: [later(chunks), builtins],
  });
  mkdirSync(join(folder, "dist"), { recursive: true });
  const licenses = thirdPartyLicenses(root, [metafile, ...made.map((each) => each.metafile)]);
  writeFileSync(join(folder, "dist/third-party-licenses.txt"), licenses);
  // Put in place whole: a process of Terraform may be starting the old one.
  const fresh = `${executable}.${process.pid}`;
  writeFileSync(fresh, inAscii(outputFiles[0].text));
  chmodSync(fresh, 0o755);
  renameSync(fresh, executable);
}

/** One other character, and V8 keeps the whole text in two bytes each. esbuild escapes them, but not in regular expressions. */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function later(chunks) {
  return {
    name: "later",
    setup(build) {
      build.onResolve({ filter: /^(?:@aws-sdk\/client-\w+|@pawl\/asl)$/ }, ({ path, kind }) => {
        if (kind !== "dynamic-import") throw new Error(`${path} must be imported by import(), where it is needed`);
        return { path, namespace: "later" };
      });
      build.onResolve({ filter: /^chunk:/ }, ({ path }) => ({ path: path.slice("chunk:".length), namespace: "chunk" }));
      build.onLoad({ filter: /.*/, namespace: "later" }, ({ path }) => ({
        contents: `module.exports = require("chunk:${LATER[path]}").${MEMBERS[path]}();`,
      }));
      build.onLoad({ filter: /.*/, namespace: "chunk" }, ({ path }) => ({
        contents: `
          const code = process.getBuiltinModule("node:zlib").inflateRawSync(Buffer.from("${chunks[path]}", "base64"));
          const compile = process.getBuiltinModule("node:vm").compileFunction;
          module.exports = compile(code.latin1Slice(), [], { filename: "terraform-provider-aws:${path}" })();`,
      }));
    },
  };
}

/** Node's own modules, taken from the process when they are first needed: `require` is not there in a module, `import` not in a script. */
const builtins = {
  name: "builtins",
  setup(build) {
    const filter = new RegExp(
      `^(?:node:.+|(?:${builtinModules.map((name) => name.replace(/\W/g, "\\$&")).join("|")}))$`,
    );
    build.onResolve({ filter }, ({ path }) => ({ path: path.replace(/^(?!node:)/, "node:"), namespace: "builtin" }));
    build.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

function newestSource() {
  const files = [
    ...["packages/terraform-provider/src", "packages/asl/src"].flatMap((each) =>
      readdirSync(join(root, each), { recursive: true, encoding: "utf8" }).map((file) => join(each, file)),
    ),
    "package-lock.json",
    "scripts/build-terraform-provider.mjs",
    "scripts/third-party-licenses.mjs",
  ];
  return Math.max(...files.map((file) => modified(join(root, file)) ?? 0));
}

function checkVersion() {
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (!readFileSync(join(folder, "src/provider-version.ts"), "utf8").includes(`"${version}"`)) {
    throw new Error(
      `src/provider-version.ts of packages/terraform-provider does not say ${version}, as package.json does`,
    );
  }
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildTerraformProvider();
