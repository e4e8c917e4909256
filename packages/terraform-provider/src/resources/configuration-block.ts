import type { EncryptionConfiguration, LoggingConfiguration, TracingConfiguration } from "@aws-sdk/client-sfn";
import { type Diagnostic, error } from "../diagnostic.js";
import type { Attribute, NestedBlock } from "../schema.js";
import { type Fields, UNKNOWN, type Value } from "../value.js";

/**
 * Blocks of at most one item that the service fills in where the configuration leaves them out: logging, tracing,
 * encryption.
 */
interface ConfigurationBlock<Api> {
  readonly block: NestedBlock;
  /** Of each attribute the values that mean the same as leaving it out. */
  readonly unset: Readonly<Record<string, readonly Value[]>>;
  readonly toApi: (fields: Fields) => Api;
  readonly fromApi: (api: Api) => Fields;
}

const optional = (type: Attribute["type"], description: string): Attribute => ({ type, description, optional: true });

export const logging: ConfigurationBlock<LoggingConfiguration> = {
  block: {
    description: "Which events of executions are logged, and where to. Default: none.",
    nesting: "list",
    maxItems: 1,
    attributes: {
      include_execution_data: optional("bool", "Whether inputs and outputs are logged too. Default: `false`."),
      level: optional("string", "`ALL`, `ERROR`, `FATAL` or `OFF`. Default: `OFF`."),
      log_destination: optional("string", "ARN of a CloudWatch log group, with `:*` at its end."),
    },
  },
  unset: { include_execution_data: [false], level: ["OFF", ""], log_destination: [""] },
  toApi: ({ include_execution_data, level, log_destination }) => ({
    ...(typeof include_execution_data === "boolean" && { includeExecutionData: include_execution_data }),
    ...(isText(level) && { level: level as NonNullable<LoggingConfiguration["level"]> }),
    ...(isText(log_destination) && {
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: log_destination } }],
    }),
  }),
  fromApi: ({ includeExecutionData = false, level = "OFF", destinations = [] }) => ({
    include_execution_data: includeExecutionData,
    level,
    log_destination: destinations[0]?.cloudWatchLogsLogGroup?.logGroupArn ?? "",
  }),
};

export const tracing: ConfigurationBlock<TracingConfiguration> = {
  block: {
    description: "Whether AWS X-Ray traces executions.",
    nesting: "list",
    maxItems: 1,
    attributes: { enabled: optional("bool", "Whether executions are traced. Default: `false`.") },
  },
  unset: { enabled: [false] },
  toApi: ({ enabled }) => ({ enabled: enabled === true }),
  fromApi: ({ enabled = false }) => ({ enabled }),
};

export const encryption: ConfigurationBlock<EncryptionConfiguration> = {
  block: {
    description: "The key that encrypts data at rest. Default: one of AWS's.",
    nesting: "list",
    maxItems: 1,
    attributes: {
      kms_data_key_reuse_period_seconds: optional(
        "number",
        "How long a data key is used, in seconds: 60 to 900. Only for `CUSTOMER_MANAGED_KMS_KEY`.",
      ),
      kms_key_id: optional("string", "Alias, alias ARN, key id or key ARN of a symmetric KMS key."),
      type: optional("string", "`AWS_OWNED_KEY` or `CUSTOMER_MANAGED_KMS_KEY`."),
    },
  },
  // 300 seconds are the service's default.
  unset: { kms_data_key_reuse_period_seconds: [0, 300], kms_key_id: [""], type: ["AWS_OWNED_KEY", ""] },
  toApi: ({ kms_data_key_reuse_period_seconds: seconds, kms_key_id, type }) => ({
    type: (isText(type) ? type : "AWS_OWNED_KEY") as NonNullable<EncryptionConfiguration["type"]>,
    ...(isText(kms_key_id) && { kmsKeyId: kms_key_id }),
    ...(typeof seconds === "number" && seconds !== 0 && { kmsDataKeyReusePeriodSeconds: seconds }),
  }),
  fromApi: ({ type = "AWS_OWNED_KEY", kmsKeyId = "", kmsDataKeyReusePeriodSeconds = null }) => ({
    kms_data_key_reuse_period_seconds: kmsDataKeyReusePeriodSeconds,
    kms_key_id: kmsKeyId,
    type,
  }),
};

/** A block as it will be: what is configured; else what there is; else what the service will say. */
export function plannedBlock<Api>(
  { unset }: ConfigurationBlock<Api>,
  prior: Value | undefined,
  config: Value | undefined,
): Value {
  const before = itemOf(prior);
  if (config === UNKNOWN) return UNKNOWN;
  const configured = itemOf(config);
  if (configured === undefined) return before === undefined ? UNKNOWN : [before];
  return [
    mapped(configured, (name, value) => {
      const old = before?.[name] ?? null;
      return value === null && isUnset(unset, name, old) ? old : value;
    }),
  ];
}

/** What a request says of a block: undefined for one that is not set. */
export function requested<Api>({ toApi }: ConfigurationBlock<Api>, value: Value | undefined): Api | undefined {
  const item = itemOf(value);
  return item === undefined ? undefined : toApi(item);
}

/** A block as it is. What the state leaves out stays out as long as the service says nothing else. */
export function stateOf<Api>(
  { unset, fromApi }: ConfigurationBlock<Api>,
  state: Value | undefined,
  api: Api | undefined,
): Value {
  if (api === undefined) return [];
  const before = itemOf(state);
  return [
    mapped(fromApi(api), (name, value) =>
      before !== undefined && (before[name] ?? null) === null && isUnset(unset, name, value) ? null : value,
    ),
  ];
}

/**
 * True where two states of a block mean the same to the service; false where one of them is not known.
 * @param names the attributes that count: all where they are left out
 */
export function isSameBlock<Api>(
  block: ConfigurationBlock<Api>,
  left: Value | undefined,
  right: Value | undefined,
  names: readonly string[] = Object.keys(block.unset),
): boolean {
  if (left === UNKNOWN || right === UNKNOWN) return false;
  const [a, b] = [itemOf(left) ?? {}, itemOf(right) ?? {}];
  return names.every((name) => {
    const one: Value = a[name] ?? null;
    const other: Value = b[name] ?? null;
    return (
      one === other ||
      (one === null && isUnset(block.unset, name, other)) ||
      (other === null && isUnset(block.unset, name, one))
    );
  });
}

export function loggingFaults(config: Fields): readonly Diagnostic[] {
  return oneOf(config, "logging_configuration", "level", ["ALL", "ERROR", "FATAL", "OFF"]);
}

export function encryptionFaults(config: Fields): readonly Diagnostic[] {
  const seconds = itemOf(config.encryption_configuration)?.kms_data_key_reuse_period_seconds;
  const inRange = typeof seconds !== "number" || (seconds >= 60 && seconds <= 900 && Number.isInteger(seconds));
  return [
    ...oneOf(config, "encryption_configuration", "type", ["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"]),
    ...(inRange
      ? []
      : [
          error("The time is out of range", `${seconds} is not a whole number from 60 to 900.`, [
            "encryption_configuration",
            0,
            "kms_data_key_reuse_period_seconds",
          ]),
        ]),
  ];
}

function oneOf(config: Fields, block: string, name: string, allowed: readonly string[]): readonly Diagnostic[] {
  const value = itemOf(config[block])?.[name];
  if (typeof value !== "string" || allowed.includes(value)) return [];
  return [error("No such value", `'${value}' is none of ${allowed.join(", ")}.`, [block, 0, name])];
}

/** The only item of a block; undefined where there is none, or it is not known. */
function itemOf(value: Value | undefined): Fields | undefined {
  if (!Array.isArray(value)) return undefined;
  const [item] = value as readonly Value[];
  // A block without any attribute may come as null.
  return item === undefined || item === UNKNOWN ? undefined : ((item ?? {}) as Fields);
}

function mapped(fields: Fields, change: (name: string, value: Value) => Value): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(name, value)]));
}

function isUnset(unset: ConfigurationBlock<unknown>["unset"], name: string, value: Value): boolean {
  return unset[name]?.includes(value) ?? false;
}

function isText(value: Value | undefined): value is string {
  return typeof value === "string" && value !== "";
}
