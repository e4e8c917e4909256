import type { Actions } from "./aws/job.js";
import { type OptimizedService, objectIn, textIn } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** EMR on EKS (https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-eks.html). */
export const EMR_CONTAINERS: OptimizedService = {
  client: "emr-containers",
  style: OLDER_STYLE,
  older: { prefix: "EMRContainers", service: "AmazonEMRContainers", exception: "AmazonEMRContainersException" },
};

export const EMR_CONTAINERS_ACTIONS: Actions = {
  createVirtualCluster: {},
  deleteVirtualCluster: {
    job: {
      describe: "describeVirtualCluster",
      ask: (started) => ({ Id: textIn(started, "Id") }),
      found: (answer) => objectIn(answer, "VirtualCluster"),
      status: (cluster) => textIn(cluster, "State"),
      succeeded: ["TERMINATED"],
      failed: ["ARRESTED"],
      endsUnknown: true,
    },
  },
  startJobRun: {
    job: {
      describe: "describeJobRun",
      ask: (started) => ({ Id: textIn(started, "Id"), VirtualClusterId: textIn(started, "VirtualClusterId") }),
      found: (answer) => objectIn(answer, "JobRun"),
      status: (run) => textIn(run, "State"),
      succeeded: ["COMPLETED"],
      failed: ["FAILED", "CANCELLED"],
      stop: {
        call: "cancelJobRun",
        ask: (started) => ({ Id: textIn(started, "Id"), VirtualClusterId: textIn(started, "VirtualClusterId") }),
      },
    },
  },
};
