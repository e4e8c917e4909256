import { parseArn } from "../arn.js";
import { operation } from "../operation.js";
import { tagsOf } from "../tags.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html */
export const tagResource = operation("TagResource", async (engine, { resourceArn, tags }) => {
  parseArn(resourceArn, "stateMachine", "activity");
  await engine.tags.add({ resourceArn, tags: tagsOf(tags) });
  return "{}";
});
