import { parseArn } from "../arn.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html */
export const describeMapRun = operation("DescribeMapRun", async (engine, { mapRunArn }) => {
  parseArn(mapRunArn, "mapRun");
  const mapRun = await engine.mapRuns.describe(mapRunArn);
  return JSON.stringify({
    mapRunArn,
    executionArn: mapRun.executionArn,
    status: mapRun.status,
    startDate: epochSeconds(mapRun.startDate),
    stopDate: mapRun.stopDate === undefined ? undefined : epochSeconds(mapRun.stopDate),
    maxConcurrency: mapRun.maxConcurrency,
    toleratedFailurePercentage: mapRun.toleratedFailurePercentage,
    toleratedFailureCount: mapRun.toleratedFailureCount,
    itemCounts: mapRun.itemCounts,
    executionCounts: mapRun.executionCounts,
    redriveCount: mapRun.redriveCount,
    redriveDate: mapRun.redriveDate === undefined ? undefined : epochSeconds(mapRun.redriveDate),
  });
});
