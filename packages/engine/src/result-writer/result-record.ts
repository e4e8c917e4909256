import type { JsonObject } from "@pawl/asl";
import { readRedrive, reasonAgainstRedrive } from "../redrive.js";
import type { ChildResult, EndedChild } from "./result-writer.js";

/**
 * All that is known of a child, as the service writes it: names like those of DescribeExecution, in alphabetical order.
 * @param now in milliseconds since the epoch
 */
export function recordOf(child: ChildResult, now: number): JsonObject {
  if (child.status === "PENDING") return { Input: child.input, InputDetails: INCLUDED, Status: child.status };
  const { cause, error, output, startDate, stopDate } = child;
  const redrive = readRedrive(child.redrive);
  return {
    ...(cause === null ? {} : { Cause: cause }),
    ...(error === null ? {} : { Error: error }),
    ExecutionArn: child.arn,
    Input: child.input,
    InputDetails: INCLUDED,
    Name: child.name,
    ...(output === null ? {} : { Output: output }),
    OutputDetails: INCLUDED,
    RedriveCount: redrive?.count ?? 0,
    ...(redrive === undefined ? {} : { RedriveDate: new Date(redrive.date).toISOString() }),
    ...redriveStatus(child, now),
    StartDate: new Date(startDate).toISOString(),
    StateMachineArn: child.stateMachineArn,
    Status: child.status,
    ...(stopDate === null ? {} : { StopDate: new Date(stopDate).toISOString() }),
  };
}

const INCLUDED = { Included: true };

function redriveStatus(child: EndedChild, now: number): JsonObject {
  // How many events its history has is not looked up: children end long before that limit.
  const reason = reasonAgainstRedrive(child, 0, false, now);
  if (reason !== undefined) return { RedriveStatus: "NOT_REDRIVABLE", RedriveStatusReason: reason };
  return { RedriveStatus: "REDRIVABLE_BY_MAP_RUN" };
}
