import { isObject, type Json } from "./json.js";

/** What a service integration can wait for: `sync` a job's end, `token` a task token. Every action can be called without. */
type Pattern = "sync" | "token";

/** The actions of a service that take the same patterns. */
interface Actions {
  readonly actions: readonly string[];
  readonly patterns: readonly Pattern[];
}

/**
 * The optimized integrations (page "Optimizing integrations" of the service's guide and the pages that it links to).
 * Everything else goes through `aws-sdk:SERVICE:ACTION`.
 */
const OPTIMIZED: Readonly<Record<string, readonly Actions[]>> = {
  apigateway: [{ actions: ["invoke"], patterns: ["token"] }],
  athena: [
    { actions: ["startQueryExecution"], patterns: ["sync"] },
    { actions: ["stopQueryExecution", "getQueryExecution", "getQueryResults"], patterns: [] },
  ],
  batch: [{ actions: ["submitJob"], patterns: ["sync"] }],
  bedrock: [
    { actions: ["invokeModel"], patterns: ["token"] },
    { actions: ["createModelCustomizationJob"], patterns: ["sync", "token"] },
  ],
  "bedrock-agentcore": [{ actions: ["invokeAgentRuntime", "invokeHarness"], patterns: [] }],
  codebuild: [
    { actions: ["startBuild", "startBuildBatch", "retryBuildBatch"], patterns: ["sync"] },
    {
      actions: ["stopBuild", "batchDeleteBuilds", "batchGetReports", "stopBuildBatch", "deleteBuildBatch"],
      patterns: [],
    },
  ],
  databrew: [{ actions: ["startJobRun"], patterns: ["sync"] }],
  dynamodb: [{ actions: ["getItem", "putItem", "deleteItem", "updateItem"], patterns: [] }],
  ecs: [{ actions: ["runTask"], patterns: ["sync", "token"] }],
  eks: [
    {
      actions: [
        "createCluster",
        "deleteCluster",
        "createFargateProfile",
        "deleteFargateProfile",
        "createNodegroup",
        "deleteNodegroup",
        "runJob",
      ],
      patterns: ["sync", "token"],
    },
    { actions: ["call"], patterns: ["token"] },
  ],
  elasticmapreduce: [
    { actions: ["createCluster", "terminateCluster", "addStep"], patterns: ["sync"] },
    {
      actions: [
        "cancelStep",
        "setClusterTerminationProtection",
        "modifyInstanceFleetByName",
        "modifyInstanceGroupByName",
      ],
      patterns: [],
    },
  ],
  "emr-containers": [
    { actions: ["deleteVirtualCluster", "startJobRun"], patterns: ["sync"] },
    { actions: ["createVirtualCluster"], patterns: [] },
  ],
  "emr-serverless": [
    {
      actions: [
        "createApplication",
        "startApplication",
        "stopApplication",
        "deleteApplication",
        "startJobRun",
        "cancelJobRun",
      ],
      patterns: ["sync"],
    },
  ],
  events: [{ actions: ["putEvents"], patterns: ["token"] }],
  glue: [{ actions: ["startJobRun"], patterns: ["sync"] }],
  http: [{ actions: ["invoke"], patterns: [] }],
  lambda: [{ actions: ["invoke"], patterns: ["token"] }],
  mediaconvert: [{ actions: ["createJob"], patterns: ["sync"] }],
  sagemaker: [
    {
      actions: [
        "createHyperParameterTuningJob",
        "createLabelingJob",
        "createProcessingJob",
        "createTrainingJob",
        "createTransformJob",
      ],
      patterns: ["sync"],
    },
    { actions: ["createEndpoint", "createEndpointConfig", "createModel", "updateEndpoint"], patterns: [] },
  ],
  sns: [{ actions: ["publish"], patterns: ["token"] }],
  sqs: [{ actions: ["sendMessage"], patterns: ["token"] }],
  states: [
    { actions: ["startExecution"], patterns: ["sync", "token"] },
    // Ours: AWS has it as an SDK integration only.
    { actions: ["startSyncExecution"], patterns: [] },
  ],
};

/** Members that an integration's Parameters or Arguments must have. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  "apigateway:invoke": ["ApiEndpoint", "Method"],
  "dynamodb:deleteItem": ["TableName", "Key"],
  "dynamodb:getItem": ["TableName", "Key"],
  "dynamodb:putItem": ["TableName", "Item"],
  "dynamodb:updateItem": ["TableName", "Key"],
  "ecs:runTask": ["TaskDefinition"],
  "events:putEvents": ["Entries"],
  "glue:startJobRun": ["JobName"],
  "http:invoke": ["ApiEndpoint", "Method"],
  "lambda:invoke": ["FunctionName"],
  "sns:publish": ["Message"],
  "sqs:sendMessage": ["QueueUrl", "MessageBody"],
  "states:startExecution": ["StateMachineArn"],
  "states:startSyncExecution": ["StateMachineArn"],
};

/** True where the service has the integration, in this pattern. SDK integrations are taken as they are. */
export function isIntegration(service: string, action: string, pattern: string): boolean {
  if (service.startsWith("aws-sdk:")) return pattern === "" || pattern === ".waitForTaskToken";
  const actions = Object.hasOwn(OPTIMIZED, service) ? OPTIMIZED[service] : undefined;
  const patterns = actions?.find((entry) => entry.actions.includes(action))?.patterns;
  if (patterns === undefined) return false;
  if (pattern === "") return true;
  if (pattern === ".waitForTaskToken") return patterns.includes("token");
  // The second form of the output (parsed JSON instead of text) is there for nested executions only.
  return patterns.includes("sync") && (pattern === ".sync" || service === "states");
}

/** The members that the parameters of an integration must have. */
export function requiredParameters(service: string, action: string): readonly string[] {
  const name = `${service}:${action}`;
  return Object.hasOwn(REQUIRED, name) ? (REQUIRED[name] ?? []) : [];
}

/** Members whose own members have to be lists. */
const LISTS: Readonly<Record<string, readonly string[]>> = { "apigateway:invoke": ["Headers", "QueryParameters"] };

/**
 * Why an integration cannot take these parameters, in the service's words: known before anything is called. Most of what can be wrong
 * only the called service knows.
 */
export function parameterFaults(service: string, action: string, parameters: Json): readonly string[] {
  const given = isObject(parameters) ? parameters : {};
  const missing = requiredParameters(service, action)
    .filter((name) => !Object.hasOwn(given, name))
    .map((name) => `The field '${name}' is required but was missing`);
  const name = `${service}:${action}`;
  const lists = (Object.hasOwn(LISTS, name) ? LISTS[name] : undefined) ?? [];
  const misshapen = lists
    .filter((member) => !isNullish(given[member]) && !hasLists(given[member]))
    .map((member) => `The value of the field '${member}' has an invalid format`);
  return [...missing, ...misshapen];
}

const isNullish = (value: Json | undefined): boolean => value === undefined || value === null;

function hasLists(value: Json | undefined): boolean {
  return isObject(value) && Object.values(value).every((member) => Array.isArray(member));
}
