import { ServiceError } from "@pawl/engine";
import { parseArn } from "../arn.js";
import { operation } from "../operation.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html */
export const updateMapRun = operation("UpdateMapRun", async (engine, input) => {
  const { mapRunArn, maxConcurrency, toleratedFailurePercentage, toleratedFailureCount } = input;
  parseArn(mapRunArn, "mapRun");
  const settings = {
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(toleratedFailurePercentage !== undefined && { toleratedFailurePercentage }),
    ...(toleratedFailureCount !== undefined && { toleratedFailureCount }),
  };
  if (Object.keys(settings).length === 0) {
    throw new ServiceError(
      "ValidationException",
      "At least one of maxConcurrency, toleratedFailurePercentage and toleratedFailureCount must be specified",
      { reason: "MISSING_REQUIRED_PARAMETER" },
    );
  }
  await engine.mapRuns.update({ mapRunArn, ...settings });
  return "{}";
});
