import { operation } from "../operation.js";
import { pageOf } from "../page.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListActivities.html */
export const listActivities = operation("ListActivities", async (engine, input) => {
  const { items, nextToken } = await engine.activities.list(pageOf(input));
  const activities = items.map(({ activityArn, name, creationDate }) => ({
    activityArn,
    name,
    creationDate: epochSeconds(creationDate),
  }));
  return JSON.stringify({ activities, nextToken });
});
