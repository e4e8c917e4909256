import { isObject, type Json, type JsonObject } from "@pawl/asl";
import type { Actions, Job } from "./aws/job.js";
import { type OptimizedCall, type OptimizedService, objectIn, textIn, withEmptyLists } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";
import { TaskError } from "./task-handler.js";

/**
 * Amazon EMR (https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html). The integration has names of its own for
 * actions and members: a `ClusterId` is the API's `JobFlowId`.
 */
export const EMR: OptimizedService = {
  client: "emr",
  style: withEmptyLists(OLDER_STYLE),
  older: {
    prefix: "ElasticMapReduce",
    service: "AmazonElasticMapReduce",
    exception: "AmazonElasticMapReduceException",
  },
};

/** A cluster that is to come to one of these states. */
function cluster(succeeded: readonly string[], failed: readonly string[]): Job {
  return {
    describe: "describeCluster",
    ask: (started, parameters) => ({ ClusterId: clusterId(started, parameters) }),
    found: (answer) => objectIn(answer, "Cluster"),
    status: (found) => textIn(objectIn(found, "Status"), "State"),
    succeeded,
    failed,
    result: (found, started) => ({ Cluster: found, ClusterId: textIn(found, "Id") || textIn(started, "ClusterId") }),
  };
}

function clusterId(started: JsonObject, parameters: JsonObject): string {
  return textIn(started, "ClusterId") || textIn(parameters, "ClusterId");
}

const named = (answer: JsonObject, name: string, value: Json): JsonObject => ({ [name]: value, ...answer });

export const EMR_ACTIONS: Actions = {
  createCluster: {
    call: "runJobFlow",
    result: ({ JobFlowId = null, ...answer }) => named(answer, "ClusterId", JobFlowId),
    job: {
      // A cluster that ends with its steps has done what it was for.
      ...cluster(["WAITING", "TERMINATED"], ["TERMINATED_WITH_ERRORS"]),
      stop: { call: "terminateJobFlows", ask: (started) => ({ JobFlowIds: [textIn(started, "ClusterId")] }) },
    },
  },
  terminateCluster: {
    call: "terminateJobFlows",
    parameters: ({ ClusterId = null }) => ({ JobFlowIds: [ClusterId] }),
    job: cluster(["TERMINATED", "TERMINATED_WITH_ERRORS"], []),
  },
  addStep: {
    call: "addJobFlowSteps",
    parameters: ({ ClusterId = null, Step = null, ...more }) => ({ ...more, JobFlowId: ClusterId, Steps: [Step] }),
    result: ({ StepIds, ...answer }) => named(answer, "StepId", (Array.isArray(StepIds) ? StepIds[0] : null) ?? null),
    job: {
      describe: "describeStep",
      ask: (started, parameters) => ({
        ClusterId: textIn(parameters, "ClusterId"),
        StepId: textIn(started, "StepId"),
      }),
      found: (answer) => objectIn(answer, "Step"),
      status: (step) => textIn(objectIn(step, "Status"), "State"),
      succeeded: ["COMPLETED"],
      failed: ["CANCELLED", "FAILED", "INTERRUPTED"],
      result: (step) => ({ Step: step }),
      stop: {
        call: "cancelSteps",
        ask: (started, parameters) => ({
          ClusterId: textIn(parameters, "ClusterId"),
          StepIds: [textIn(started, "StepId")],
        }),
      },
    },
  },
  cancelStep: {
    call: "cancelSteps",
    parameters: ({ StepId = null, ...more }) => ({ ...more, StepIds: [StepId] }),
  },
  setClusterTerminationProtection: {
    call: "setTerminationProtection",
    parameters: ({ ClusterId = null, ...more }) => ({ ...more, JobFlowIds: [ClusterId] }),
  },
  modifyInstanceFleetByName: {
    call: "modifyInstanceFleet",
    async prepare(call, { InstanceFleetName: name = null, InstanceFleet: changes, ...more }, signal) {
      const found = await instances(call, "Fleet", textIn(more, "ClusterId"), name, signal);
      return { ...more, InstanceFleet: { ...(isObject(changes) ? changes : {}), InstanceFleetId: found } };
    },
  },
  modifyInstanceGroupByName: {
    call: "modifyInstanceGroups",
    async prepare(call, { InstanceGroupName: name = null, InstanceGroup: changes, ...more }, signal) {
      const found = await instances(call, "Group", textIn(more, "ClusterId"), name, signal);
      return { ...more, InstanceGroups: [{ ...(isObject(changes) ? changes : {}), InstanceGroupId: found }] };
    },
  },
};

/** The id of the instance fleet or group with a name, which the API cannot find by it. @throws TaskError */
async function instances(
  call: OptimizedCall,
  kind: "Fleet" | "Group",
  cluster: string,
  name: Json,
  signal: AbortSignal,
): Promise<string> {
  for (let marker: Json | undefined; ; ) {
    const page: JsonObject = await call.ask(
      `listInstance${kind}s`,
      { ClusterId: cluster, ...(marker === undefined ? {} : { Marker: marker }) },
      signal,
    );
    const { [`Instance${kind}s`]: list = [], Marker: next } = page;
    const found = Array.isArray(list) ? list.find((each) => isObject(each) && each.Name === name) : undefined;
    if (found !== undefined) return textIn(found, "Id");
    if (typeof next !== "string" || next === "") break;
    marker = next;
  }
  const kindName = kind === "Fleet" ? "instance fleet" : "instance group";
  throw new TaskError(
    "ElasticMapReduce.AmazonElasticMapReduceException",
    `The cluster ${cluster} has no ${kindName} with the name ${textIn({ name }, "name")}`,
  );
}
