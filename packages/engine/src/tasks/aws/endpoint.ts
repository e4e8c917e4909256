import { packageOf } from "./service-package.js";

/** Addresses of services that stand in for AWS's own, by service (`sqs`, `cloudwatchlogs`); `*` is for all others. */
export type Endpoints = Readonly<Record<string, string>>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Names that AWS's local version has for services, where they are not the service's id. */
const OLDER: Readonly<Record<string, readonly string[]>> = {
  CLOUDWATCH_LOGS: ["LOGS_ENDPOINT"],
  EVENTBRIDGE: ["EVENTS_ENDPOINT"],
  SAGEMAKER: ["SAGE_MAKER_ENDPOINT"],
  SFN: ["STEP_FUNCTIONS_ENDPOINT"],
};

/**
 * Where a service is to be called instead of at AWS: as the configuration says, else as `AWS_ENDPOINT_URL_<SERVICE>` says, else
 * `<SERVICE>_ENDPOINT` (as AWS's local version of Step Functions has it), else `AWS_ENDPOINT_URL`. Undefined for AWS itself.
 *
 * @param service as in a Resource
 * @param serviceId as its client has it, such as `Secrets Manager`
 * @throws TypeError in one sentence where the address is none
 */
export function endpointOf(
  service: string,
  serviceId: string,
  endpoints: Endpoints,
  environment: Environment,
): string | undefined {
  const name = environmentName(serviceId);
  const candidates: [string, string | undefined][] = [
    configured(service, endpoints),
    [`AWS_ENDPOINT_URL_${name}`, environment[`AWS_ENDPOINT_URL_${name}`]],
    ...[`${name}_ENDPOINT`, ...(OLDER[name] ?? [])].map((key): [string, string | undefined] => [key, environment[key]]),
    ["endpoints.*", Object.hasOwn(endpoints, "*") ? endpoints["*"] : undefined],
    ["AWS_ENDPOINT_URL", environment.AWS_ENDPOINT_URL],
  ];
  for (const [source, address] of candidates) {
    if (address === undefined || address === "") continue;
    if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
      throw new TypeError(`${source} is ${address}, which is no address: it is to look like http://127.0.0.1:4566`);
    }
    return address.replace(/\/$/, "");
  }
  return undefined;
}

/** By whichever of its names the configuration has it: `eventbridge` or `events`, `emrserverless` or `emr-serverless`. */
function configured(service: string, endpoints: Endpoints): [string, string | undefined] {
  const wanted = packageOf(service);
  const name = Object.keys(endpoints).find((key) => key !== "*" && packageOf(key) === wanted);
  return [`endpoints.${name ?? service}`, name === undefined ? undefined : endpoints[name]];
}

/** `Secrets Manager` is `SECRETS_MANAGER`, as all AWS SDKs have it. */
export function environmentName(serviceId: string): string {
  return serviceId.replace(/[ -]/g, "_").toUpperCase();
}
