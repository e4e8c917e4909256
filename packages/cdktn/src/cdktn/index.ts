export type { FailureMode, TriggerEvent } from "../trigger-events.js";
export { AwsProvider, type AwsProviderConfig } from "./aws-provider.js";
export { DataAwsSfnActivity, type DataAwsSfnActivityConfig } from "./data-aws-sfn-activity.js";
export { DataAwsSfnAlias, type DataAwsSfnAliasConfig } from "./data-aws-sfn-alias.js";
export { DataAwsSfnStateMachine, type DataAwsSfnStateMachineConfig } from "./data-aws-sfn-state-machine.js";
export {
  DataAwsSfnStateMachineVersions,
  type DataAwsSfnStateMachineVersionsConfig,
} from "./data-aws-sfn-state-machine-versions.js";
export { SfnActivity, type SfnActivityConfig } from "./sfn-activity.js";
export { SfnAlias, type SfnAliasConfig } from "./sfn-alias.js";
export { SfnStartExecution, type SfnStartExecutionConfig } from "./sfn-start-execution.js";
export { SfnStateMachine, type SfnStateMachineConfig } from "./sfn-state-machine.js";
export { TerraformAction, type TerraformActionConfig, type TerraformActionMetaArguments } from "./terraform-action.js";
export { type ActionTrigger, triggerOn } from "./trigger-on.js";
