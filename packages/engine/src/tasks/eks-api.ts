import type { JsonObject } from "@pawl/asl";
import type { Actions, Job } from "./aws/job.js";
import { type OptimizedService, objectIn, textIn } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** Clusters, node groups and Fargate profiles of EKS (https://docs.aws.amazon.com/step-functions/latest/dg/connect-eks.html). */
export const EKS: OptimizedService = {
  client: "eks",
  style: OLDER_STYLE,
  older: { prefix: "EKS", service: "AmazonEKS", exception: "AmazonEKSException" },
};

interface Resource {
  /** As in `DescribeNodegroup`. */
  readonly name: string;
  /** The members that say which one it is. */
  readonly keys: readonly string[];
}

const CLUSTER: Resource = { name: "Cluster", keys: ["Name"] };
const NODEGROUP: Resource = { name: "Nodegroup", keys: ["ClusterName", "NodegroupName"] };
const FARGATE_PROFILE: Resource = { name: "FargateProfile", keys: ["ClusterName", "FargateProfileName"] };

function described({ name, keys }: Resource): Pick<Job, "describe" | "ask" | "found" | "status" | "result"> {
  return {
    describe: `describe${name}`,
    ask: (_started, parameters): JsonObject => Object.fromEntries(keys.map((key) => [key, textIn(parameters, key)])),
    found: (answer) => objectIn(answer, name),
    status: (found) => textIn(found, "Status"),
    result: (found) => ({ [name]: found }),
  };
}

const made = (resource: Resource): Job => ({
  ...described(resource),
  succeeded: ["ACTIVE"],
  failed: ["FAILED", "CREATE_FAILED", "DEGRADED"],
});

const deleted = (resource: Resource): Job => ({
  ...described(resource),
  succeeded: [],
  failed: ["FAILED", "DELETE_FAILED"],
  endsUnknown: true,
});

export const EKS_ACTIONS: Actions = {
  createCluster: { job: made(CLUSTER) },
  deleteCluster: { job: deleted(CLUSTER) },
  createNodegroup: { job: made(NODEGROUP) },
  deleteNodegroup: { job: deleted(NODEGROUP) },
  createFargateProfile: { job: made(FARGATE_PROFILE) },
  deleteFargateProfile: { job: deleted(FARGATE_PROFILE) },
};
