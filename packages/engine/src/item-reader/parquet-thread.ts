import { parentPort } from "node:worker_threads";
import { type Json, printJson } from "@pawl/asl";
import { parquetRows } from "./parquet-rows.js";

/** The code of a thread that decodes Parquet files, one after the other: it asks for bytes and gives rows, as they are asked for. */

export type ToThread =
  /** Another file, of so many bytes. */
  | { readonly kind: "open"; readonly size: number }
  /** Rows are wanted: answered with `rows`, `end` or `fault`. */
  | { readonly kind: "next" }
  | { readonly kind: "bytes"; readonly id: number; readonly bytes: Uint8Array }
  /** The bytes could not be read. */
  | { readonly kind: "lost"; readonly id: number };

export type FromThread =
  | { readonly kind: "range"; readonly id: number; readonly start: number; readonly end: number }
  /** JSON: an array. Not every JSON value of ours can be cloned. */
  | { readonly kind: "rows"; readonly text: string }
  | { readonly kind: "end" }
  | { readonly kind: "fault"; readonly message: string };

if (parentPort === null) throw new Error("this module is the code of a thread");
const port = parentPort;
const tell = (message: FromThread): void => port.postMessage(message);

let rows: AsyncIterator<readonly Json[]> | undefined;
let lastId = 0;
const awaited = new Map<number, { resolve: (bytes: Uint8Array) => void; reject: (error: Error) => void }>();

function readRange(start: number, end: number): Promise<Uint8Array> {
  const id = ++lastId;
  tell({ kind: "range", id, start, end });
  return new Promise((resolve, reject) => awaited.set(id, { resolve, reject }));
}

port.on("message", (message: ToThread) => {
  switch (message.kind) {
    case "open":
      awaited.clear();
      rows = parquetRows(message.size, readRange)[Symbol.asyncIterator]();
      return;
    case "next":
      void next();
      return;
    case "bytes":
      awaited.get(message.id)?.resolve(message.bytes);
      awaited.delete(message.id);
      return;
    case "lost":
      awaited.get(message.id)?.reject(new Error("bytes are missing"));
      awaited.delete(message.id);
  }
});

async function next(): Promise<void> {
  try {
    const group = await rows?.next();
    tell(group?.value === undefined ? { kind: "end" } : { kind: "rows", text: printJson([...group.value]) });
  } catch (error) {
    tell({ kind: "fault", message: error instanceof Error ? error.message : String(error) });
  }
}
