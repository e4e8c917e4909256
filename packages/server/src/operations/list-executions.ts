import { type ChildSummary, type ExecutionSummary, ServiceError } from "@pawl/engine";
import { parseArn } from "../arn.js";
import { operation } from "../operation.js";
import { pageOf } from "../page.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html */
export const listExecutions = operation("ListExecutions", async (engine, input) => {
  const { stateMachineArn, mapRunArn, statusFilter, redriveFilter } = input;
  if (stateMachineArn !== undefined && mapRunArn !== undefined) {
    throw new ServiceError("ValidationException", "Only one of the stateMachineArn and the mapRunArn may be specified");
  }
  if (mapRunArn !== undefined) {
    parseArn(mapRunArn, "mapRun");
    const { items, nextToken } = await engine.mapRuns.listExecutions({
      mapRunArn,
      ...(statusFilter !== undefined && { status: statusFilter }),
      ...(redriveFilter !== undefined && { redriven: redriveFilter === "REDRIVEN" }),
      ...pageOf(input),
    });
    const executions = items.map((child) => ({
      ...summaryOf(child),
      mapRunArn: child.mapRunArn,
      itemCount: child.itemCount,
    }));
    return JSON.stringify({ executions, nextToken });
  }
  if (stateMachineArn === undefined) {
    throw new ServiceError("ValidationException", "Either the stateMachineArn or the mapRunArn must be specified");
  }
  parseArn(stateMachineArn, "stateMachine");
  if (statusFilter === "PENDING_REDRIVE") {
    throw new ServiceError("ValidationException", "The status PENDING_REDRIVE can only be listed with a mapRunArn");
  }
  if (redriveFilter !== undefined) {
    throw new ServiceError("ValidationException", "The redriveFilter can only be specified with a mapRunArn");
  }
  const { items, nextToken } = await engine.executions.list({
    stateMachineArn,
    ...(statusFilter !== undefined && { status: statusFilter }),
    ...pageOf(input),
  });
  return JSON.stringify({ executions: items.map(summaryOf), nextToken });
});

function summaryOf(execution: Omit<ExecutionSummary, "status"> & Pick<ChildSummary, "status">) {
  return {
    executionArn: execution.executionArn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    status: execution.status,
    startDate: epochSeconds(execution.startDate),
    stopDate: execution.stopDate === undefined ? undefined : epochSeconds(execution.stopDate),
    stateMachineVersionArn: execution.stateMachineVersionArn,
    stateMachineAliasArn: execution.stateMachineAliasArn,
    redriveCount: execution.redriveCount,
    redriveDate: execution.redriveDate === undefined ? undefined : epochSeconds(execution.redriveDate),
  };
}
