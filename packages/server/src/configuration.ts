import type { JsonObject } from "@pawl/asl";
import { type Configuration, ServiceError } from "@pawl/engine";
import type { InputOf } from "./request-model/inputs.js";

type Given = Pick<
  InputOf<"UpdateStateMachine">,
  "loggingConfiguration" | "tracingConfiguration" | "encryptionConfiguration"
>;

const defaults = {
  loggingConfiguration: { level: "OFF", includeExecutionData: false },
  tracingConfiguration: { enabled: false },
  encryptionConfiguration: { type: "AWS_OWNED_KEY" },
} as const satisfies Configuration;

/**
 * The configurations that a request gives, each whole: the engine compares them, so that what was left out and what was
 * spelt out are the same.
 * @throws ServiceError InvalidLoggingConfiguration
 */
export function configurationOf({ loggingConfiguration, tracingConfiguration, encryptionConfiguration }: Given) {
  return {
    ...(loggingConfiguration !== undefined && { loggingConfiguration: loggingOf(loggingConfiguration) }),
    ...(tracingConfiguration !== undefined && {
      tracingConfiguration: { enabled: tracingConfiguration.enabled ?? defaults.tracingConfiguration.enabled },
    }),
    ...(encryptionConfiguration !== undefined && { encryptionConfiguration: encryptionOf(encryptionConfiguration) }),
  } satisfies Configuration;
}

/** As {@link configurationOf}, with the defaults of a new state machine for what is not given. */
export function newConfigurationOf(given: Given): Configuration {
  return { ...defaults, ...configurationOf(given) };
}

/** The configurations of a resource as the describe operations report them. */
export function reportedConfiguration(stored: Configuration): Required<Configuration> {
  return {
    loggingConfiguration: stored.loggingConfiguration ?? defaults.loggingConfiguration,
    tracingConfiguration: stored.tracingConfiguration ?? defaults.tracingConfiguration,
    encryptionConfiguration: reportedEncryption(stored.encryptionConfiguration),
  };
}

export function reportedEncryption(stored: JsonObject | undefined): JsonObject {
  return stored ?? defaults.encryptionConfiguration;
}

function loggingOf(given: NonNullable<Given["loggingConfiguration"]>): JsonObject {
  const level = given.level ?? defaults.loggingConfiguration.level;
  if (level !== "OFF" && given.destinations?.length !== 1) {
    throw new ServiceError(
      "InvalidLoggingConfiguration",
      "Invalid Logging Configuration: Must specify exactly one Log Destination.",
    );
  }
  return {
    level,
    includeExecutionData: given.includeExecutionData ?? defaults.loggingConfiguration.includeExecutionData,
    ...(given.destinations !== undefined && { destinations: given.destinations.map(destinationOf) }),
  };
}

function destinationOf(destination: {
  readonly cloudWatchLogsLogGroup?: { readonly logGroupArn?: string | undefined } | undefined;
}): JsonObject {
  const logGroupArn = destination.cloudWatchLogsLogGroup?.logGroupArn;
  return { cloudWatchLogsLogGroup: logGroupArn === undefined ? {} : { logGroupArn } };
}

export function encryptionOf(given: NonNullable<Given["encryptionConfiguration"]>): JsonObject {
  const { type, kmsKeyId, kmsDataKeyReusePeriodSeconds } = given;
  return {
    type,
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    ...(kmsDataKeyReusePeriodSeconds !== undefined && { kmsDataKeyReusePeriodSeconds }),
  };
}
