/** What stands behind a function's name: where its code runs, and within which bounds. Paths are absolute. */
export type FunctionSettings = ModuleFunction | CommandFunction | UrlFunction | EndpointFunction | AwsFunction;

/** Settings by function: a name, `NAME:QUALIFIER`, or the function's ARN with or without a qualifier. The most precise one holds. */
export type FunctionTable = ReadonlyMap<string, FunctionSettings>;

/** A handler that a Node module exports, called in processes of its own. */
export interface ModuleFunction extends WorkerSettings {
  readonly kind: "module";
  /** The module's file. */
  readonly module: string;
  /** The export: `handler`, or `group.handler`. */
  readonly handler: string;
}

/** A program that speaks the Lambda Runtime API. */
export interface CommandFunction extends WorkerSettings {
  readonly kind: "command";
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** The folder that it is started in. */
  readonly cwd: string;
}

/** A function that answers HTTP requests: the payload is the body of a POST, and the body of the answer is the result. */
export interface UrlFunction {
  readonly kind: "url";
  readonly url: string;
  /** Default: {@link LONGEST_SECONDS}. */
  readonly timeoutSeconds?: number;
}

/** A function behind an endpoint with Lambda's Invoke API. */
export interface EndpointFunction {
  readonly kind: "endpoint";
  /** Such as `http://127.0.0.1:3001`. */
  readonly endpoint: string;
  /** Its name there; default: the name it is called by. */
  readonly functionName?: string;
  /** Default: {@link LONGEST_SECONDS}. */
  readonly timeoutSeconds?: number;
}

/** A function of AWS Lambda itself. */
export interface AwsFunction {
  readonly kind: "aws";
  /** Default: that of the execution's state machine. */
  readonly region?: string;
  /** Its name or ARN there; default: the name it is called by. */
  readonly functionName?: string;
  /** Default: {@link LONGEST_SECONDS}. */
  readonly timeoutSeconds?: number;
}

/** The bounds of the processes that run a function. */
export interface WorkerSettings {
  /** Variables besides those that every function sees. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Names of Pawl's own variables that are handed on; `AWS_*` stands for all that begin so. */
  readonly passEnvironment?: readonly string[];
  /** How long an invocation may take; default {@link DEFAULT_TIMEOUT_SECONDS}. */
  readonly timeoutSeconds?: number;
  /** How long a new process may take until it asks for its first event; default {@link DEFAULT_INIT_SECONDS}. */
  readonly initSeconds?: number;
  /** What a process and those it has started may hold in memory; default {@link DEFAULT_MEMORY_MB}. */
  readonly memoryMB?: number;
  /** Invocations at a time, each in its own process; default {@link DEFAULT_CONCURRENCY}. */
  readonly concurrency?: number;
  /** How many invocations may wait for a process; what comes beyond is throttled. Default: no bound. */
  readonly maxQueued?: number;
  /** Processes that are started at once and stay, whether there is work or not; default 0. */
  readonly warm?: number;
  /** How long other processes stay without work; default {@link DEFAULT_IDLE_SECONDS}. */
  readonly idleSeconds?: number;
  /** Files and folders that the function is made of: where one changes, new processes take over. */
  readonly watch?: readonly string[];
}

/** As on Lambda: a function that needs more and does not say so fails there, too. */
export const DEFAULT_TIMEOUT_SECONDS = 3;

/** The longest that a function can run on Lambda (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const LONGEST_SECONDS = 900;

/** Lambda has ten seconds, on machines where the code lies ready; here a runtime may still have to compile it. */
export const DEFAULT_INIT_SECONDS = 60;

/**
 * Enough for what runs in Lambda's own default of 128 MB, too: that one counts what a process of a sandbox holds, this one also the
 * libraries that processes share.
 */
export const DEFAULT_MEMORY_MB = 1024;

export const DEFAULT_CONCURRENCY = 10;

/** About as long as Lambda keeps them. */
export const DEFAULT_IDLE_SECONDS = 300;
