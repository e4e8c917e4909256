import { AwsProvider, SfnAlias, SfnStartExecution, SfnStateMachine, triggerOn } from "@pawl/cdktn";
import { App, DataResource, Fn, TerraformStack, TerraformVariable } from "cdktn";
import type { Construct } from "constructs";
import { batchImporter } from "./batch-importer.js";

class ExecutionWithAlias extends TerraformStack {
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

    const machine = new SfnStateMachine(this, "example", {
      name: "cdktn-batch-importer",
      roleArn: roleArn.stringValue,
      definition: JSON.stringify(batchImporter),
      publish: true,
    });

    const prod = new SfnAlias(this, "prod", {
      name: "PROD",
      description: "What runs in production",
      routingConfiguration: [{ stateMachineVersionArn: machine.stateMachineVersionArn, weight: 100 }],
    });

    const production = new SfnStartExecution(this, "production", {
      stateMachineArn: prod.arn,
      input: Fn.jsonencode({ environment: "production", batch_size: 1000 }),
    });

    const imported = new DataResource(this, "import", {
      input: { version: machine.stateMachineVersionArn },
      dependsOn: [prod],
    });
    // After: an alias moves to a new version while it is updated, and the import is to run with that one.
    triggerOn(imported, { events: ["after_create", "after_update"], actions: [production] });
  }
}

const app = new App();
new ExecutionWithAlias(app, "execution-with-alias");
app.synth();
