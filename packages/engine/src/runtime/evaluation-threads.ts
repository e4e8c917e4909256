import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type EvaluationRequest, type EvaluationResult, limitExceeded, printJson } from "@pawl/asl";
import { MAX_HOLDER_DEPTH } from "./branch-data.js";
import type { ThreadRequest } from "./evaluation-thread.js";

/** Evaluates an expression that takes too long for a transition. Always gives a result: a failure is one too. */
export type EvaluateExpression = (request: EvaluationRequest) => Promise<EvaluationResult>;

export interface EvaluationLimits {
  /** What an expression may take. Default: 12 million, about a second where nothing else is at work: the same on every machine. */
  readonly steps?: number;
  /** What it may take by the clock, for what has no steps, such as a regular expression. Default: 5 seconds. */
  readonly milliseconds?: number;
  /** What an expression may hold. Default: 128, some six times of what the language's own bounds allow. */
  readonly megabytes?: number;
  /** Threads at most. Default: one less than there are processors, 1 to 4. */
  readonly threads?: number;
}

/**
 * Threads that evaluate expressions, so that the event loop goes on for everybody else. They are started when they are
 * needed; one that runs out of time or memory is ended and replaced.
 */
export class EvaluationThreads {
  readonly #steps: number;
  readonly #milliseconds: number;
  readonly #megabytes: number;
  readonly #most: number;
  readonly #threads = new Set<Thread>();
  readonly #idle: Thread[] = [];
  readonly #queue: Job[] = [];
  /** Set while no thread is tried to be started, because one could not be. */
  #pause: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(limits: EvaluationLimits = {}) {
    const { steps = 12_000_000, milliseconds = 5000, megabytes = 128, threads = defaultThreads() } = limits;
    this.#steps = steps;
    this.#milliseconds = milliseconds;
    this.#megabytes = megabytes;
    this.#most = threads;
  }

  readonly evaluate: EvaluateExpression = (request) =>
    new Promise((resolve) => {
      this.#queue.push({ request, resolve });
      this.#next();
    });

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#pause);
    this.#queue.length = 0;
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const thread = this.#idle.pop() ?? this.#start();
      const job = thread && this.#queue.shift();
      if (thread === undefined || job === undefined) return;
      thread.run(job);
    }
  }

  #start(): Thread | undefined {
    if (this.#threads.size >= this.#most || this.#pause !== undefined) return undefined;
    try {
      return this.#newThread();
    } catch {
      this.#tryLater();
      return undefined;
    }
  }

  /** Where the process has no file descriptor or memory left for a thread, the expressions wait until it has. */
  #tryLater(): void {
    if (this.#closed) return;
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.#next();
    }, RETRY_MILLISECONDS);
  }

  #newThread(): Thread {
    const thread = new Thread(
      { steps: this.#steps, milliseconds: this.#milliseconds, megabytes: this.#megabytes },
      {
        idle: () => {
          this.#idle.push(thread);
          this.#next();
        },
        notStarted: (job) => {
          if (job !== undefined) this.#queue.unshift(job);
          this.#tryLater();
        },
        ended: () => {
          this.#threads.delete(thread);
          const position = this.#idle.indexOf(thread);
          if (position !== -1) this.#idle.splice(position, 1);
          this.#next();
        },
      },
    );
    this.#threads.add(thread);
    return thread;
  }
}

interface Job {
  readonly request: EvaluationRequest;
  readonly resolve: (result: EvaluationResult) => void;
}

function defaultThreads(): number {
  return Math.min(4, Math.max(1, availableParallelism() - 1));
}

/** The sources run in tests, but a thread runs JavaScript: that of the last build. */
const CODE = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/runtime/evaluation-thread.js" : "./evaluation-thread.js",
  import.meta.url,
);

/** Beyond the expression's own time: what cannot be counted in steps, such as a regular expression, is ended from outside. */
const GRACE_MILLISECONDS = 250;

/** After how long a thread is tried again that could not be started. */
const RETRY_MILLISECONDS = 1000;

interface ThreadEvents {
  readonly idle: () => void;
  /** It has ended before it could do anything. */
  readonly notStarted: (job: Job | undefined) => void;
  readonly ended: () => void;
}

class Thread {
  readonly #worker: Worker;
  readonly #steps: number;
  readonly #milliseconds: number;
  readonly #on: ThreadEvents;
  #ready = false;
  #job: Job | undefined;
  #alarm: NodeJS.Timeout | undefined;

  constructor({ steps, milliseconds, megabytes }: Required<Omit<EvaluationLimits, "threads">>, on: ThreadEvents) {
    this.#steps = steps;
    this.#milliseconds = milliseconds;
    this.#on = on;
    this.#worker = new Worker(CODE, {
      // An expression reaches nothing of the process, and its thread has nothing of it either.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 32 },
    });
    // Between evaluations the thread must not keep the process alive.
    this.#worker.unref();
    this.#worker.on("message", (message: "ready" | EvaluationResult) => this.#receive(message));
    this.#worker.on("error", (error) => {
      if (!this.#ready) return;
      const memory = (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
      this.#answer((request) => limitExceeded(request, memory ? "memory" : "time"));
    });
    this.#worker.on("exit", () => {
      if (!this.#ready) {
        this.#worker.unref();
        this.#on.notStarted(this.#job);
        this.#job = undefined;
      }
      this.#answer((request) => limitExceeded(request, "time"));
      this.#on.ended();
    });
  }

  run(job: Job): void {
    this.#job = job;
    this.#worker.ref();
    if (this.#ready) this.#send(job);
  }

  async end(): Promise<void> {
    clearTimeout(this.#alarm);
    this.#job = undefined;
    await this.#worker.terminate();
  }

  /** The time of an expression does not begin before the thread is there. */
  #receive(message: "ready" | EvaluationResult): void {
    if (message === "ready") {
      this.#ready = true;
      if (this.#job !== undefined) this.#send(this.#job);
      return;
    }
    this.#answer(() => message);
    this.#on.idle();
  }

  #send({ request: { bindings, ...request } }: Job): void {
    const text = printJson(bindings, MAX_HOLDER_DEPTH);
    const message: ThreadRequest = { request, bindings: text, steps: this.#steps, milliseconds: this.#milliseconds };
    this.#worker.postMessage(message);
    this.#alarm = setTimeout(() => {
      this.#answer((expired) => limitExceeded(expired, "time"));
      void this.#worker.terminate();
    }, this.#milliseconds + GRACE_MILLISECONDS);
  }

  #answer(result: (request: EvaluationRequest) => EvaluationResult): void {
    clearTimeout(this.#alarm);
    this.#worker.unref();
    const job = this.#job;
    this.#job = undefined;
    job?.resolve(result(job.request));
  }
}
