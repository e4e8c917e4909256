import type { Actions } from "./aws/job.js";
import { type OptimizedService, objectIn, textIn } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** `athena:startQueryExecution` and what reads its results (https://docs.aws.amazon.com/step-functions/latest/dg/connect-athena.html). */
export const ATHENA: OptimizedService = {
  client: "athena",
  style: OLDER_STYLE,
  older: { prefix: "Athena", service: "AmazonAthena", exception: "AmazonAthenaException" },
};

export const ATHENA_ACTIONS: Actions = {
  startQueryExecution: {
    job: {
      describe: "getQueryExecution",
      ask: (started) => ({ QueryExecutionId: textIn(started, "QueryExecutionId") }),
      found: (answer) => objectIn(answer, "QueryExecution"),
      status: (query) => textIn(objectIn(query, "Status"), "State"),
      succeeded: ["SUCCEEDED"],
      failed: ["FAILED", "CANCELLED"],
      result: (query) => ({ QueryExecution: query }),
      stop: {
        call: "stopQueryExecution",
        ask: (started) => ({ QueryExecutionId: textIn(started, "QueryExecutionId") }),
      },
    },
  },
  stopQueryExecution: {},
  getQueryExecution: {},
  getQueryResults: {},
};
