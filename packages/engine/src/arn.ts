/** ARNs of Step Functions resources (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html). */

/** The account and region that a resource belongs to. */
export interface Home {
  readonly region: string;
  readonly accountId: string;
}

function arn({ region, accountId }: Home, resource: string): string {
  return `arn:${partition(region)}:states:${region}:${accountId}:${resource}`;
}

function partition(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** What the ARNs of all resources of this account and region begin with. */
export const homePrefix = (home: Home): string => arn(home, "");

/** The account and region that an ARN names; undefined where it is no ARN of a resource of Step Functions. */
export function homeOf(text: string): Home | undefined {
  const [prefix, , service, region, accountId, type] = text.split(":", 6);
  if (prefix !== "arn" || service !== "states" || !region || !accountId || !type) return undefined;
  return { region, accountId };
}

export const stateMachineArn = (home: Home, name: string): string => arn(home, `stateMachine:${name}`);
export const activityArn = (home: Home, name: string): string => arn(home, `activity:${name}`);

/** The ARN of a STANDARD execution, from that of its state machine. */
export function executionArn(stateMachine: string, name: string): string {
  return `${stateMachine.replace(":stateMachine:", ":execution:")}:${name}`;
}

/** The state machine of an execution, whatever its type; of a map run's child, that of the map run. */
export function stateMachineOf(execution: string): string {
  const [arnPrefix, service, states, region, account, , name = ""] = execution.split(":", 7);
  return [arnPrefix, service, states, region, account, "stateMachine", name.split("/", 1)[0]].join(":");
}

/** The ARN of an EXPRESS execution: the last part makes every start another execution. */
export function expressExecutionArn(stateMachine: string, name: string, uuid: string): string {
  return `${stateMachine.replace(":stateMachine:", ":express:")}:${name}:${uuid}`;
}

/** The label of the Map state that a map run is one of. */
export function labelOf(mapRunArn: string): string {
  return mapRunArn.split(":")[6]?.split("/")[1] ?? "";
}

/** The state machine that the children of a map run report as theirs. */
export function childStateMachineArn(mapRunArn: string): string {
  return mapRunArn.replace(":mapRun:", ":stateMachine:").split(":").slice(0, 7).join(":");
}

/** True for the ARN of an EXPRESS execution. */
export function isExpressExecution(arn: string): boolean {
  return arn.split(":", 6)[5] === "express";
}

/** A state machine ARN without its version or alias, and that. */
export function splitQualifier(text: string): {
  readonly stateMachineArn: string;
  readonly qualifier: string | undefined;
} {
  let end = -1;
  for (let colon = 0; colon < 7; colon++) {
    end = text.indexOf(":", end + 1);
    if (end < 0) return { stateMachineArn: text, qualifier: undefined };
  }
  const [qualifier] = text.slice(end + 1).split(":", 1);
  return { stateMachineArn: text.slice(0, end), qualifier };
}
