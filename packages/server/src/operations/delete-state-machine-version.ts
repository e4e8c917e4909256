import { checkVersionArn } from "../arn.js";
import { operation } from "../operation.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineVersion.html */
export const deleteStateMachineVersion = operation(
  "DeleteStateMachineVersion",
  async (engine, { stateMachineVersionArn }) => {
    checkVersionArn(stateMachineVersionArn);
    await engine.versions.delete(stateMachineVersionArn);
    return "{}";
  },
);
