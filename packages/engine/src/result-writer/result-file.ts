import type { ObjectStore, ObjectWriter } from "../object-store/object-store.js";

/** A file of results, as the manifest names it. */
export interface ResultFile {
  readonly Key: string;
  /** Bytes. */
  readonly Size: number;
}

export interface FileSeries {
  readonly store: ObjectStore;
  readonly bucket: string;
  /** What comes before `_0.json` in the key. */
  readonly name: string;
  readonly isLines: boolean;
  /** "Individual result files of up to 5 GB": what is more goes into the next one. */
  readonly maxBytes: number;
  readonly more: Readonly<Record<string, string>>;
}

/** What is handed to the store at a time. */
const BUFFER = 256 * 1024;

/** Writes results into `NAME_0.json`, and when that is full into `NAME_1.json`. Where there are no results, there is no file. */
export class ResultFiles {
  readonly #series: FileSeries;
  readonly #signal: AbortSignal;
  readonly #finished: ResultFile[] = [];
  #writer: ObjectWriter | undefined;
  #size = 0;
  #waiting: string[] = [];
  #waitingLength = 0;

  constructor(series: FileSeries, signal: AbortSignal) {
    this.#series = series;
    this.#signal = signal;
  }

  /** @param text JSON on one line */
  async add(text: string): Promise<void> {
    const { isLines, maxBytes } = this.#series;
    const bytes = Buffer.byteLength(text) + 1;
    if (this.#writer !== undefined && this.#size + bytes + (isLines ? 0 : 1) > maxBytes) await this.#finish();
    if (this.#writer === undefined) {
      this.#writer = this.#series.store.create(this.#place(), this.#signal);
      this.#size = 0;
      this.#put(isLines ? text : `[${text}`);
    } else {
      this.#put(isLines ? text : `,${text}`);
    }
    if (isLines) this.#put("\n");
    this.#size += bytes;
    if (this.#waitingLength >= BUFFER) await this.#flush();
  }

  /** The files, all of them whole. */
  async close(): Promise<readonly ResultFile[]> {
    if (this.#writer !== undefined) await this.#finish();
    return this.#finished;
  }

  /** Nothing is left of the file that is being written. */
  async abort(): Promise<void> {
    await this.#writer?.abort();
    this.#writer = undefined;
  }

  #place(): { bucket: string; key: string; more: Readonly<Record<string, string>> } {
    const { bucket, name, isLines, more } = this.#series;
    return { bucket, key: `${name}_${this.#finished.length}.${isLines ? "jsonl" : "json"}`, more };
  }

  #put(text: string): void {
    this.#waiting.push(text);
    this.#waitingLength += text.length;
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#waiting.join(""));
    this.#waiting = [];
    this.#waitingLength = 0;
    await this.#writer?.write(bytes);
  }

  async #finish(): Promise<void> {
    if (!this.#series.isLines) {
      this.#put("]");
      this.#size += 1;
    }
    await this.#flush();
    await this.#writer?.close();
    this.#finished.push({ Key: this.#place().key, Size: this.#size });
    this.#writer = undefined;
  }
}
