import { operation } from "../operation.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
export const sendTaskFailure = operation("SendTaskFailure", async (engine, { taskToken, error, cause }) => {
  await engine.activities.fail({
    taskToken,
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  });
  return "{}";
});
