import { checkUnlabelled } from "../arn.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html */
export const publishStateMachineVersion = operation("PublishStateMachineVersion", async (engine, input) => {
  const { stateMachineArn, revisionId, description } = input;
  checkUnlabelled(stateMachineArn);
  const { stateMachineVersionArn, creationDate } = await engine.versions.publish({
    stateMachineArn,
    ...(revisionId !== undefined && { revisionId }),
    ...(description !== undefined && { description }),
  });
  return JSON.stringify({ creationDate: epochSeconds(creationDate), stateMachineVersionArn });
});
