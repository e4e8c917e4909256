import { startExecution } from "./actions/start-execution.js";
import { activity as activityData } from "./data-sources/activity.js";
import { alias as aliasData } from "./data-sources/alias.js";
import { stateMachine as stateMachineData } from "./data-sources/state-machine.js";
import { stateMachineVersions } from "./data-sources/state-machine-versions.js";
import type { Action, DataSource, Resource } from "./kinds.js";
import { activity } from "./resources/activity.js";
import { alias } from "./resources/alias.js";
import { stateMachine } from "./resources/state-machine.js";

/** What the provider offers, by the names that configurations use. */
export const resources: Readonly<Record<string, Resource>> = {
  aws_sfn_activity: activity,
  aws_sfn_alias: alias,
  aws_sfn_state_machine: stateMachine,
};

export const dataSources: Readonly<Record<string, DataSource>> = {
  aws_sfn_activity: activityData,
  aws_sfn_alias: aliasData,
  aws_sfn_state_machine: stateMachineData,
  aws_sfn_state_machine_versions: stateMachineVersions,
};

export const actions: Readonly<Record<string, Action>> = {
  aws_sfn_start_execution: startExecution,
};
