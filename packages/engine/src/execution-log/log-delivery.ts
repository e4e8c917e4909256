import { setTimeout as wait } from "node:timers/promises";
import type { LogEntry } from "./log-record.js";
import { LogRefusedError, type LogStream, type LogTransport } from "./log-transport.js";

/**
 * Hands records to one transport in the background: in order for each stream, in batches, again where that fails. What waits is
 * bounded; what does not fit, or is never taken, is lost, counted and told. Nobody waits for it but {@link close}.
 */
export class LogDelivery {
  readonly transport: LogTransport;
  /** Records handed over, and records that were lost. */
  delivered = 0;
  lost = 0;
  readonly #log: (message: string) => void;
  readonly #limits: DeliveryLimits;
  readonly #queues = new Map<string, Queue>();
  /** Ends the pauses, for a last try. */
  readonly #hurry = new AbortController();
  readonly #stop = new AbortController();
  #bytes = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #lostAtReport = 0;

  /** @param log told once in a while what is lost and why */
  constructor(transport: LogTransport, log: (message: string) => void, limits: Partial<DeliveryLimits> = {}) {
    this.transport = transport;
    this.#log = log;
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** Takes the records, or loses them where too many wait already. */
  add(stream: LogStream, entries: readonly LogEntry[]): void {
    const { region, accountId, name } = stream.group;
    const key = `${region} ${accountId} ${name} ${stream.stateMachineName}`;
    let queue = this.#queues.get(key);
    for (const entry of entries) {
      const bytes = sizeOf(entry);
      if (this.#bytes + bytes > this.#limits.waitingBytes || this.#hurry.signal.aborted) {
        this.#lose(1, "too many records wait");
        continue;
      }
      this.#bytes += bytes;
      if (queue === undefined) {
        queue = { stream, entries: [], done: Promise.resolve() };
        this.#queues.set(key, queue);
        queue.done = this.#run(key, queue);
      }
      queue.entries.push(entry);
    }
  }

  /** Hands over what waits, for as long as that takes but not longer than the limit. */
  async close(): Promise<void> {
    this.#hurry.abort();
    const timer = setTimeout(() => this.#stop.abort(), this.#limits.closeMilliseconds);
    await Promise.all([...this.#queues.values()].map(({ done }) => done));
    clearTimeout(timer);
    this.transport.close?.();
    this.#report("the process ends");
  }

  /** Sends what is in the queue until it is empty. */
  async #run(key: string, queue: Queue): Promise<void> {
    // What comes in the same turn goes together.
    await new Promise(setImmediate);
    let tries = 0;
    while (queue.entries.length > 0) {
      const batch = this.#batch(queue.entries);
      if (batch.length === 0) {
        this.#taken(queue, 1);
        this.#lose(1, "a record is too long");
        continue;
      }
      try {
        if (this.#stop.signal.aborted) throw new LogRefusedError("the process ends");
        const refused = (await this.transport.send(queue.stream, batch, this.#stop.signal)) ?? 0;
        this.#taken(queue, batch.length);
        this.delivered += batch.length - refused;
        if (refused > 0) this.#lose(refused, "they are too old or too new");
        tries = 0;
      } catch (error) {
        const { message } = error as Error;
        if (error instanceof LogRefusedError) {
          this.#taken(queue, batch.length);
          this.#lose(batch.length, message);
        } else {
          this.#tell(`they are tried again: ${message}`);
          await this.#pause(tries++);
        }
      }
    }
    this.#queues.delete(key);
  }

  /** As many of the first entries as one call takes; none where the first is too long. */
  #batch(entries: readonly LogEntry[]): readonly LogEntry[] {
    const { entries: most, bytes, overhead, span = Number.POSITIVE_INFINITY } = this.transport.batch;
    const first = entries[0]?.timestamp ?? 0;
    let [count, size] = [0, 0];
    for (const entry of entries) {
      size += Buffer.byteLength(entry.message) + overhead;
      if (count === most || size > bytes || Math.abs(entry.timestamp - first) > span) break;
      count += 1;
    }
    const batch = entries.slice(0, count);
    // An execution that timed out ended before that was noticed.
    return batch.sort((one, other) => one.timestamp - other.timestamp);
  }

  #taken(queue: Queue, count: number): void {
    for (const entry of queue.entries.splice(0, count)) this.#bytes -= sizeOf(entry);
  }

  async #pause(tries: number): Promise<void> {
    const { retryMilliseconds, longestRetryMilliseconds } = this.#limits;
    const isLast = this.#hurry.signal.aborted;
    const time = Math.min(retryMilliseconds * 2 ** Math.min(tries, 20), longestRetryMilliseconds);
    const { signal } = isLast ? this.#stop : this.#hurry;
    await wait(isLast ? retryMilliseconds : time, undefined, { signal }).catch(() => {});
  }

  #lose(count: number, why: string): void {
    this.lost += count;
    if (performance.now() - this.#reportedAt > REPORT_MILLISECONDS) this.#report(why);
  }

  #report(why: string): void {
    const lost = this.lost - this.#lostAtReport;
    if (lost === 0) return;
    this.#lostAtReport = this.lost;
    this.#tell(`${lost === 1 ? "one is" : `${lost} are`} lost: ${why}`);
  }

  #tell(what: string): void {
    this.#reportedAt = performance.now();
    this.#log(`log records for ${this.transport.name}: ${what}`);
  }
}

interface Queue {
  readonly stream: LogStream;
  readonly entries: LogEntry[];
  done: Promise<void>;
}

export interface DeliveryLimits {
  /** The most that may wait, of all streams together. */
  readonly waitingBytes: number;
  /** The first pause after a failure; each one after it is twice as long. */
  readonly retryMilliseconds: number;
  readonly longestRetryMilliseconds: number;
  readonly closeMilliseconds: number;
}

const defaultLimits: DeliveryLimits = {
  waitingBytes: 32 * 1024 * 1024,
  retryMilliseconds: 200,
  longestRetryMilliseconds: 30_000,
  closeMilliseconds: 5_000,
};

/** The operator hears of one state of things once in this time. */
const REPORT_MILLISECONDS = 10_000;

/** What an entry takes in memory, about. */
const sizeOf = ({ message }: LogEntry): number => message.length + 100;
