import { randomUUID } from "node:crypto";
import { basename, dirname } from "node:path";
import type { FunctionAnswer, FunctionCall, FunctionTarget } from "./function-call.js";
import { parseFunctionName } from "./function-name.js";
import {
  type CommandFunction,
  DEFAULT_CONCURRENCY,
  DEFAULT_IDLE_SECONDS,
  DEFAULT_INIT_SECONDS,
  DEFAULT_MEMORY_MB,
  DEFAULT_TIMEOUT_SECONDS,
  type ModuleFunction,
} from "./function-settings.js";
import { localAnswer } from "./local-answer.js";
import { nodeChannel } from "./node-channel.js";
import type { ProcessMemory } from "./process-memory.js";
import type { ProcessReaper } from "./process-reaper.js";
import { runtimeApiChannel } from "./runtime-api-channel.js";
import { throttled } from "./service-refusal.js";
import { SourceWatcher } from "./source-watcher.js";
import { type Invocation, LogTail, type OpenChannel, Worker } from "./worker.js";
import { workerEnvironment } from "./worker-environment.js";

/** One line that a function wrote. */
export interface FunctionLogLine {
  readonly functionName: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** Absent before the first invocation of a process. */
  readonly executionArn: string | undefined;
}

/** What processes of functions have done, and what they have to do. */
export interface FunctionCounts {
  readonly returned: number;
  readonly failed: number;
  /** Refused, because too many ran and waited. */
  readonly throttled: number;
  readonly processes: number;
  /** Invocations that wait for a process. */
  readonly waiting: number;
}

export interface WorkerPoolOptions {
  readonly name: string;
  /** Of `AWS_REGION`. */
  readonly region: string;
  readonly memory: ProcessMemory;
  readonly reaper: ProcessReaper;
  readonly log: (line: FunctionLogLine) => void;
}

/** The processes of one function, and the invocations that wait for one. */
export class WorkerPool implements FunctionTarget {
  readonly #settings: ModuleFunction | CommandFunction;
  readonly #options: WorkerPoolOptions;
  readonly #concurrency: number;
  readonly #maxQueued: number;
  readonly #idleMilliseconds: number;
  readonly #watcher: SourceWatcher | undefined;
  readonly #workers = new Set<Worker>();
  readonly #starting = new Set<Worker>();
  /** Those that worked last come last, and are taken first: the others get old. */
  readonly #idle: IdleWorker[] = [];
  /** In order; what was taken back leaves it at once. */
  readonly #queue = new Set<Invocation>();
  readonly #invocations = { returned: 0, failed: 0, throttled: 0 };
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;
  #whenEmpty: (() => void) | undefined;

  constructor(settings: ModuleFunction | CommandFunction, options: WorkerPoolOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#concurrency = settings.concurrency ?? DEFAULT_CONCURRENCY;
    this.#maxQueued = settings.maxQueued ?? Number.POSITIVE_INFINITY;
    this.#idleMilliseconds = (settings.idleSeconds ?? DEFAULT_IDLE_SECONDS) * 1000;
    const watched = settings.watch ?? (settings.kind === "module" ? [dirname(settings.module)] : []);
    this.#watcher = watched.length === 0 ? undefined : new SourceWatcher(watched, () => this.#renew());
    this.#startWarm();
  }

  /** Of this process's life; `processes` and `waiting` as it is now. */
  get counts(): FunctionCounts {
    return { ...this.#invocations, processes: this.#workers.size, waiting: this.#queue.size };
  }

  /** Resolves with what the function gives, or how it fails. */
  invoke(call: FunctionCall, signal: AbortSignal): Promise<FunctionAnswer> {
    if (this.#isFull) {
      this.#invocations.throttled += 1;
      return Promise.reject(throttled());
    }
    return new Promise((resolve, reject) => {
      const tail = call.logType === "Tail" ? new LogTail() : undefined;
      const invocation: Invocation = {
        requestId: randomUUID(),
        payload: call.payload,
        invokedFunctionArn: arnOf(call, this.#options),
        traceHeader: call.traceHeader,
        clientContext: call.clientContext,
        executionArn: call.executionArn,
        tail,
        settle: (outcome) => {
          this.#invocations[outcome.kind] += 1;
          signal.removeEventListener("abort", takeBack);
          if (tail === undefined) resolve(localAnswer(call, invocation, outcome));
          // What it wrote came before through another pipe, and may still lie there.
          else setTimeout(() => resolve(localAnswer(call, invocation, outcome)), LOG_MILLISECONDS);
        },
      };
      // What has begun goes on to its end, as it does on Lambda when nobody waits any more.
      const takeBack = (): void => {
        this.#queue.delete(invocation);
        reject(new Error("the call was taken back"));
      };
      signal.addEventListener("abort", takeBack, { once: true });
      this.#queue.add(invocation);
      this.#next();
    });
  }

  /** Lets what runs come to its end, for a short time, and ends all processes. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#watcher?.close();
    clearInterval(this.#sweep);
    this.#queue.clear();
    if (this.#workers.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    for (const worker of this.#workers) worker.retire();
    const timer = setTimeout(() => {
      for (const worker of this.#workers) worker.kill();
    }, CLOSE_MILLISECONDS);
    await empty;
    clearTimeout(timer);
  }

  get #isFull(): boolean {
    const free = this.#concurrency - this.#workers.size + this.#idle.length + this.#starting.size;
    return this.#queue.size >= this.#maxQueued + Math.max(0, free);
  }

  /** Gives what waits to processes that are free, and starts some where there are too few. */
  #next(): void {
    for (const invocation of this.#queue) {
      const idle = this.#idle.pop();
      if (idle === undefined) break;
      this.#queue.delete(invocation);
      idle.worker.run(invocation);
    }
    while (this.#queue.size > this.#starting.size && this.#workers.size < this.#concurrency) this.#start();
  }

  #start(): void {
    const { name, memory, reaper, log } = this.#options;
    const settings = this.#settings;
    const { memoryMB = DEFAULT_MEMORY_MB } = settings;
    const id = randomUUID();
    const worker: Worker = new Worker(
      {
        id,
        openChannel: this.#channel(id, memoryMB),
        timeoutSeconds: settings.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
        initSeconds: settings.initSeconds ?? DEFAULT_INIT_SECONDS,
        memoryMB,
        memory,
        reaper,
        log: (text, stream, executionArn) => log({ functionName: name, stream, text, executionArn }),
      },
      {
        idle: () => {
          this.#starting.delete(worker);
          this.#idle.push({ worker, since: performance.now() });
          this.#startSweep();
          this.#next();
        },
        initFailed: (payload) => this.#initFailed(payload),
        ended: () => this.#ended(worker),
      },
    );
    this.#workers.add(worker);
    this.#starting.add(worker);
  }

  #channel(id: string, memoryMB: number): OpenChannel {
    const settings = this.#settings;
    const { name, region } = this.#options;
    const date = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    const place = { name, memoryMB, region, logStream: `${date}/[$LATEST]${id.replaceAll("-", "")}` };
    if (settings.kind === "command") {
      const handler = settings.command.at(-1) ?? "";
      return runtimeApiChannel(settings, workerEnvironment(settings, { ...place, handler, root: settings.cwd }));
    }
    const handler = `${basename(settings.module).replace(/\.[^.]+$/, "")}.${settings.handler}`;
    const root = dirname(settings.module);
    return nodeChannel(settings, workerEnvironment(settings, { ...place, handler, root }), memoryMB);
  }

  /** A process that cannot begin fails the invocation for which it was started: the one that waits longest. */
  #initFailed(payload: string): void {
    for (const invocation of this.#queue) {
      this.#queue.delete(invocation);
      invocation.settle({ kind: "failed", payload });
      return;
    }
    this.#options.log({
      functionName: this.#options.name,
      stream: "stderr",
      text: `cannot begin: ${payload}`,
      executionArn: undefined,
    });
  }

  #ended(worker: Worker): void {
    this.#workers.delete(worker);
    this.#starting.delete(worker);
    const place = this.#idle.findIndex((idle) => idle.worker === worker);
    if (place !== -1) this.#idle.splice(place, 1);
    if (this.#workers.size === 0) this.#whenEmpty?.();
    if (!this.#closed) this.#next();
  }

  /** The function's code has changed: what runs comes to its end, what begins is the new one. */
  #renew(): void {
    for (const worker of this.#workers) worker.retire();
    this.#idle.length = 0;
    this.#startWarm();
  }

  #startWarm(): void {
    const wanted = Math.min(this.#settings.warm ?? 0, this.#concurrency);
    for (let count = 0; count < wanted; count++) this.#start();
  }

  #startSweep(): void {
    this.#sweep ??= setInterval(() => this.#endOld(), Math.max(1000, this.#idleMilliseconds / 4)).unref();
  }

  #endOld(): void {
    const oldest = performance.now() - this.#idleMilliseconds;
    for (let first = this.#idle[0]; first !== undefined && first.since < oldest; first = this.#idle[0]) {
      if (this.#workers.size <= (this.#settings.warm ?? 0)) return;
      this.#idle.shift();
      first.worker.end();
      this.#workers.delete(first.worker);
    }
  }
}

interface IdleWorker {
  readonly worker: Worker;
  readonly since: number;
}

/** How long what runs may take when Pawl ends: the next process makes the call again. */
const CLOSE_MILLISECONDS = 2000;

/** How long lines of a log may take that were written before the outcome. */
const LOG_MILLISECONDS = 20;

/** The ARN that the caller meant, whatever it has left out. */
function arnOf({ functionName, qualifier, executionArn }: FunctionCall, { region }: WorkerPoolOptions): string {
  const [, partition = "aws", , executionRegion = region, account = ""] = executionArn.split(":");
  const parsed = parseFunctionName(functionName);
  const suffix = qualifier ?? parsed?.qualifier;
  const base = `arn:${partition}:lambda:${parsed?.region ?? executionRegion}:${parsed?.accountId ?? account}:function:${parsed?.name}`;
  return suffix === undefined ? base : `${base}:${suffix}`;
}
