import { OtlpExporter } from "./otlp-exporter.js";
import type { SpanAttributes, SpanExporter } from "./span.js";
import { XrayExporter } from "./xray-exporter.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where spans go, and which of them. */
export interface TracingSettings {
  readonly exporters: readonly SpanExporter[];
  /** The part of traces that are kept where their headers do not say, 0 to 1. */
  readonly ratio: number;
}

/**
 * What the variables of OpenTelemetry (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/) and X-Ray say;
 * undefined where nothing is to be traced.
 * @param version of Pawl
 * @throws TypeError in one sentence where a variable's value cannot be used
 */
export function tracingFromEnvironment(
  environment: Environment,
  version: string,
  log: (message: string) => void,
): TracingSettings | undefined {
  const { AWS_XRAY_DAEMON_ADDRESS: daemon = "" } = environment;
  const url = otlpUrl(environment);
  const exporters: SpanExporter[] = [];
  if (url !== undefined) {
    exporters.push(
      new OtlpExporter({
        url,
        headers: {
          ...pairs(environment.OTEL_EXPORTER_OTLP_HEADERS),
          ...pairs(environment.OTEL_EXPORTER_OTLP_TRACES_HEADERS),
        },
        resource: resourceOf(environment, version),
        timeout: Number(environment.OTEL_EXPORTER_OTLP_TIMEOUT) || 10_000,
        version,
        log,
      }),
    );
  }
  if (daemon !== "") exporters.push(new XrayExporter({ ...daemonAddress(daemon), log }));
  return exporters.length === 0 ? undefined : { exporters, ratio: ratioOf(environment) };
}

function otlpUrl(environment: Environment): string | undefined {
  const { OTEL_SDK_DISABLED: disabled = "", OTEL_TRACES_EXPORTER: exporter = "otlp" } = environment;
  if (disabled.toLowerCase() === "true" || exporter === "none") return undefined;
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own = "", OTEL_EXPORTER_OTLP_ENDPOINT: all = "" } = environment;
  const address = own !== "" ? own : all === "" ? "" : `${all.replace(/\/$/, "")}/v1/traces`;
  if (address === "") return undefined;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    const name = own === "" ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    throw new TypeError(`${name} is no address: it is to look like http://127.0.0.1:4318`);
  }
  return address;
}

function resourceOf(environment: Environment, version: string): SpanAttributes {
  const { OTEL_SERVICE_NAME: name } = environment;
  return {
    "service.name": "pawl",
    "service.version": version,
    ...pairs(environment.OTEL_RESOURCE_ATTRIBUTES),
    ...(name === undefined || name === "" ? {} : { "service.name": name }),
  };
}

/** `a=1,b=2`, values with percent signs as in addresses. */
function pairs(text = ""): Record<string, string> {
  return Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=");
      return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function ratioOf({ OTEL_TRACES_SAMPLER: sampler = "", OTEL_TRACES_SAMPLER_ARG: argument }: Environment): number {
  switch (sampler.replace(/^parentbased_/, "")) {
    case "always_off":
      return 0;
    case "traceidratio": {
      const ratio = Number(argument ?? "1");
      if (!(ratio >= 0 && ratio <= 1)) throw new TypeError("OTEL_TRACES_SAMPLER_ARG is to be a number from 0 to 1");
      return ratio;
    }
    default:
      return 1;
  }
}

/** `127.0.0.1:2000`, or `tcp:127.0.0.1:2000 udp:127.0.0.2:2001`, where segments go to the one for UDP. */
function daemonAddress(text: string): { host: string; port: number } {
  const parts = text.trim().split(/\s+/);
  const address = parts.find((part) => part.startsWith("udp:"))?.slice("udp:".length) ?? parts[0] ?? "";
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    throw new TypeError("AWS_XRAY_DAEMON_ADDRESS is no address: it is to look like 127.0.0.1:2000");
  }
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}
