import type { JsonObject } from "@pawl/asl";
import type { Actions, Job } from "./aws/job.js";
import { type OptimizedService, objectIn, textIn } from "./aws/optimized-call.js";
import { SDK_STYLE } from "./aws/wire-data.js";

/** EMR Serverless (https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html). */
export const EMR_SERVERLESS: OptimizedService = { client: "emr-serverless", style: SDK_STYLE };

/** An application that is to come to one of these states. */
function application(...succeeded: string[]): Job {
  return {
    describe: "getApplication",
    ask: (started, parameters) => ({ ApplicationId: applicationId(started, parameters) }),
    found: (answer) => objectIn(answer, "Application"),
    status: (found) => textIn(found, "State"),
    succeeded,
    failed: succeeded.includes("TERMINATED") ? [] : ["TERMINATED"],
    endsUnknown: succeeded.includes("TERMINATED"),
    result: (found) => ({ Application: found }),
  };
}

function applicationId(started: JsonObject, parameters: JsonObject): string {
  return textIn(started, "ApplicationId") || textIn(parameters, "ApplicationId");
}

const runOf = (started: JsonObject, parameters: JsonObject): JsonObject => ({
  ApplicationId: applicationId(started, parameters),
  JobRunId: textIn(started, "JobRunId") || textIn(parameters, "JobRunId"),
});

const jobRun: Job = {
  describe: "getJobRun",
  ask: runOf,
  found: (answer) => objectIn(answer, "JobRun"),
  status: (run) => textIn(run, "State"),
  succeeded: ["SUCCESS"],
  failed: ["FAILED", "CANCELLED"],
  stop: { call: "cancelJobRun", ask: runOf },
};

const { stop: _, ...ending } = jobRun;

export const EMR_SERVERLESS_ACTIONS: Actions = {
  createApplication: { job: application("CREATED", "STARTED") },
  startApplication: { job: application("STARTED") },
  stopApplication: { job: application("STOPPED", "CREATED") },
  deleteApplication: { job: application("TERMINATED") },
  startJobRun: { job: jobRun },
  cancelJobRun: { job: { ...ending, succeeded: ["CANCELLED"], failed: ["FAILED", "SUCCESS"] } },
};
