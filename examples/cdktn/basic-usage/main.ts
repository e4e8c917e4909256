import { AwsProvider, SfnStartExecution, SfnStateMachine, triggerOn } from "@pawl/cdktn";
import { App, DataResource, Fn, TerraformStack, TerraformVariable } from "cdktn";
import type { Construct } from "constructs";
import { greeter } from "./greeter.js";

class BasicUsage extends TerraformStack {
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
      name: "cdktn-greeter",
      roleArn: roleArn.stringValue,
      definition: JSON.stringify(greeter),
    });

    const start = new SfnStartExecution(this, "start", {
      stateMachineArn: machine.arn,
      input: Fn.jsonencode({ user_id: "12345", action: "process" }),
    });

    const trigger = new DataResource(this, "trigger", {
      input: { revision: "1" }, // change it: the next apply starts an execution again
    });
    triggerOn(trigger, { events: ["before_create", "before_update"], actions: [start] });
  }
}

const app = new App();
new BasicUsage(app, "basic-usage");
app.synth();
