import { parseArn } from "../arn.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html */
export const redriveExecution = operation("RedriveExecution", async (engine, { executionArn, clientToken }) => {
  parseArn(executionArn, "execution");
  const { redriveDate } = await engine.executions.redrive({
    executionArn,
    ...(clientToken !== undefined && { clientToken }),
  });
  return JSON.stringify({ redriveDate: epochSeconds(redriveDate) });
});
