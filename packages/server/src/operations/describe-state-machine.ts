import { parseArn } from "../arn.js";
import { reportedConfiguration } from "../configuration.js";
import { reportedDefinition } from "../definition-report.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html */
export const describeStateMachine = operation("DescribeStateMachine", async (engine, input) => {
  parseArn(input.stateMachineArn, "stateMachine");
  const machine = await engine.stateMachines.describe(input.stateMachineArn);
  return JSON.stringify({
    stateMachineArn: machine.stateMachineArn,
    name: machine.name,
    status: machine.status,
    ...reportedDefinition(machine.definition, input.includedData),
    roleArn: machine.roleArn,
    type: machine.type,
    creationDate: epochSeconds(machine.creationDate),
    revisionId: machine.revisionId,
    description: machine.description,
    ...reportedConfiguration(machine),
  });
});
