import { isObject, parseJson, printJson } from "@pawl/asl";
import { EXECUTION_DATA } from "@pawl/engine";
import { parseArn } from "../arn.js";
import { operation } from "../operation.js";
import { pageOf } from "../page.js";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html */
export const getExecutionHistory = operation("GetExecutionHistory", async (engine, input) => {
  const { executionArn, reverseOrder = false, includeExecutionData = true } = input;
  parseArn(executionArn, "execution");
  const { items, nextToken } = await engine.executions.history({ executionArn, reverseOrder, ...pageOf(input) });
  // The engine keeps events as the API prints them: they are joined as they are, not parsed and printed again.
  const events = (includeExecutionData ? items : items.map(withoutData)).join(",");
  return `{"events":[${events}]${nextToken === undefined ? "" : `,"nextToken":${JSON.stringify(nextToken)}`}}`;
});

function withoutData(text: string): string {
  const event = parseJson(text);
  if (isObject(event)) {
    for (const details of Object.values(event)) {
      if (isObject(details)) {
        for (const member of EXECUTION_DATA) {
          delete details[member];
        }
      }
    }
  }
  return printJson(event);
}
