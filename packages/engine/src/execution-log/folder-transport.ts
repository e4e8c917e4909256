import { appendFile, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LogGroup } from "./log-settings.js";
import type { LogTransport } from "./log-transport.js";

/**
 * Writes records to files in a folder, one JSON text a line, one file for a log group:
 * `123456789012/us-east-1/aws/vendedlogs/states/orders.jsonl`. Each batch opens its file anew, so that it can be moved away.
 */
export function folderTransport(folder: string): LogTransport {
  const known = new Set<string>();
  return {
    name: `the folder ${folder}`,
    batch: { entries: 10_000, bytes: 4 * 1024 * 1024, overhead: 1 },
    async send({ group }, entries) {
      const file = join(folder, logFile(group));
      let text = "";
      for (const { message } of entries) text += `${message}\n`;
      if (!known.has(file)) {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        if (await endsWithinLine(file)) text = `\n${text}`;
      }
      try {
        // Inputs and outputs are for this user alone.
        await appendFile(file, text, { mode: 0o600 });
        known.add(file);
      } catch (error) {
        // The folder may be gone, or a part of the text written.
        known.delete(file);
        throw error;
      }
      return 0;
    },
  };
}

/** The file of a log group, below the folder of all logs. Whatever the names are, it stays there. */
export function logFile({ accountId, region, name }: LogGroup): string {
  const [last = "", ...folders] = name.split("/").filter(Boolean).reverse();
  // A folder is never called like a file.
  const parents = folders.reverse().map((part) => fileName(part).replace(/\.jsonl$/, "%2Ejsonl"));
  return join(fileName(accountId), fileName(region), ...parents, `${fileName(last)}.jsonl`);
}

function fileName(part: string): string {
  const safe = part.replace(/[^\w.#-]/gu, (character) => `%${Buffer.from(character).toString("hex").toUpperCase()}`);
  return safe.replace(/^\.+$/, (dots) => dots.replaceAll(".", "%2E")).slice(0, LONGEST_NAME) || "_";
}

/** File systems take 255 bytes. */
const LONGEST_NAME = 240;

/** True where a process ended while it wrote the last line. */
async function endsWithinLine(path: string): Promise<boolean> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      if (size === 0) return false;
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
      return buffer[0] !== NEWLINE;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

const NEWLINE = 0x0a;
