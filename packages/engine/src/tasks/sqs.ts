import type { OptimizedService } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** `sqs:sendMessage` (https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html). A body that is no text is sent as JSON. */
export const SQS: OptimizedService = {
  client: "sqs",
  style: OLDER_STYLE,
  older: { prefix: "SQS", service: "AmazonSQS", exception: "AmazonSQSException" },
};

export const SQS_ACTIONS = { sendMessage: {} };
