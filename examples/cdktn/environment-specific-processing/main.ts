import { AwsProvider, SfnStartExecution, SfnStateMachine, triggerOn } from "@pawl/cdktn";
import { App, conditional, DataResource, Fn, Op, TerraformLocal, TerraformStack, TerraformVariable } from "cdktn";
import type { Construct } from "constructs";
import { batchProcessor } from "./batch-processor.js";

class EnvironmentSpecificProcessing extends TerraformStack {
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
    const environment = new TerraformVariable(this, "environment", {
      description: "production processes large batches and is patient; every other environment is not.",
      type: "string",
      default: "development",
    });
    const dataSource = new TerraformVariable(this, "data_source", { type: "string", default: "orders" });
    const outputPath = new TerraformVariable(this, "output_path", { type: "string", default: "processed/orders" });
    const functionArn = new TerraformVariable(this, "function_arn", {
      description: "The function that processes a batch: ../pawl.config.json says what it is on this machine.",
      type: "string",
      default: "arn:aws:lambda:us-east-1:123456789012:function:process-batch",
    });
    const executionConfig = new TerraformLocal(
      this,
      "execution_config",
      conditional(
        Op.eq(environment.stringValue, "production"),
        { batch_size: 1000, max_retries: 3, timeout_hours: 24 },
        { batch_size: 100, max_retries: 1, timeout_hours: 2 },
      ),
    );

    const machine = new SfnStateMachine(this, "batch_processor", {
      name: "cdktn-batch-processor",
      roleArn: roleArn.stringValue,
      definition: JSON.stringify(batchProcessor),
    });

    const batchProcess = new SfnStartExecution(this, "batch_process", {
      stateMachineArn: machine.arn,
      input: Fn.jsonencode(
        Fn.merge([
          executionConfig.expression,
          { data_source: dataSource.value, output_path: outputPath.value, function: functionArn.value },
        ]),
      ),
      waitForCompletion: true, // Pawl's provider only
    });

    const processing = new DataResource(this, "processing", {
      input: { environment: environment.value, data_source: dataSource.value },
    });
    triggerOn(processing, { events: ["before_create", "before_update"], actions: [batchProcess] });
  }
}

const app = new App();
new EnvironmentSpecificProcessing(app, "environment-specific-processing");
app.synth();
