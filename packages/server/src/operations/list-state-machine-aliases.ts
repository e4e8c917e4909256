import { checkUnlabelled } from "../arn.js";
import { operation } from "../operation.js";
import { pageOf } from "../page.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineAliases.html */
export const listStateMachineAliases = operation("ListStateMachineAliases", async (engine, input) => {
  const { stateMachineArn } = input;
  checkUnlabelled(stateMachineArn);
  const { items, nextToken } = await engine.aliases.list({ stateMachineArn, ...pageOf(input) });
  const stateMachineAliases = items.map(({ stateMachineAliasArn, creationDate }) => ({
    stateMachineAliasArn,
    creationDate: epochSeconds(creationDate),
  }));
  return JSON.stringify({ stateMachineAliases, nextToken });
});
