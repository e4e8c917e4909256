import type { Actions } from "./aws/job.js";
import { firstIn, type OptimizedService, textIn } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** `batch:submitJob` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html). */
export const BATCH: OptimizedService = {
  client: "batch",
  style: OLDER_STYLE,
  older: { prefix: "Batch", service: "AWSBatch", exception: "AWSBatchException" },
};

export const BATCH_ACTIONS: Actions = {
  submitJob: {
    job: {
      describe: "describeJobs",
      ask: (started) => ({ Jobs: [textIn(started, "JobId")] }),
      found: (answer) => firstIn(answer, "Jobs"),
      status: (job) => textIn(job, "Status"),
      succeeded: ["SUCCEEDED"],
      failed: ["FAILED"],
      stop: {
        call: "terminateJob",
        ask: (started) => ({
          JobId: textIn(started, "JobId"),
          Reason: "The execution of the state machine was stopped",
        }),
      },
    },
  },
};
