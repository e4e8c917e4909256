import { checkUnlabelled } from "../arn.js";
import { operation } from "../operation.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html */
export const deleteStateMachine = operation("DeleteStateMachine", async (engine, { stateMachineArn }) => {
  checkUnlabelled(stateMachineArn);
  await engine.stateMachines.delete(stateMachineArn);
  return "{}";
});
