import type { Actions } from "./aws/job.js";
import { type OptimizedService, textIn } from "./aws/optimized-call.js";
import { SDK_STYLE } from "./aws/wire-data.js";

/** `bedrock:createModelCustomizationJob` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-bedrock.html). */
export const BEDROCK: OptimizedService = { client: "bedrock", style: SDK_STYLE };

export const BEDROCK_ACTIONS: Actions = {
  createModelCustomizationJob: {
    job: {
      describe: "getModelCustomizationJob",
      ask: (started) => ({ JobIdentifier: textIn(started, "JobArn") }),
      found: (answer) => answer,
      status: (job) => textIn(job, "Status"),
      succeeded: ["Completed"],
      failed: ["Failed", "Stopped"],
      stop: { call: "stopModelCustomizationJob", ask: (started) => ({ JobIdentifier: textIn(started, "JobArn") }) },
    },
  },
};
