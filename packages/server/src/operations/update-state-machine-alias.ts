import { ServiceError } from "@pawl/engine";
import { checkAliasArn, parseArn } from "../arn.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachineAlias.html */
export const updateStateMachineAlias = operation("UpdateStateMachineAlias", async (engine, input) => {
  const { stateMachineAliasArn, description, routingConfiguration } = input;
  checkAliasArn(stateMachineAliasArn);
  if (description === undefined && routingConfiguration === undefined) {
    throw new ServiceError("ValidationException", "Either description or routing configuration must be specified");
  }
  for (const { stateMachineVersionArn } of routingConfiguration ?? []) {
    parseArn(stateMachineVersionArn, "stateMachine");
  }
  const { updateDate } = await engine.aliases.update({
    stateMachineAliasArn,
    ...(description !== undefined && { description }),
    ...(routingConfiguration !== undefined && { routingConfiguration }),
  });
  return JSON.stringify({ updateDate: epochSeconds(updateDate) });
});
