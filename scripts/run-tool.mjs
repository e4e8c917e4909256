// Builds a tool of the workspace from its sources into one file and runs it: node scripts/run-tool.mjs simulation/simulate.ts [arguments].
import { spawn } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { generateJsonata } from "./generate-jsonata.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [entry, ...passedOn] = process.argv.slice(2);
if (entry === undefined) throw new Error("which tool?");
const outfile = `${root}node_modules/.cache/pawl-${basename(entry, ".ts")}.mjs`;
generateJsonata();
await build({
  entryPoints: [`${root}${entry}`],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  conditions: ["pawl-source"],
  // The workspace's own packages are built in, from their sources; the others are found in node_modules.
  plugins: [
    {
      name: "external",
      setup(building) {
        building.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
          kind === "entry-point" || path.startsWith("@pawl/") ? undefined : { path, external: true },
        );
      },
    },
  ],
  sourcemap: "inline",
  logLevel: "warning",
});
const child = spawn(process.execPath, ["--enable-source-maps", outfile, ...passedOn], { stdio: "inherit", cwd: root });
child.on("exit", (code) => process.exit(code ?? 1));
