import type { FunctionLogLine } from "@pawl/engine";
import type { AccessKey, Log, LogFormat, LogLevel, ServerOptions } from "@pawl/server";
import { CommandError } from "./exit-code.js";
import { isLoopback } from "./listen-address.js";
import { readTextFile } from "./text-file.js";

/** The options of `pawl start` that say who may call, how often, and what is told of it. */
export interface ServerFlags {
  readonly host: string;
  readonly insecure?: boolean;
  /** `ID:SECRET` or `ID:SECRET:ACCOUNT`. */
  readonly accessKey?: readonly string[];
  /** A file of them. */
  readonly accessKeys?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowedHost?: readonly string[];
  readonly corsOrigin?: readonly string[];
  readonly throttle?: boolean;
  readonly throttleFile?: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/**
 * Reads the files and the environment that the options name.
 * @throws CommandError, ServerError in one sentence for whatever is wrong, without a secret in it
 */
export async function serverSettings(flags: ServerFlags) {
  const { createLog, parseQuotas, serviceQuotas } = await import("@pawl/server");
  const accessKeys = await readAccessKeys(flags);
  checkExposure(flags, accessKeys);
  const tls = await readTls(flags);
  const { throttleFile } = flags;
  const quotas =
    throttleFile !== undefined
      ? parseQuotas(await readTextFile(throttleFile), throttleFile)
      : flags.throttle === true
        ? serviceQuotas
        : undefined;
  const { logLevel: level, logFormat: format } = flags;
  return {
    accessKeys,
    /** What functions write is shown unless only errors are wanted: who looks for it must not have to ask for it. */
    functionLog: functionLogOf(createLog({ level: level === "warn" ? "info" : level, format })),
    allowedHosts: flags.allowedHost ?? [],
    corsOrigins: (flags.corsOrigin ?? []).map(checkedOrigin),
    log: createLog({ level, format }),
    ...(tls !== undefined && { tls }),
    ...(quotas !== undefined && { quotas }),
  };
}

function functionLogOf(log: Log): (line: FunctionLogLine) => void {
  return ({ functionName, text, executionArn }) => log.info(text, { function: functionName, execution: executionArn });
}

async function readAccessKeys({ accessKey = [], accessKeys }: ServerFlags): Promise<AccessKey[]> {
  const { parseAccessKeys } = await import("@pawl/server");
  const { PAWL_ACCESS_KEYS: fromEnvironment = "" } = process.env;
  return [
    ...parseAccessKeys(accessKey.join(" "), "--access-key"),
    ...(accessKeys === undefined ? [] : parseAccessKeys(await readTextFile(accessKeys), accessKeys)),
    ...parseAccessKeys(fromEnvironment, "PAWL_ACCESS_KEYS"),
  ];
}

/** @throws CommandError where strangers could do everything */
function checkExposure({ host, insecure, accessKeys }: ServerFlags, keys: readonly AccessKey[]): void {
  if (accessKeys !== undefined && keys.length === 0) {
    // Somebody meant to ask for signatures: a file that came out empty must not open the server to all.
    throw new CommandError(`${accessKeys} holds no access keys`);
  }
  if (keys.length === 0 && !isLoopback(host) && insecure !== true) {
    throw new CommandError(
      `${host} can be reached from other machines, and this server asks nobody for credentials: give it access keys (--access-keys FILE), or add --insecure to allow it`,
    );
  }
}

async function readTls({ tlsCert, tlsKey }: ServerFlags): Promise<ServerOptions["tls"]> {
  if (tlsCert === undefined && tlsKey === undefined) {
    return undefined;
  }
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new CommandError("TLS takes both: --tls-cert FILE and --tls-key FILE");
  }
  return { cert: await readTextFile(tlsCert), key: await readTextFile(tlsKey) };
}

function checkedOrigin(text: string): string {
  if (!URL.canParse(text) || new URL(text).origin !== text) {
    throw new CommandError(
      `--cors-origin ${text}: an origin is of the form https://example.com or http://localhost:3000`,
    );
  }
  return text;
}
