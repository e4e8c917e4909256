import { isObject, type Json, type JsonObject, numberOf, printJson } from "@pawl/asl";
import type { Actions } from "./aws/job.js";
import { firstIn, type OptimizedService, textIn, withEmptyLists } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";
import { TaskError } from "./task-handler.js";

/** `ecs:runTask`, also on Fargate (https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html). */
export const ECS: OptimizedService = {
  client: "ecs",
  style: withEmptyLists(OLDER_STYLE),
  older: { prefix: "ECS", service: "AmazonECS", exception: "AmazonECSException" },
};

export const ECS_ACTIONS: Actions = {
  runTask: {
    parameters: (parameters) => ({ StartedBy: "AWS Step Functions", ...parameters }),
    /** A task that could not be placed is no answer but a failure. */
    result(answer) {
      const { Failures: failures = [] } = answer;
      if (Array.isArray(failures) && failures.length > 0 && firstIn(answer, "Tasks") === undefined) {
        throw new TaskError("AmazonECS.Unknown", printJson({ Failures: failures }));
      }
      return answer;
    },
    job: {
      describe: "describeTasks",
      ask: (started, parameters) => ({ ...clusterOf(parameters), Tasks: tasksOf(started) }),
      found: (answer) => firstIn(answer, "Tasks"),
      status: (task) => textIn(task, "LastStatus"),
      succeeded: ["STOPPED"],
      failed: [],
      hasFailed: (task) => textIn(task, "LastStatus") === "STOPPED" && !hasSucceeded(task),
      stop: {
        call: "stopTask",
        ask: (started, parameters) => ({
          ...clusterOf(parameters),
          Task: tasksOf(started)[0] ?? null,
          Reason: "The execution of the state machine was stopped",
        }),
      },
    },
  },
};

function clusterOf({ Cluster: cluster }: JsonObject): JsonObject {
  return cluster === undefined ? {} : { Cluster: cluster };
}

function tasksOf(started: JsonObject): Json[] {
  const { Tasks: tasks } = started;
  return Array.isArray(tasks) ? tasks.map((task) => textIn(task, "TaskArn")) : [];
}

/** It was started, and every container that gave an exit code gave 0. */
function hasSucceeded(task: JsonObject): boolean {
  const { Containers: containers, StopCode: code } = task;
  if (code === "TaskFailedToStart") return false;
  const codes = Array.isArray(containers)
    ? containers.map((container) => (isObject(container) ? container.ExitCode : undefined))
    : [];
  return codes.every((exitCode) => exitCode === undefined || exitCode === null || numberOf(exitCode) === 0);
}
