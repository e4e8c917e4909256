import type { JsonObject } from "@pawl/asl";
import type { Actions, Job } from "./aws/job.js";
import { type OptimizedService, textIn } from "./aws/optimized-call.js";
import { OLDER_STYLE } from "./aws/wire-data.js";

/** Jobs and models of SageMaker (https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html). */
export const SAGEMAKER: OptimizedService = {
  client: "sagemaker",
  style: OLDER_STYLE,
  older: { prefix: "SageMaker", service: "AmazonSageMaker", exception: "AmazonSageMakerException" },
};

/** A job is known by the name that the state gives it. `kind` is as in `TrainingJob`. */
function job(kind: string): Job {
  const name = `${kind}Name`;
  const named = (_started: JsonObject, parameters: JsonObject): JsonObject => ({ [name]: textIn(parameters, name) });
  return {
    describe: `describe${kind}`,
    ask: named,
    found: (answer) => answer,
    status: (found) => textIn(found, `${kind}Status`),
    succeeded: ["Completed"],
    failed: ["Failed", "Stopped"],
    stop: { call: `stop${kind}`, ask: named },
  };
}

export const SAGEMAKER_ACTIONS: Actions = {
  createHyperParameterTuningJob: { job: job("HyperParameterTuningJob") },
  createLabelingJob: { job: job("LabelingJob") },
  createProcessingJob: { job: job("ProcessingJob") },
  createTrainingJob: { job: job("TrainingJob") },
  createTransformJob: { job: job("TransformJob") },
  createEndpoint: {},
  createEndpointConfig: {},
  createModel: {},
  updateEndpoint: {},
};
