import { parseArn } from "../arn.js";
import { operation } from "../operation.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListTagsForResource.html */
export const listTagsForResource = operation("ListTagsForResource", async (engine, { resourceArn }) => {
  parseArn(resourceArn, "stateMachine", "activity");
  return JSON.stringify({ tags: await engine.tags.list(resourceArn) });
});
