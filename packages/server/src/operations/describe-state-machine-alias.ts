import { checkAliasArn } from "../arn.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineAlias.html */
export const describeStateMachineAlias = operation("DescribeStateMachineAlias", async (engine, input) => {
  checkAliasArn(input.stateMachineAliasArn);
  const { creationDate, updateDate, ...alias } = await engine.aliases.describe(input.stateMachineAliasArn);
  return JSON.stringify({
    ...alias,
    creationDate: epochSeconds(creationDate),
    updateDate: updateDate === undefined ? undefined : epochSeconds(updateDate),
  });
});
