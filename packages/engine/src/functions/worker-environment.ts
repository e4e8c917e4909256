import type { WorkerSettings } from "./function-settings.js";

/** What a function sees of the variables of Pawl's own process: what programs need, and no credentials. */
const PASSED =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TMPDIR|TEMP|TMP|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|AWS_ENDPOINT_URL\w*|AWS_CA_BUNDLE|AWS_XRAY_DAEMON_ADDRESS|SystemRoot|SystemDrive|windir|ComSpec|PATHEXT|USERPROFILE|APPDATA|LOCALAPPDATA)$/i;

export interface FunctionPlace {
  readonly name: string;
  readonly handler: string;
  /** The folder of its code. */
  readonly root: string;
  readonly memoryMB: number;
  readonly region: string;
  /** Of one process. */
  readonly logStream: string;
}

/**
 * The environment of a function's process: the variables that Lambda sets
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), some of Pawl's own, and those that are configured.
 * Where Pawl is told endpoints of its own for AWS services, those are local ones: then dummy credentials are there, too.
 */
export function workerEnvironment(
  { environment = {}, passEnvironment = [] }: WorkerSettings,
  { name, handler, root, memoryMB, region, logStream }: FunctionPlace,
  own: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const passed = Object.entries(own).flatMap(([variable, value]) =>
    value !== undefined && (PASSED.test(variable) || passEnvironment.some((pattern) => matches(variable, pattern)))
      ? [[variable, value] as const]
      : [],
  );
  const isLocal = [...passed, ...Object.entries(environment)].some(([variable]) =>
    variable.startsWith("AWS_ENDPOINT_URL"),
  );
  return {
    ...(isLocal ? { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" } : {}),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    ...Object.fromEntries(passed),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMB),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: root,
    TZ: "UTC",
    ...environment,
  };
}

function matches(variable: string, pattern: string): boolean {
  return pattern.endsWith("*") ? variable.startsWith(pattern.slice(0, -1)) : variable === pattern;
}
