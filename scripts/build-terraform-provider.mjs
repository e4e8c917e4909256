// Bundles packages/terraform-provider into one executable file, where something has changed since the last time.
// Usage: node scripts/build-terraform-provider.mjs
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "packages/terraform-provider");

/** The executable, whose name Terraform goes by. */
export const executable = join(folder, "dist/terraform-provider-aws");

/** Makes the executable, unless what it is made of is older. */
export async function buildTerraformProvider() {
  const built = modified(executable);
  if (built !== undefined && built > newestSource()) return;
  checkVersion();
  // Loaded only here: `npm start` must not wait for it when nothing is to be built.
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(folder, "src/main.ts")],
    bundle: true,
    write: false,
    // A script without imports is the same for Node whether a package.json around it says "module" or not.
    format: "iife",
    platform: "node",
    target: "node20.19",
    // The sources, not what tsc made of them: nothing has to be built before.
    conditions: ["pawl-source"],
    mainFields: ["module", "main"],
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    legalComments: "none",
    banner: { js: "#!/usr/bin/env node" },
    plugins: [builtins],
    logLevel: "warning",
  });
  mkdirSync(join(folder, "dist"), { recursive: true });
  // Put in place whole: a process of Terraform may be starting the old one.
  const fresh = `${executable}.${process.pid}`;
  writeFileSync(fresh, outputFiles[0].contents);
  chmodSync(fresh, 0o755);
  renameSync(fresh, executable);
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
