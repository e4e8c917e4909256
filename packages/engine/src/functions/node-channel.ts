import { dirname } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { frame, frameReader } from "./frames.js";
import { MAX_RESPONSE_BYTES, responseTooLarge } from "./function-failure.js";
import type { ModuleFunction } from "./function-settings.js";
import type { OpenChannel } from "./worker.js";

/** The sources run in tests, but a process runs JavaScript: that of the last build. */
const CODE = fileURLToPath(
  new URL(
    import.meta.url.endsWith(".ts") ? "../../dist/functions/handler-process.js" : "./handler-process.js",
    import.meta.url,
  ),
);

/** Runs a handler of a Node module; events and results go through a pipe of their own. */
export function nodeChannel(
  { module, handler }: ModuleFunction,
  env: Record<string, string>,
  memoryMB: number,
): OpenChannel {
  return async ({ ready, settled, broken }) => {
    let pipe: Duplex | undefined;
    let requestId = "";
    const read = frameReader(({ kind, text }) => {
      const payload = Buffer.byteLength(text) > MAX_RESPONSE_BYTES ? responseTooLarge() : text;
      if (kind === "ready") ready();
      else if (kind === "broken") broken(payload);
      else if (kind === "returned" || kind === "failed") {
        settled(requestId, { kind: payload === text ? kind : "failed", payload });
        ready();
      }
    });
    return {
      command: [process.execPath, `--max-old-space-size=${memoryMB}`, CODE, module, handler],
      options: { cwd: dirname(module), env, stdio: ["ignore", "pipe", "pipe", "pipe"] },
      attach(child) {
        pipe = child.stdio[3] as Duplex;
        pipe.on("data", read);
        // The process is gone: its end says the rest.
        pipe.on("error", () => {});
      },
      send(head, payload) {
        requestId = head.requestId;
        pipe?.write(frame("invoke", `${JSON.stringify(head)}\n${payload}`));
      },
      close() {
        pipe?.end();
      },
    };
  };
}
