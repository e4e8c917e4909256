/** Levels of Terraform's logs, most first. */
const LEVELS = ["trace", "debug", "info", "warn", "error", "off"] as const;

export type LogLevel = Exclude<(typeof LEVELS)[number], "off">;

/** Writes one line of the log. `fields` must hold no secrets and no data of users. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/**
 * The log that Terraform shows with TF_LOG: on stderr, one JSON object a line as hclog has them. Says nothing below the level
 * that TF_LOG_PROVIDER, else TF_LOG, asks for (JSON asks for everything); nothing at all where neither is set.
 */
export function createLog(environment: NodeJS.ProcessEnv, write: (line: string) => void): Log {
  const asked = (environment.TF_LOG_PROVIDER || environment.TF_LOG || "off").toLowerCase();
  const levels: readonly string[] = LEVELS;
  const known = levels.indexOf(asked);
  // An unknown level asks for everything: that is how Terraform reads it.
  const least = known < 0 ? 0 : known;
  return (level, message, fields) => {
    if (LEVELS.indexOf(level) < least) return;
    write(
      `${JSON.stringify({
        ...fields,
        "@level": level,
        "@message": message,
        "@module": "provider.pawl",
        "@timestamp": new Date().toISOString(),
      })}\n`,
    );
  };
}
