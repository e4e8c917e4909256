// npm run simulate: builds the simulator from its sources into one file and runs it. Arguments go on to it.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { generateJsonata } from "./generate-jsonata.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const outfile = `${root}node_modules/.cache/pawl-simulate.mjs`;
generateJsonata();
await build({
  entryPoints: [`${root}simulation/simulate.ts`],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  conditions: ["pawl-source"],
  packages: "external",
  alias: { "@pawl/asl": `${root}packages/asl/src/index.ts`, "@pawl/engine": `${root}packages/engine/src/index.ts` },
  sourcemap: "inline",
  logLevel: "warning",
});
const child = spawn(process.execPath, ["--enable-source-maps", outfile, ...process.argv.slice(2)], {
  stdio: "inherit",
});
child.on("exit", (code) => process.exit(code ?? 1));
