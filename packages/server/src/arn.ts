import { ServiceError } from "@pawl/engine";

/**
 * The ARNs of the service:
 *
 *     arn:P:states:R:A:stateMachine:NAME              and :VERSION or :ALIAS after it, or NAME/LABEL
 *     arn:P:states:R:A:execution:NAME:EXECUTION       NAME/LABEL for an execution that a Distributed Map started
 *     arn:P:states:R:A:express:NAME:EXECUTION:START
 *     arn:P:states:R:A:mapRun:NAME/LABEL:RUN
 *     arn:P:states:R:A:activity:NAME
 */
export interface Arn {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly type: ResourceType;
  /** Of the state machine or activity. */
  readonly name: string;
  /** The Distributed Map state, where the ARN names one. */
  readonly label?: string;
  /** What follows the name: a version or an alias, an execution's name, a map run's id. */
  readonly qualifier?: string;
  /** The last part of an Express execution's ARN. */
  readonly start?: string;
}

export type ResourceType = "stateMachine" | "execution" | "express" | "mapRun" | "activity";

/** How many parts may follow the resource type, least and most. */
const partsOf: Readonly<Record<ResourceType, readonly [number, number]>> = {
  stateMachine: [1, 2],
  execution: [2, 2],
  express: [3, 3],
  mapRun: [2, 2],
  activity: [1, 1],
};

/**
 * Reads an ARN that must name a resource of one of the types `wanted`.
 * @throws ServiceError InvalidArn
 */
export function parseArn(text: string, ...wanted: readonly ResourceType[]): Arn {
  const parts = text.split(":", 10);
  const [prefix, partition = "", service = "", region = "", accountId = "", type = "", resource = ""] = parts;
  if (prefix !== "arn") {
    throw invalidArn(`Invalid ARN prefix: ${text}`);
  }
  if (type === "") {
    throw invalidArn(`Resource type can not be empty: ${text}`);
  }
  const known = wanted.find((each) => each === type);
  if (service !== "states" || known === undefined) {
    throw invalidArn(`Resource type not valid in this context: ${type}`);
  }
  const count = parts.length - 6;
  const [least, most] = partsOf[known];
  const slash = resource.indexOf("/");
  const name = slash < 0 ? resource : resource.slice(0, slash);
  if (name === "" || count < least || count > most) {
    throw invalidArn(`Invalid ARN: ${text}`);
  }
  return {
    partition,
    region,
    accountId,
    type: known,
    name,
    ...(slash >= 0 && { label: resource.slice(slash + 1) }),
    ...(parts[7] !== undefined && { qualifier: parts[7] }),
    ...(parts[8] !== undefined && { start: parts[8] }),
  };
}

/**
 * Checks the ARN of an execution that can be described: of express ones those that a map run has started.
 * @throws ServiceError InvalidArn
 */
export function checkDescribedExecution(executionArn: string): void {
  const { type, label } = parseArn(executionArn, "execution", "express");
  if (type === "express" && label === undefined) parseArn(executionArn, "execution");
}

/** Finds an ARN in order without taking it apart: it is in the way of every StartExecution. */
const unlabelled = /^arn:[^:]*:states:[^:]*:[^:]*:stateMachine:[^:/]+(?::[^:]*)?$/;

/**
 * Checks the ARN of a state machine for an operation that a Distributed Map's part of one cannot take.
 * @throws ServiceError InvalidArn, ValidationException
 */
export function checkUnlabelled(stateMachineArn: string): void {
  if (!unlabelled.test(stateMachineArn) && parseArn(stateMachineArn, "stateMachine").label !== undefined) {
    throw new ServiceError(
      "ValidationException",
      `This operation does not support labelled ARNs: '${stateMachineArn}'`,
    );
  }
}

/**
 * Checks the ARN of a version: that of a state machine and a number.
 * @throws ServiceError InvalidArn
 */
export function checkVersionArn(text: string): void {
  const { qualifier } = parseArn(text, "stateMachine");
  if (qualifier === undefined || !/^\d+$/.test(qualifier)) {
    throw invalidArn(`Invalid ARN: ${text}`);
  }
}

/**
 * Checks the ARN of an alias: that of a state machine and a name.
 * @throws ServiceError InvalidArn
 */
export function checkAliasArn(text: string): void {
  const { qualifier } = parseArn(text, "stateMachine");
  if (qualifier === undefined || /^\d*$/.test(qualifier)) {
    throw invalidArn(`Invalid ARN: ${text}`);
  }
}

function invalidArn(detail: string): ServiceError {
  return new ServiceError("InvalidArn", `Invalid Arn: '${detail}'`);
}
