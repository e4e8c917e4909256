import { parseArn } from "../arn.js";
import { operation } from "../operation.js";

/** What a poll is answered for which no task came. */
const noTask = '{"taskToken":null}';

/**
 * The one operation that waits: up to 60 seconds for a task.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
 */
export const getActivityTask = operation("GetActivityTask", async (engine, { activityArn, workerName }, caller) => {
  parseArn(activityArn, "activity");
  const signal = caller.signal();
  try {
    const request = { activityArn, ...(workerName !== undefined && { workerName }) };
    const task = await engine.activities.task(request, signal);
    return task === undefined ? noTask : JSON.stringify({ taskToken: task.taskToken, input: task.input });
  } catch (error) {
    if (signal.aborted) {
      return noTask;
    }
    throw error;
  }
});
