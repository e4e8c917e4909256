import { parseArn } from "../arn.js";
import { operation } from "../operation.js";
import { pageOf } from "../page.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html */
export const listMapRuns = operation("ListMapRuns", async (engine, input) => {
  const { executionArn } = input;
  parseArn(executionArn, "execution");
  const { items, nextToken } = await engine.mapRuns.list({ executionArn, ...pageOf(input) });
  const mapRuns = items.map(({ mapRunArn, stateMachineArn, startDate, stopDate }) => ({
    executionArn,
    mapRunArn,
    stateMachineArn,
    startDate: epochSeconds(startDate),
    stopDate: stopDate === undefined ? undefined : epochSeconds(stopDate),
  }));
  return JSON.stringify({ mapRuns, nextToken });
});
