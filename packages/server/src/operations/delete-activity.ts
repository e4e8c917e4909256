import { parseArn } from "../arn.js";
import { operation } from "../operation.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteActivity.html */
export const deleteActivity = operation("DeleteActivity", async (engine, { activityArn }) => {
  parseArn(activityArn, "activity");
  await engine.activities.delete(activityArn);
  return "{}";
});
