import { parseArn } from "../arn.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html */
export const stopExecution = operation("StopExecution", async (engine, { executionArn, error, cause }) => {
  parseArn(executionArn, "execution");
  const { stopDate } = await engine.executions.stop({
    executionArn,
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  });
  return JSON.stringify({ stopDate: epochSeconds(stopDate) });
});
