import { join, resolve } from "node:path";
import type { LogTransport } from "@pawl/engine";
import type { Configuration } from "./config/sections.js";
import { CommandError } from "./exit-code.js";

/**
 * Where the histories of executions go whose state machines have a logging configuration.
 * @param places `stdout`, `cloudwatch`, `off` or folders; empty: the folder `logs` of the data folder, and CloudWatch Logs where
 * the configuration or the environment names an endpoint for it
 * @throws CommandError
 */
export async function executionLogs(
  places: readonly string[],
  data: string,
  { endpoints = {} }: Configuration,
): Promise<LogTransport[]> {
  if (places.includes("off") && places.length > 1) {
    throw new CommandError("--execution-logs off says that nothing is logged, the other --execution-logs say where");
  }
  const { AwsClients, cloudWatchTransport, folderTransport, outputTransport } = await import("@pawl/engine");
  const aws = new AwsClients({ endpoints });
  const isElsewhere = (): boolean => {
    try {
      return aws.endpoint("cloudwatchlogs", "CloudWatch Logs") !== undefined;
    } catch (error) {
      throw new CommandError((error as Error).message);
    }
  };
  const chosen =
    places.length > 0
      ? places
      : [...(data === "memory" ? [] : [join(data, "logs")]), ...(isElsewhere() ? ["cloudwatch"] : [])];
  return [...new Set(chosen)].flatMap((place) => {
    switch (place) {
      case "off":
        return [];
      case "stdout":
        return [outputTransport(process.stdout)];
      case "cloudwatch":
        return [cloudWatchTransport({ aws })];
      default:
        return [folderTransport(resolve(place))];
    }
  });
}
