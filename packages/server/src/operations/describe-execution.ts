import { checkDescribedExecution } from "../arn.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html */
export const describeExecution = operation("DescribeExecution", async (engine, input) => {
  checkDescribedExecution(input.executionArn);
  const execution = await engine.executions.describe(input.executionArn);
  const included = input.includedData !== "METADATA_ONLY";
  return JSON.stringify({
    executionArn: execution.executionArn,
    stateMachineArn: execution.stateMachineArn,
    stateMachineVersionArn: execution.stateMachineVersionArn,
    stateMachineAliasArn: execution.stateMachineAliasArn,
    mapRunArn: execution.mapRunArn,
    name: execution.name,
    status: execution.status,
    startDate: epochSeconds(execution.startDate),
    stopDate: execution.stopDate === undefined ? undefined : epochSeconds(execution.stopDate),
    input: included ? execution.input : undefined,
    inputDetails: { included },
    output: included ? execution.output : undefined,
    outputDetails: execution.output === undefined ? undefined : { included },
    error: execution.error,
    cause: execution.cause,
    traceHeader: execution.traceHeader,
    redriveCount: execution.redriveCount,
    redriveDate: execution.redriveDate === undefined ? undefined : epochSeconds(execution.redriveDate),
    redriveStatus: execution.redriveStatus,
    redriveStatusReason: execution.redriveStatusReason,
  });
});
