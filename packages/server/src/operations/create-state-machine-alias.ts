import { parseArn } from "../arn.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html */
export const createStateMachineAlias = operation("CreateStateMachineAlias", async (engine, input) => {
  const { name, description, routingConfiguration } = input;
  for (const { stateMachineVersionArn } of routingConfiguration) {
    parseArn(stateMachineVersionArn, "stateMachine");
  }
  const { stateMachineAliasArn, creationDate } = await engine.aliases.create({
    name,
    routingConfiguration,
    ...(description !== undefined && { description }),
  });
  return JSON.stringify({ stateMachineAliasArn, creationDate: epochSeconds(creationDate) });
});
