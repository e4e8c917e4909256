import type { Actions } from "./aws/job.js";
import { type OptimizedService, objectIn, textIn } from "./aws/optimized-call.js";
import { SDK_STYLE } from "./aws/wire-data.js";

/** `mediaconvert:createJob` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-mediaconvert.html). */
export const MEDIACONVERT: OptimizedService = { client: "mediaconvert", style: SDK_STYLE };

export const MEDIACONVERT_ACTIONS: Actions = {
  createJob: {
    job: {
      describe: "getJob",
      ask: (started) => ({ Id: textIn(objectIn(started, "Job"), "Id") }),
      found: (answer) => objectIn(answer, "Job"),
      status: (job) => textIn(job, "Status"),
      succeeded: ["COMPLETE"],
      failed: ["CANCELED", "ERROR"],
      result: (job) => ({ Job: job }),
      stop: { call: "cancelJob", ask: (started) => ({ Id: textIn(objectIn(started, "Job"), "Id") }) },
    },
  },
};
