import type { Actions } from "./aws/job.js";
import { type OptimizedService, objectIn, textIn } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** `glue:startJobRun` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html). */
export const GLUE: OptimizedService = {
  client: "glue",
  style: OLDER_STYLE,
  older: { prefix: "Glue", service: "AWSGlue", exception: "AWSGlueException" },
};

export const GLUE_ACTIONS: Actions = {
  startJobRun: {
    job: {
      describe: "getJobRun",
      ask: (started, { JobName = null }) => ({ JobName, RunId: textIn(started, "JobRunId") }),
      found: (answer) => objectIn(answer, "JobRun"),
      status: (run) => textIn(run, "JobRunState"),
      succeeded: ["SUCCEEDED"],
      failed: ["FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"],
      stop: {
        call: "batchStopJobRun",
        ask: (started, { JobName = null }) => ({ JobName, JobRunIds: [textIn(started, "JobRunId")] }),
      },
    },
  },
};
