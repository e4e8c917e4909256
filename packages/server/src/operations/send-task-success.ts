import { ServiceError } from "@pawl/engine";
import { operation } from "../operation.js";
import { payloadFault } from "../payload.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
export const sendTaskSuccess = operation("SendTaskSuccess", async (engine, { taskToken, output }) => {
  const fault = payloadFault(output);
  if (fault !== undefined) {
    throw new ServiceError("InvalidOutput", `Invalid Output: '${fault}'`);
  }
  await engine.activities.succeed({ taskToken, output });
  return "{}";
});
