import { operation } from "../operation.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html */
export const sendTaskHeartbeat = operation("SendTaskHeartbeat", async (engine, { taskToken }) => {
  await engine.activities.heartbeat({ taskToken });
  return "{}";
});
