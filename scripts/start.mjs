// npm start: installs and builds what is missing, then serves with the examples. Arguments go on to `pawl start`.
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { prepare, root } from "./prepare.mjs";

prepare();
const { main } = await import(pathToFileURL(join(root, "packages/cli/dist/main.js")).href);
const examples = relative(process.cwd(), join(root, "examples"));
await main(["start", "--example", "example-state-machine", ...process.argv.slice(2), examples]);
