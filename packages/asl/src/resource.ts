import { isIntegration } from "./integrations.js";

/** What a Task state calls, parsed from its `Resource`. */
export type Resource = LambdaFunction | ActivityResource | ServiceIntegration;

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]` */
export interface LambdaFunction {
  readonly kind: "lambda";
  readonly arn: string;
}

/** `arn:aws:states:REGION:ACCOUNT:activity:NAME` */
export interface ActivityResource {
  readonly kind: "activity";
  readonly arn: string;
}

/**
 * `arn:aws:states:REGION:ACCOUNT:SERVICE:ACTION[.PATTERN]`, for instance `arn:aws:states:::lambda:invoke.waitForTaskToken`
 * or `arn:aws:states:::aws-sdk:sfn:sendTaskSuccess`.
 */
export interface ServiceIntegration {
  readonly kind: "service";
  readonly arn: string;
  /** `lambda`, `sqs`, `states`, `http`, …; `aws-sdk:sfn` for SDK integrations: the events' `resourceType`. */
  readonly service: string;
  /** `invoke`, `sendMessage`, …, without the pattern. */
  readonly action: string;
  readonly pattern: "" | ".sync" | ".sync:2" | ".waitForTaskToken";
}

/** The resource that an ARN names; undefined where the text is not the ARN of anything a task can call. */
export function parseResource(arn: string): Resource | undefined {
  const [prefix, partition, service, , , ...rest] = arn.split(":");
  if (prefix !== "arn" || !partition) return undefined;
  if (service === "lambda") return rest[0] === "function" && rest[1] ? { kind: "lambda", arn } : undefined;
  if (service !== "states") return undefined;
  if (rest[0] === "activity") return rest.length === 2 && rest[1] ? { kind: "activity", arn } : undefined;
  return parseIntegration(arn, rest);
}

function parseIntegration(arn: string, rest: readonly string[]): ServiceIntegration | undefined {
  const match = INTEGRATION.exec(rest.join(":"));
  if (match === null) return undefined;
  const [, service = "", action = "", pattern = ""] = match;
  if (!isIntegration(service, action, pattern)) return undefined;
  return { kind: "service", arn, service, action, pattern: pattern as ServiceIntegration["pattern"] };
}

const INTEGRATION = /^(aws-sdk:[a-z0-9]+|[a-z0-9-]+):([A-Za-z0-9]+)(|\.sync|\.sync:2|\.waitForTaskToken)$/;

/**
 * Why a Task state of a state machine of this type cannot have the resource, in the service's words; undefined where it
 * can. `resource` is what {@link parseResource} makes of `arn`.
 */
export function resourceFault(
  arn: string,
  resource: Resource | undefined,
  machineType: "STANDARD" | "EXPRESS",
): string | undefined {
  if (!arn.startsWith("arn:")) return "Value is not a valid resource ARN";
  if (resource === undefined) {
    return `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;
  }
  if (machineType === "STANDARD") return undefined;
  if (resource.kind === "activity") return "Express state machine does not support Activity ARN";
  if (resource.kind !== "service" || resource.pattern === "") return undefined;
  // The service's text for a task token ends in a space.
  return resource.pattern === ".waitForTaskToken"
    ? "Express state machine does not support '.waitForTaskToken' service integration "
    : "Express state machine does not support '.sync' service integration";
}
