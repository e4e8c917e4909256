import { AwsProvider, SfnStartExecution, SfnStateMachine, triggerOn } from "@pawl/cdktn";
import { App, DataResource, Fn, TerraformStack, TerraformVariable } from "cdktn";
import type { Construct } from "constructs";
import { dataPipeline } from "./data-pipeline.js";
import { processor } from "./processor.js";

const STAGES = ["ingest", "transform", "publish"];

class CiCdPipelineIntegration extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.addOverride("terraform.required_version", ">= 1.14.1");
    new AwsProvider(this, "aws", {
      region: "us-east-1",
      endpoint: "pawl", // a Pawl on this machine; leave it out for AWS
    });
    const roleArn = new TerraformVariable(this, "role_arn", {
      description: "The role that executions take on. Pawl does not ask who may do what.",
      type: "string",
      default: "arn:aws:iam::123456789012:role/step-functions",
    });
    const appVersion = new TerraformVariable(this, "app_version", {
      description: "What the pipeline deploys.",
      type: "string",
      default: "1.4.0",
    });
    const environment = new TerraformVariable(this, "environment", { type: "string", default: "staging" });

    // Replaced, and so with another id, for each version and for each change of what is deployed: each of them is checked, once.
    const build = new DataResource(this, "build", {
      triggersReplace: { version: appVersion.value, processor: JSON.stringify(processor) },
    });
    const deploymentId = `${appVersion.stringValue}-${Fn.substr(build.id, 0, 8)}`;

    const processors = STAGES.map(
      (stage) =>
        new SfnStateMachine(this, `processor-${stage}`, {
          name: `cdktn-pipeline-${stage}`,
          roleArn: roleArn.stringValue,
          definition: JSON.stringify(processor),
        }),
    );
    const pipeline = new SfnStateMachine(this, "data-pipeline", {
      name: "cdktn-data-pipeline",
      roleArn: roleArn.stringValue,
      definition: JSON.stringify(dataPipeline),
    });
    const artifact = new DataResource(this, "artifact", {
      input: { name: `pipeline-${appVersion.stringValue}.zip` },
    });

    const postDeploy = new SfnStartExecution(this, "post-deploy", {
      stateMachineArn: pipeline.arn,
      name: `post-deploy-${deploymentId}`,
      input: Fn.jsonencode({
        deployment_id: deploymentId,
        environment: environment.value,
        resources: {
          stages: processors.map(({ arn }) => arn),
          artifact: artifact.output.lookup("name"),
        },
      }),
      // A deployment that is not well fails the pipeline. These two are arguments of Pawl's provider.
      waitForCompletion: true,
      timeout: 300,
    });

    const deployComplete = new DataResource(this, "deploy-complete", {
      input: { deployment_id: deploymentId },
      dependsOn: processors,
    });
    triggerOn(deployComplete, { events: ["before_create", "before_update"], actions: [postDeploy] });
  }
}

const app = new App();
new CiCdPipelineIntegration(app, "ci-cd-pipeline-integration");
app.synth();
