// npm start: installs and builds what is missing, then serves with the examples. Arguments go on to `pawl start`.
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { prepare, root } from "./prepare.mjs";

prepare();
endWithParent();
const { main } = await import(pathToFileURL(join(root, "packages/cli/dist/main.js")).href);
const examples = relative(process.cwd(), join(root, "examples"));
await main(["start", "--example", "example-state-machine", ...process.argv.slice(2), examples]);

/**
 * npm runs this in a shell and signals that shell, which does not hand the signal on: without it, a server whose npm was
 * stopped would stay and keep its port.
 */
function endWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) {
      clearInterval(watch);
      process.kill(process.pid, "SIGTERM");
    }
  }, 500);
  watch.unref();
}
