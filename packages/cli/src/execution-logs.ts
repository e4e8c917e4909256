import { join, resolve } from "node:path";
import type { LogTransport } from "@pawl/engine";
import { CommandError } from "./exit-code.js";

/**
 * Where the histories of executions go whose state machines have a logging configuration.
 * @param places `stdout`, `cloudwatch`, `off` or folders; empty: the folder `logs` of the data folder, and CloudWatch Logs where
 * the environment names an endpoint for it
 * @throws CommandError
 */
export async function executionLogs(places: readonly string[], data: string): Promise<LogTransport[]> {
  if (places.includes("off") && places.length > 1) {
    throw new CommandError("--execution-logs off says that nothing is logged, the other --execution-logs say where");
  }
  const { cloudWatchTransport, folderTransport, outputTransport } = await import("@pawl/engine");
  const chosen = places.length > 0 ? places : defaultPlaces(data);
  return [...new Set(chosen)].flatMap((place) => {
    switch (place) {
      case "off":
        return [];
      case "stdout":
        return [outputTransport(process.stdout)];
      case "cloudwatch":
        return [cloudWatchTransport()];
      default:
        return [folderTransport(resolve(place))];
    }
  });
}

function defaultPlaces(data: string): string[] {
  const { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: own, AWS_ENDPOINT_URL: any } = process.env;
  return [...(data === "memory" ? [] : [join(data, "logs")]), ...(own || any ? ["cloudwatch"] : [])];
}
