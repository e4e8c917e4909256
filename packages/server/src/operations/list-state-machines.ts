import { operation } from "../operation.js";
import { pageOf } from "../page.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html */
export const listStateMachines = operation("ListStateMachines", async (engine, input) => {
  const { items, nextToken } = await engine.stateMachines.list(pageOf(input));
  const stateMachines = items.map(({ stateMachineArn, name, type, creationDate }) => ({
    stateMachineArn,
    name,
    type,
    creationDate: epochSeconds(creationDate),
  }));
  return JSON.stringify({ stateMachines, nextToken });
});
