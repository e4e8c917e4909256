import type { Endpoints } from "@pawl/engine";
import type { ConfigValue } from "./config-value.js";

/** `endpoints`: addresses of services that stand in for AWS's own, by service; `*` is for all others. */
export function endpointsSection(section: ConfigValue): Endpoints {
  const endpoints: Record<string, string> = {};
  for (const [service, value] of section.entries() ?? []) {
    if (!/^(?:\*|[a-z0-9-]+)$/.test(service)) {
      value.wrong("is no service: a name as in arn:aws:states:::aws-sdk:NAME:action, or *");
    }
    const url = value.url();
    if (url !== undefined) endpoints[service] = url;
  }
  return endpoints;
}
