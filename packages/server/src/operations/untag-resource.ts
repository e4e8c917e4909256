import { parseArn } from "../arn.js";
import { operation } from "../operation.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_UntagResource.html */
export const untagResource = operation("UntagResource", async (engine, { resourceArn, tagKeys }) => {
  parseArn(resourceArn, "stateMachine", "activity");
  await engine.tags.remove({ resourceArn, tagKeys });
  return "{}";
});
