import { newConfigurationOf } from "../configuration.js";
import { invalidName, isValidName } from "../name.js";
import { operation } from "../operation.js";
import { publicationOf } from "../publication.js";
import { checkRoleArn } from "../role.js";
import { tagsOf } from "../tags.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
export const createStateMachine = operation("CreateStateMachine", async (engine, input) => {
  if (!isValidName(input.name)) {
    throw invalidName(input.name);
  }
  checkRoleArn(input.roleArn);
  const { stateMachineArn, creationDate, stateMachineVersionArn } = await engine.stateMachines.create({
    name: input.name,
    definition: input.definition,
    roleArn: input.roleArn,
    type: input.type ?? "STANDARD",
    tags: tagsOf(input.tags),
    ...newConfigurationOf(input),
    ...publicationOf(input),
  });
  return JSON.stringify({ stateMachineArn, creationDate: epochSeconds(creationDate), stateMachineVersionArn });
});
