export const logLevels = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];
export const logFormats = ["text", "json"] as const;
export type LogFormat = (typeof logFormats)[number];

/** What belongs to a message. Never a secret, never an input or output of an execution. */
export type LogFields = Readonly<Record<string, string | number | undefined>>;

/** Where a server says what happens. */
export interface Log {
  /** True where debug messages are wanted: what costs something is only put together then. */
  readonly isDebug: boolean;
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

export interface LogOptions {
  /** Messages of this level and those before it are written; default `warn`. */
  readonly level?: LogLevel;
  readonly format?: LogFormat;
  /** Gets one line for each message, without its end; default: standard error. */
  readonly write?: (line: string) => void;
  /** Milliseconds since the epoch; default Date.now. */
  readonly now?: () => number;
}

/** A log of one line a message: JSON objects, or text for people. */
export function createLog(options: LogOptions = {}): Log {
  const { level = "warn", format = "text", now = Date.now } = options;
  const { write = (line: string) => void process.stderr.write(`${line}\n`) } = options;
  const line = format === "json" ? jsonLine : textLine;
  const writer = (of: LogLevel) =>
    logLevels.indexOf(of) > logLevels.indexOf(level)
      ? () => {}
      : (message: string, fields: LogFields = {}) => write(line(new Date(now()).toISOString(), of, message, fields));
  return {
    isDebug: level === "debug",
    error: writer("error"),
    warn: writer("warn"),
    info: writer("info"),
    debug: writer("debug"),
  };
}

function jsonLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  return JSON.stringify({ time, level, message, ...fields });
}

function textLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  let line = `${time} ${level.padEnd(5)} ${escaped(message)}`;
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) {
      line += ` ${name}=${typeof value === "string" && !/^[\w.:/@+-]+$/.test(value) ? JSON.stringify(value) : value}`;
    }
  }
  return line;
}

/** What a caller sent must not look like a line of its own, nor move a terminal's cursor. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => JSON.stringify(character).slice(1, -1));
}
