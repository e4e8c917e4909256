import type { OptimizedService } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** `sns:publish` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html). A message that is no text is sent as JSON. */
export const SNS: OptimizedService = {
  client: "sns",
  style: OLDER_STYLE,
  older: { prefix: "SNS", service: "AmazonSNS", exception: "AmazonSNSException" },
};

export const SNS_ACTIONS = { publish: {} };
