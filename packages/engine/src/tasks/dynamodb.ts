import type { OptimizedService } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** `dynamodb:getItem` and its like (https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html). */
export const DYNAMODB: OptimizedService = {
  client: "dynamodb",
  style: OLDER_STYLE,
  older: { prefix: "DynamoDB", service: "AmazonDynamoDBv2", exception: "AmazonDynamoDBException" },
};

export const DYNAMODB_ACTIONS = { getItem: {}, putItem: {}, updateItem: {}, deleteItem: {} };
