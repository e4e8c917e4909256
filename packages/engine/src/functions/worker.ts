import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import type { InvocationHead } from "./frames.js";
import { exited, invalidEntrypoint, timedOut } from "./function-failure.js";
import { LogLines } from "./log-lines.js";
import type { ProcessMemory } from "./process-memory.js";
import type { ProcessReaper } from "./process-reaper.js";

/** One event for a function, on its way through a process. */
export interface Invocation {
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  readonly invokedFunctionArn: string;
  readonly traceHeader: string | undefined;
  readonly clientContext: string | undefined;
  readonly executionArn: string;
  /** The end of its log, where that is wanted. */
  readonly tail: LogTail | undefined;
  readonly settle: (outcome: Outcome) => void;
}

/** What became of an invocation: JSON text. */
export interface Outcome {
  readonly kind: "returned" | "failed";
  readonly payload: string;
}

/** Keeps the last 4 kB of a log, as the Invoke API gives them. */
export class LogTail {
  #text = "";

  add(line: string): void {
    this.#text = `${this.#text}${line}\n`.slice(-4096);
  }

  /** Base64. */
  toString(): string {
    return Buffer.from(this.#text).subarray(-4096).toString("base64");
  }
}

/** How Pawl and a process of a function talk. */
export interface Channel {
  /** Of the process. */
  readonly command: readonly [string, ...string[]];
  readonly options: Pick<SpawnOptions, "cwd" | "stdio"> & { readonly env: Record<string, string> };
  /** The process was started. */
  attach?(child: ChildProcess): void;
  send(head: InvocationHead, payload: string): void;
  close(): void;
}

/** What a process says through its channel. */
export interface ChannelEvents {
  /** It can take an event: at the beginning, and again after each outcome. */
  ready(): void;
  settled(requestId: string, outcome: Outcome): void;
  /** It cannot begin, or cannot go on. */
  broken(payload: string): void;
}

export type OpenChannel = (events: ChannelEvents) => Promise<Channel>;

export interface WorkerOptions {
  readonly openChannel: OpenChannel;
  readonly timeoutSeconds: number;
  readonly initSeconds: number;
  readonly memoryMB: number;
  readonly memory: ProcessMemory;
  readonly reaper: ProcessReaper;
  readonly log: (line: string, stream: "stdout" | "stderr", executionArn: string | undefined) => void;
  /** Names the process in what fails before there is an invocation. */
  readonly id: string;
}

export interface WorkerEvents {
  /** It can take an invocation. */
  idle(): void;
  /** It could not begin; `ended` follows. */
  initFailed(payload: string): void;
  ended(): void;
}

/**
 * One process of a function: runs one invocation at a time. Whatever becomes of the process, the invocation gets an outcome and
 * nobody else is concerned.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #on: WorkerEvents;
  #channel: Channel | undefined;
  #child: ChildProcess | undefined;
  #phase: "starting" | "idle" | "busy" | "settled" | "ended" = "starting";
  #invocation: Invocation | undefined;
  /** The invocation that lines of the log belong to: the last one, where none goes on. */
  #logged: Invocation | undefined;
  #timer: NodeJS.Timeout | undefined;
  #endWatch: (() => void) | undefined;
  /** What the process itself said that it ends of. */
  #reason: string | undefined;
  /** True where no further invocation is to be given to it. */
  #retired = false;

  constructor(options: WorkerOptions, on: WorkerEvents) {
    this.#options = options;
    this.#on = on;
    void this.#start();
  }

  get isBusy(): boolean {
    return this.#phase === "busy";
  }

  run(invocation: Invocation): void {
    const { requestId, payload, invokedFunctionArn, traceHeader, clientContext } = invocation;
    const milliseconds = this.#options.timeoutSeconds * 1000;
    this.#phase = "busy";
    this.#invocation = invocation;
    this.#logged = invocation;
    this.#timer = setTimeout(() => this.#expire(), milliseconds);
    this.#channel?.send(
      { requestId, deadline: Date.now() + milliseconds, invokedFunctionArn, traceHeader, clientContext },
      payload,
    );
  }

  /** Ends it when it has nothing to do any more. */
  retire(): void {
    this.#retired = true;
    if (this.#phase === "idle" || this.#phase === "starting") this.end();
  }

  /** Asks the process to end, and kills it where it does not. */
  end(): void {
    this.#retired = true;
    this.#channel?.close();
    this.#signal("SIGTERM");
    setTimeout(() => this.kill(), END_MILLISECONDS).unref();
  }

  kill(): void {
    this.#signal("SIGKILL");
  }

  async #start(): Promise<void> {
    const { initSeconds, memory, memoryMB, reaper } = this.#options;
    let program = "";
    try {
      const channel = await this.#options.openChannel({
        ready: () => this.#ready(),
        settled: (requestId, outcome) => this.#settled(requestId, outcome),
        broken: (payload) => this.#broken(payload),
      });
      this.#channel = channel;
      if (this.#retired) {
        this.#ended("");
        return;
      }
      const [command, ...rest] = channel.command;
      program = command;
      // A group of its own: what it starts ends with it, and the terminal's Ctrl-C is Pawl's business.
      const child = spawn(command, rest, { ...channel.options, detached: process.platform !== "win32" });
      this.#child = child;
      child.on("error", (error) => this.#ended(invalidEntrypoint(this.#options.id, program, error.message)));
      // Once what it wrote last has been read.
      child.on("exit", (code, signal) => setImmediate(() => this.#ended(exited(this.#requestId, code, signal))));
      this.#listen(child);
      const { pid } = child;
      if (pid === undefined) return;
      reaper.add(pid);
      this.#endWatch = memory.watch(pid, memoryMB, () => {
        if (this.#phase === "idle") return;
        this.#options.log(`uses more than ${memoryMB} MB of memory and is ended`, "stderr", this.#logged?.executionArn);
        this.kill();
      });
      channel.attach?.(child);
      this.#timer = setTimeout(() => {
        this.#reason = timedOut(this.#options.id, initSeconds, Date.now());
        this.kill();
      }, initSeconds * 1000);
    } catch (error) {
      this.#ended(invalidEntrypoint(this.#options.id, program, (error as Error).message));
    }
  }

  get #requestId(): string {
    return this.#invocation?.requestId ?? this.#options.id;
  }

  #listen(child: ChildProcess): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const lines = new LogLines((line) => {
        this.#logged?.tail?.add(line);
        this.#options.log(line, stream, this.#logged?.executionArn);
      });
      child[stream]?.setEncoding("utf8").on("data", (text: string) => lines.add(text));
      child[stream]?.on("close", () => lines.end());
      // What cannot be read is lost; the process itself says what has become of it.
      child[stream]?.on("error", () => {});
    }
  }

  #ready(): void {
    if (this.#phase !== "starting" && this.#phase !== "settled") return;
    clearTimeout(this.#timer);
    this.#phase = "idle";
    if (this.#retired) this.end();
    else this.#on.idle();
  }

  #settled(requestId: string, outcome: Outcome): void {
    const invocation = this.#invocation;
    // An answer to what has timed out.
    if (invocation?.requestId !== requestId) return;
    this.#invocation = undefined;
    clearTimeout(this.#timer);
    if (this.#phase === "busy") {
      this.#phase = "settled";
      this.#timer = setTimeout(() => this.kill(), SETTLE_MILLISECONDS);
    }
    invocation.settle(outcome);
  }

  /** The process ends by itself, but must not be waited for. */
  #broken(payload: string): void {
    this.#reason ??= payload;
    const invocation = this.#invocation;
    this.#invocation = undefined;
    clearTimeout(this.#timer);
    this.#retired = true;
    invocation?.settle({ kind: "failed", payload });
    setTimeout(() => this.kill(), END_MILLISECONDS).unref();
  }

  #expire(): void {
    this.#broken(timedOut(this.#requestId, this.#options.timeoutSeconds, Date.now()));
    this.kill();
  }

  #ended(payload: string): void {
    if (this.#phase === "ended") return;
    const wasStarting = this.#phase === "starting";
    this.#phase = "ended";
    clearTimeout(this.#timer);
    this.#endWatch?.();
    this.#channel?.close();
    const pid = this.#child?.pid;
    if (pid !== undefined) {
      // What it has started and left behind.
      this.#signal("SIGKILL");
      this.#options.reaper.remove(pid);
    }
    const reason = this.#reason ?? payload;
    if (wasStarting && !(this.#retired && this.#reason === undefined)) this.#on.initFailed(reason);
    const invocation = this.#invocation;
    this.#invocation = undefined;
    invocation?.settle({ kind: "failed", payload: reason });
    this.#on.ended();
  }

  #signal(name: NodeJS.Signals): void {
    const child = this.#child;
    if (child?.pid === undefined) return;
    try {
      if (process.platform === "win32") child.kill(name);
      else process.kill(-child.pid, name);
    } catch {
      // It is gone.
    }
  }
}

/** How long a process may take from an outcome until it asks for the next event. */
const SETTLE_MILLISECONDS = 10_000;

/** How long a process may take to end by itself. */
const END_MILLISECONDS = 1000;
