import { ATHENA, ATHENA_ACTIONS } from "./athena.js";
import { type Actions, type JobOptions, optimizedTask } from "./aws/job.js";
import type { OptimizedService } from "./aws/optimized-call.js";
import { BATCH, BATCH_ACTIONS } from "./batch.js";
import { BEDROCK_AGENTCORE, BEDROCK_AGENTCORE_ACTIONS } from "./bedrock-agentcore.js";
import { BEDROCK, BEDROCK_ACTIONS } from "./bedrock-customization.js";
import { CODEBUILD, CODEBUILD_ACTIONS } from "./codebuild.js";
import { DATABREW, DATABREW_ACTIONS } from "./databrew.js";
import { DYNAMODB, DYNAMODB_ACTIONS } from "./dynamodb.js";
import { ECS, ECS_ACTIONS } from "./ecs.js";
import { EKS, EKS_ACTIONS } from "./eks-api.js";
import { EMR, EMR_ACTIONS } from "./elasticmapreduce.js";
import { EMR_CONTAINERS, EMR_CONTAINERS_ACTIONS } from "./emr-containers.js";
import { EMR_SERVERLESS, EMR_SERVERLESS_ACTIONS } from "./emr-serverless.js";
import { EVENTS, EVENTS_ACTIONS } from "./events.js";
import { GLUE, GLUE_ACTIONS } from "./glue.js";
import { MEDIACONVERT, MEDIACONVERT_ACTIONS } from "./mediaconvert.js";
import { SAGEMAKER, SAGEMAKER_ACTIONS } from "./sagemaker.js";
import { SNS, SNS_ACTIONS } from "./sns.js";
import { SQS, SQS_ACTIONS } from "./sqs.js";
import type { TaskHandler } from "./task-handler.js";

/** The optimized integrations that are calls of an API, by the service's name in a Resource. */
export const OPTIMIZED_SERVICES: Readonly<Record<string, readonly [OptimizedService, Actions]>> = {
  athena: [ATHENA, ATHENA_ACTIONS],
  batch: [BATCH, BATCH_ACTIONS],
  bedrock: [BEDROCK, BEDROCK_ACTIONS],
  "bedrock-agentcore": [BEDROCK_AGENTCORE, BEDROCK_AGENTCORE_ACTIONS],
  codebuild: [CODEBUILD, CODEBUILD_ACTIONS],
  databrew: [DATABREW, DATABREW_ACTIONS],
  dynamodb: [DYNAMODB, DYNAMODB_ACTIONS],
  ecs: [ECS, ECS_ACTIONS],
  eks: [EKS, EKS_ACTIONS],
  elasticmapreduce: [EMR, EMR_ACTIONS],
  "emr-containers": [EMR_CONTAINERS, EMR_CONTAINERS_ACTIONS],
  "emr-serverless": [EMR_SERVERLESS, EMR_SERVERLESS_ACTIONS],
  events: [EVENTS, EVENTS_ACTIONS],
  glue: [GLUE, GLUE_ACTIONS],
  mediaconvert: [MEDIACONVERT, MEDIACONVERT_ACTIONS],
  sagemaker: [SAGEMAKER, SAGEMAKER_ACTIONS],
  sns: [SNS, SNS_ACTIONS],
  sqs: [SQS, SQS_ACTIONS],
};

/** Their handlers by `service:action`. */
export function optimizedIntegrations(options: JobOptions): [string, TaskHandler][] {
  return Object.entries(OPTIMIZED_SERVICES).flatMap(([name, [service, actions]]) => {
    const handler = optimizedTask(options, service, actions);
    return Object.keys(actions).map((action): [string, TaskHandler] => [`${name}:${action}`, handler]);
  });
}
