import { checkUnlabelled } from "../arn.js";
import { operation } from "../operation.js";
import { pageOf } from "../page.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html */
export const listStateMachineVersions = operation("ListStateMachineVersions", async (engine, input) => {
  const { stateMachineArn } = input;
  checkUnlabelled(stateMachineArn);
  const { items, nextToken } = await engine.versions.list({ stateMachineArn, ...pageOf(input) });
  const stateMachineVersions = items.map(({ stateMachineVersionArn, creationDate }) => ({
    stateMachineVersionArn,
    creationDate: epochSeconds(creationDate),
  }));
  return JSON.stringify({ stateMachineVersions, nextToken });
});
