import { ServiceError } from "@pawl/engine";
import { checkUnlabelled } from "../arn.js";
import { configurationOf } from "../configuration.js";
import { operation } from "../operation.js";
import { publicationOf } from "../publication.js";
import { checkRoleArn } from "../role.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html */
export const updateStateMachine = operation("UpdateStateMachine", async (engine, input) => {
  checkUnlabelled(input.stateMachineArn);
  const { stateMachineArn, definition, roleArn } = input;
  const configuration = configurationOf(input);
  if (definition === undefined && roleArn === undefined && Object.keys(configuration).length === 0) {
    throw new ServiceError(
      "MissingRequiredParameter",
      "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
    );
  }
  if (roleArn !== undefined) {
    checkRoleArn(roleArn);
  }
  const { updateDate, revisionId, stateMachineVersionArn } = await engine.stateMachines.update({
    stateMachineArn,
    ...(definition !== undefined && { definition }),
    ...(roleArn !== undefined && { roleArn }),
    ...configuration,
    ...publicationOf(input),
  });
  return JSON.stringify({ updateDate: epochSeconds(updateDate), revisionId, stateMachineVersionArn });
});
