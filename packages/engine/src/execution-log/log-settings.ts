import type { Configuration } from "../engine.js";

/** Where the history events of a state machine's executions are logged, and which of them. */
export interface LogSettings {
  readonly level: Exclude<LogLevel, "OFF">;
  readonly includeExecutionData: boolean;
  readonly group: LogGroup;
}

export type LogLevel = "ALL" | "ERROR" | "FATAL" | "OFF";

export interface LogGroup {
  readonly region: string;
  readonly accountId: string;
  /** Such as `/aws/vendedlogs/states/orders`. */
  readonly name: string;
}

/** What a revision's configuration says of logs; undefined where it wants none, or names no log group. */
export function logSettings({ loggingConfiguration }: Configuration): LogSettings | undefined {
  // Whoever created the state machine has checked its form: what is stored is that, or nothing.
  const { level, includeExecutionData, destinations } = (loggingConfiguration ?? {}) as unknown as Given;
  if (level === undefined || level === "OFF") return undefined;
  const group = parseLogGroup(destinations?.[0]?.cloudWatchLogsLogGroup?.logGroupArn ?? "");
  return group && { level, includeExecutionData: includeExecutionData === true, group };
}

/** As the server has checked it. */
interface Given {
  readonly level?: LogLevel;
  readonly includeExecutionData?: boolean;
  readonly destinations?: readonly { readonly cloudWatchLogsLogGroup?: { readonly logGroupArn?: string } }[];
}

/** `arn:aws:logs:region:account:log-group:name:*`, where `:*` may be missing. */
function parseLogGroup(arn: string): LogGroup | undefined {
  const [, region, accountId, name] = /^arn:[^:]+:logs:([^:]*):([^:]*):log-group:([^:]+)(?::\*)?$/.exec(arn) ?? [];
  return region === undefined || accountId === undefined || name === undefined
    ? undefined
    : { region, accountId, name };
}
