import type { Actions } from "./aws/job.js";
import { type OptimizedService, textIn } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** `databrew:startJobRun` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-databrew.html). */
export const DATABREW: OptimizedService = {
  client: "databrew",
  style: OLDER_STYLE,
  older: { prefix: "GlueDataBrew", service: "AWSGlueDataBrew", exception: "AWSGlueDataBrewException" },
};

export const DATABREW_ACTIONS: Actions = {
  startJobRun: {
    job: {
      describe: "describeJobRun",
      ask: (started, { Name = null }) => ({ Name, RunId: textIn(started, "RunId") }),
      found: (answer) => answer,
      status: (run) => textIn(run, "State"),
      succeeded: ["SUCCEEDED"],
      failed: ["FAILED", "STOPPED", "TIMEOUT"],
      stop: { call: "stopJobRun", ask: (started, { Name = null }) => ({ Name, RunId: textIn(started, "RunId") }) },
    },
  },
};
