import { AwsProvider, SfnStartExecution, SfnStateMachine, triggerOn } from "@pawl/cdktn";
import { App, DataResource, Fn, TerraformStack, TerraformVariable } from "cdktn";
import type { Construct } from "constructs";
import { deploymentProcessor } from "./deployment-processor.js";

class NamedExecution extends TerraformStack {
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
    const givenId = new TerraformVariable(this, "deployment_id", {
      description:
        "Names the execution: a deployment is processed once. Default: an id that Terraform makes up, and keeps.",
      type: "string",
      default: "",
    });
    const environment = new TerraformVariable(this, "environment", {
      description: "development, staging or production",
      type: "string",
      default: "staging",
    });

    const madeId = new DataResource(this, "default").id;
    const deploymentId = Fn.coalesce([givenId.value, madeId]);

    const processor = new SfnStateMachine(this, "processor", {
      name: "cdktn-deployment-processor",
      roleArn: roleArn.stringValue,
      definition: JSON.stringify(deploymentProcessor),
    });

    const named = new SfnStartExecution(this, "named", {
      stateMachineArn: processor.arn,
      name: `deployment-${deploymentId}`,
      input: Fn.jsonencode({ deployment_id: deploymentId, environment: environment.value }),
    });

    const deployment = new DataResource(this, "deployment", { input: { deployment_id: deploymentId } });
    triggerOn(deployment, { events: ["before_create", "before_update"], actions: [named] });
  }
}

const app = new App();
new NamedExecution(app, "named-execution");
app.synth();
