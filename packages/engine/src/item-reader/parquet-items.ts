import { Worker } from "node:worker_threads";
import { type Json, parseJson } from "@pawl/asl";
import type { StoredObject } from "../object-store/object-store.js";
import { ItemReaderFault } from "./fault.js";
import type { FromThread, ToThread } from "./parquet-thread.js";

/** The sources run in tests, but a thread runs JavaScript: that of the last build. */
const CODE = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/item-reader/parquet-thread.js" : "./parquet-thread.js",
  import.meta.url,
);

/** What a row group may take as objects. */
const MEGABYTES = 2048;

type Answer = Exclude<FromThread, { kind: "range" }>;

/**
 * Reads Parquet files in a thread of its own: decoding a row group takes seconds, in which everybody else goes on, and a file that is
 * made to fill the memory ends the thread and not the process. The thread is started with the first file and serves one at a time.
 */
export class ParquetReader {
  readonly #signal: AbortSignal;
  #worker: Worker | undefined;
  #object: StoredObject | undefined;
  #answered: ((answer: Answer | Error) => void) | undefined;
  /** Why bytes could not be read. */
  #lost: unknown;
  /** Why the thread answers no more. */
  #ended: ItemReaderFault | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  async *items(object: StoredObject): AsyncIterable<readonly Json[]> {
    const { size } = object;
    if (size === undefined) throw new ItemReaderFault("The size of the Parquet file is not known.");
    this.#object = object;
    this.#lost = undefined;
    this.#worker ??= this.#start();
    this.#tell({ kind: "open", size });
    for (;;) {
      const answer = await this.#next();
      if (answer.kind === "end") return;
      if (answer.kind === "fault") throw this.#lost ?? new ItemReaderFault(answer.message);
      yield parseJson(answer.text) as Json[];
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #next(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(this.#signal.reason);
      this.#signal.addEventListener("abort", abort);
      this.#answered = (answer) => {
        this.#signal.removeEventListener("abort", abort);
        if (answer instanceof Error) reject(this.#lost ?? answer);
        else resolve(answer);
      };
      if (this.#signal.aborted) abort();
      else if (this.#ended !== undefined) reject(this.#lost ?? this.#ended);
      else this.#tell({ kind: "next" });
    });
  }

  #start(): Worker {
    const worker = new Worker(CODE, {
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEGABYTES },
    });
    worker.on("message", (message: FromThread) => {
      if (message.kind === "range") void this.#serve(message);
      else this.#answered?.(message);
    });
    // Its own unhandled rejections end a thread, too, at any time: also between two answers.
    worker.on("error", (error: NodeJS.ErrnoException) => {
      const tooLarge = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      this.#end(
        tooLarge
          ? `A row group of the Parquet file takes more than ${MEGABYTES} MB of memory.`
          : `The Parquet file cannot be read: ${error.message}`,
      );
    });
    worker.on("exit", () => this.#end("The thread that reads Parquet files has ended."));
    return worker;
  }

  #end(reason: string): void {
    this.#ended ??= new ItemReaderFault(reason);
    this.#answered?.(this.#ended);
  }

  async #serve({ id, start, end }: Extract<FromThread, { kind: "range" }>): Promise<void> {
    const object = this.#object;
    try {
      const bytes = (await object?.range(start, end)) ?? new Uint8Array();
      this.#tell({ kind: "bytes", id, bytes });
    } catch (error) {
      // The answer to a file that is no longer read is nobody's.
      if (object === this.#object) this.#lost = error;
      this.#tell({ kind: "lost", id });
    }
  }

  #tell(message: ToThread): void {
    this.#worker?.postMessage(message);
  }
}
