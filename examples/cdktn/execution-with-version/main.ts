import { AwsProvider, SfnStartExecution, SfnStateMachine, triggerOn } from "@pawl/cdktn";
import { App, DataResource, Fn, TerraformStack, TerraformVariable } from "cdktn";
import type { Construct } from "constructs";
import { reportBuilder } from "./report-builder.js";

class ExecutionWithVersion extends TerraformStack {
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
    const processingConfig = new TerraformVariable(this, "processing_config", {
      description: "How the report is built.",
      type: "object({ format = string, rows = number, page_size = number })",
      default: { format: "csv", rows: 120, page_size: 50 },
    });

    const machine = new SfnStateMachine(this, "example", {
      name: "cdktn-report-builder",
      roleArn: roleArn.stringValue,
      definition: JSON.stringify(reportBuilder),
      publish: true, // each change of the definition is a new version
    });

    const versioned = new SfnStartExecution(this, "versioned", {
      // The version that this configuration has published, whatever others publish meanwhile.
      stateMachineArn: machine.stateMachineVersionArn,
      input: Fn.jsonencode({ version: "v2", config: processingConfig.value }),
    });

    const report = new DataResource(this, "report", {
      input: { version: machine.stateMachineVersionArn, config: processingConfig.value },
    });
    triggerOn(report, { events: ["before_create", "before_update"], actions: [versioned] });
  }
}

const app = new App();
new ExecutionWithVersion(app, "execution-with-version");
app.synth();
