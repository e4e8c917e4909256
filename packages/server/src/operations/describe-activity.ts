import { parseArn } from "../arn.js";
import { reportedEncryption } from "../configuration.js";
import { operation } from "../operation.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeActivity.html */
export const describeActivity = operation("DescribeActivity", async (engine, input) => {
  parseArn(input.activityArn, "activity");
  const { activityArn, name, creationDate, encryptionConfiguration } = await engine.activities.describe(
    input.activityArn,
  );
  return JSON.stringify({
    activityArn,
    name,
    creationDate: epochSeconds(creationDate),
    encryptionConfiguration: reportedEncryption(encryptionConfiguration),
  });
});
