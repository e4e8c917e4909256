import type { Actions, Job } from "./aws/job.js";
import { firstIn, type OptimizedService, objectIn, textIn } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** `codebuild:startBuild` and its like (https://docs.aws.amazon.com/step-functions/latest/dg/connect-codebuild.html). */
export const CODEBUILD: OptimizedService = {
  client: "codebuild",
  style: OLDER_STYLE,
  older: { prefix: "CodeBuild", service: "AWSCodeBuild", exception: "AWSCodeBuildException" },
};

const FAILED = ["FAILED", "FAULT", "TIMED_OUT", "STOPPED"];

const build: Job = {
  describe: "batchGetBuilds",
  ask: (started) => ({ Ids: [textIn(objectIn(started, "Build"), "Id")] }),
  found: (answer) => firstIn(answer, "Builds"),
  status: (found) => textIn(found, "BuildStatus"),
  succeeded: ["SUCCEEDED"],
  failed: FAILED,
  result: (found) => ({ Build: found }),
  stop: { call: "stopBuild", ask: (started) => ({ Id: textIn(objectIn(started, "Build"), "Id") }) },
};

const buildBatch: Job = {
  describe: "batchGetBuildBatches",
  ask: (started) => ({ Ids: [textIn(objectIn(started, "BuildBatch"), "Id")] }),
  found: (answer) => firstIn(answer, "BuildBatches"),
  status: (found) => textIn(found, "BuildBatchStatus"),
  succeeded: ["SUCCEEDED"],
  failed: FAILED,
  result: (found) => ({ BuildBatch: found }),
  stop: { call: "stopBuildBatch", ask: (started) => ({ Id: textIn(objectIn(started, "BuildBatch"), "Id") }) },
};

export const CODEBUILD_ACTIONS: Actions = {
  startBuild: { job: build },
  startBuildBatch: { job: buildBatch },
  retryBuildBatch: { job: buildBatch },
  stopBuild: {},
  stopBuildBatch: {},
  deleteBuildBatch: {},
  batchDeleteBuilds: {},
  batchGetReports: {},
};
