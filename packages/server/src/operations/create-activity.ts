import { encryptionOf } from "../configuration.js";
import { invalidName, isValidName } from "../name.js";
import { operation } from "../operation.js";
import { tagsOf } from "../tags.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html */
export const createActivity = operation("CreateActivity", async (engine, { name, tags, encryptionConfiguration }) => {
  if (!isValidName(name)) {
    throw invalidName(name);
  }
  const { activityArn, creationDate } = await engine.activities.create({
    name,
    tags: tagsOf(tags),
    ...(encryptionConfiguration !== undefined && {
      encryptionConfiguration: encryptionOf(encryptionConfiguration),
    }),
  });
  return JSON.stringify({ activityArn, creationDate: epochSeconds(creationDate) });
});
