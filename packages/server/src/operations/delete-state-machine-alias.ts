import { checkAliasArn } from "../arn.js";
import { operation } from "../operation.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineAlias.html */
export const deleteStateMachineAlias = operation(
  "DeleteStateMachineAlias",
  async (engine, { stateMachineAliasArn }) => {
    checkAliasArn(stateMachineAliasArn);
    await engine.aliases.delete(stateMachineAliasArn);
    return "{}";
  },
);
