// Makes the constructs for CDKTF of those for CDK Terrain: packages/cdktn/src/cdktf of packages/cdktn/src/cdktn. The two libraries
// have one interface and classes of their own, which constructs must extend: so there is one source, and each entry point
// has its own classes and exact types. Usage: node scripts/generate-cdktf.mjs
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const SOURCES = fileURLToPath(new URL("../packages/cdktn/src/cdktn", import.meta.url));
const MADE = fileURLToPath(new URL("../packages/cdktn/src/cdktf", import.meta.url));

/** Writes what has changed, so that the compiler finds the rest as it was. */
export function generateCdktf() {
  mkdirSync(MADE, { recursive: true });
  const names = readdirSync(SOURCES);
  for (const name of names) {
    const text = readFileSync(join(SOURCES, name), "utf8").replaceAll('from "cdktn"', 'from "cdktf"');
    const made = `// Made by scripts/generate-cdktf.mjs of ../cdktn/${name}: change that one.\n${text}`;
    if (read(join(MADE, name)) !== made) {
      writeFileSync(join(MADE, name), made);
    }
  }
  for (const name of readdirSync(MADE).filter((made) => !names.includes(made))) {
    rmSync(join(MADE, name));
  }
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  generateCdktf();
}
