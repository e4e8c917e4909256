import { checkDescribedExecution } from "../arn.js";
import { reportedConfiguration } from "../configuration.js";
import { reportedDefinition } from "../definition-report.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html */
export const describeStateMachineForExecution = operation("DescribeStateMachineForExecution", async (engine, input) => {
  checkDescribedExecution(input.executionArn);
  const machine = await engine.stateMachines.describeForExecution(input.executionArn);
  return JSON.stringify({
    stateMachineArn: machine.stateMachineArn,
    name: machine.name,
    ...reportedDefinition(machine.definition, input.includedData),
    roleArn: machine.roleArn,
    updateDate: epochSeconds(machine.updateDate),
    revisionId: machine.revisionId,
    mapRunArn: machine.mapRunArn,
    label: machine.label,
    ...reportedConfiguration(machine),
  });
});
