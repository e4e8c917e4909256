import { ServiceError } from "@pawl/engine";
import { newConfigurationOf } from "../configuration.js";
import { invalidName, isValidName } from "../name.js";
import { operation } from "../operation.js";
import { checkRoleArn } from "../role.js";
import { tagsOf } from "../tags.js";
import { epochSeconds } from "../timestamp.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html */
export const createStateMachine = operation(
  "CreateStateMachine",
  async (engine, input) => {
    if (!isValidName(input.name)) {
      throw invalidName(input.name);
    }
    checkRoleArn(input.roleArn);
    if (input.versionDescription !== undefined) {
      throw new ServiceError("ValidationException", "Version description can only be set when publish is true");
    }
    const { stateMachineArn, creationDate } = await engine.stateMachines.create({
      name: input.name,
      definition: input.definition,
      roleArn: input.roleArn,
      type: input.type ?? "STANDARD",
      tags: tagsOf(input.tags),
      ...newConfigurationOf(input),
    });
    return JSON.stringify({ stateMachineArn, creationDate: epochSeconds(creationDate) });
  },
  { unsupported: ["publish"] },
);
