// Checks that arrows point down only: which package may import which, and the same for the folders of the engine.
// Usage: node scripts/check-imports.mjs [folder of the repository]
import { readdirSync, readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** What the sources of a package may import of ours, and whether they may import Node's modules. */
const PACKAGES = {
  asl: { ours: [], node: false },
  engine: { ours: ["@pawl/asl"], node: true },
  server: { ours: ["@pawl/engine", "@pawl/asl"], node: true },
  "terraform-provider": { ours: ["@pawl/asl"], node: true },
  cdktn: { ours: [], node: true },
  cli: { ours: ["@pawl/server", "@pawl/engine", "@pawl/asl"], node: true },
};

/** Folders that must not import another folder of the same package. */
const FOLDERS = [
  { from: "packages/engine/src/store", never: "packages/engine/src/runtime" },
  { from: "packages/engine/src/tasks", never: "packages/engine/src/runtime" },
  { from: "packages/engine/src/history", never: "packages/engine/src/runtime" },
];

const OUR_PACKAGE = /^(?:@pawl\/[^/]+|pawl)(?=\/|$)/;

const root = resolve(process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url)));
const faults = Object.keys(PACKAGES).flatMap((name) =>
  sources(join(root, "packages", name, "src")).flatMap(faultsOf(name)),
);
for (const fault of faults) {
  console.error(fault);
}
console.log(faults.length === 0 ? "Imports point down only." : `${faults.length} imports point the wrong way.`);
process.exitCode = faults.length === 0 ? 0 : 1;

function faultsOf(name) {
  const { ours, node } = PACKAGES[name];
  return (file) =>
    imports(readFileSync(file, "utf8")).flatMap(({ line, specifier }) => {
      const reason = reasonAgainst(file, specifier, name, ours, node);
      return reason === undefined ? [] : [`${relative(root, file)}:${line}: ${reason}`];
    });
}

function reasonAgainst(file, specifier, name, ours, node) {
  if (specifier.startsWith(".")) {
    const target = relative(root, resolve(dirname(file), specifier))
      .split(sep)
      .join("/");
    if (!target.startsWith(`packages/${name}/src/`)) {
      return `'${specifier}' reaches out of the package: import another package by its name`;
    }
    const here = relative(root, file).split(sep).join("/");
    const rule = FOLDERS.find(({ from, never }) => here.startsWith(`${from}/`) && target.startsWith(`${never}/`));
    return rule && `${rule.from} must not import ${rule.never}`;
  }
  if (isBuiltin(specifier)) {
    return node ? undefined : `packages/${name} runs in browsers too and must not import ${specifier}`;
  }
  const [ourPackage] = OUR_PACKAGE.exec(specifier) ?? [];
  return ourPackage === undefined || ours.includes(ourPackage)
    ? undefined
    : `packages/${name} must not import ${ourPackage}`;
}

/** The modules that a TypeScript text names: `import … from`, `export … from`, `import "…"`, `import("…")`. */
function imports(text) {
  const pattern =
    /(?:^[ \t]*(?:import|export)\b[^"';]*?\bfrom\s*|^[ \t]*import\s*|\bimport\s*\(\s*)(["'])([^"'\n]+)\1/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length,
    specifier: match[2],
  }));
}

function sources(folder) {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) {
    return [];
  }
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path));
}
