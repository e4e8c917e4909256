import type { Writable } from "node:stream";
import { LogRefusedError, type LogTransport } from "./log-transport.js";

/** Writes records to a stream such as standard output, one JSON text a line. Waits where its reader is slow. */
export function outputTransport(output: Writable, name = "standard output"): LogTransport {
  return {
    name,
    batch: { entries: 1_000, bytes: 256 * 1024, overhead: 1 },
    send(_stream, entries, signal) {
      let text = "";
      for (const { message } of entries) text += `${message}\n`;
      return new Promise((resolve, reject) => {
        const giveUp = (): void => reject(new LogRefusedError("nobody reads it"));
        signal.addEventListener("abort", giveUp, { once: true });
        output.write(text, (error) => {
          signal.removeEventListener("abort", giveUp);
          if (error) reject(new LogRefusedError(error.message));
          else resolve(0);
        });
      });
    },
  };
}
