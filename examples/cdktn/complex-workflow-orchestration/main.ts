import { AwsProvider, SfnStartExecution, SfnStateMachine, triggerOn } from "@pawl/cdktn";
import { App, DataResource, Fn, TerraformStack, TerraformVariable } from "cdktn";
import type { Construct } from "constructs";
import { orchestrator } from "./orchestrator.js";
import { stepWorker } from "./step-worker.js";

class ComplexWorkflowOrchestration extends TerraformStack {
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
    const environment = new TerraformVariable(this, "environment", { type: "string", default: "staging" });
    const appVersion = new TerraformVariable(this, "app_version", { type: "string", default: "2.0.0" });
    const workflowSteps = new TerraformVariable(this, "workflow_steps", {
      description: "What is done, in order.",
      type: "list(string)",
      default: ["extract", "transform", "load"],
    });
    const executionTags = new TerraformVariable(this, "execution_tags", {
      type: "map(string)",
      default: { team: "data", cost: "batch" },
    });
    const functionArn = new TerraformVariable(this, "function_arn", {
      description: "The function that does a step: ../pawl.config.json says what it is on this machine.",
      type: "string",
      default: "arn:aws:lambda:us-east-1:123456789012:function:run-step",
    });

    const worker = new SfnStateMachine(this, "worker", {
      name: "cdktn-step-worker",
      roleArn: roleArn.stringValue,
      definition: JSON.stringify(stepWorker),
    });
    const machine = new SfnStateMachine(this, "orchestrator", {
      name: "cdktn-orchestrator",
      roleArn: roleArn.stringValue,
      definition: JSON.stringify(orchestrator),
    });
    const folders = new DataResource(this, "folders", {
      input: {
        input_folder: `data/${environment.stringValue}/in`,
        output_folder: `data/${environment.stringValue}/out`,
        temp_folder: `data/${environment.stringValue}/tmp`,
      },
    });

    const start = new SfnStartExecution(this, "start", {
      stateMachineArn: machine.arn,
      input: Fn.jsonencode({
        workflow: {
          id: `workflow-${Fn.formatdate("YYYYMMDD-hhmmss", Fn.plantimestamp())}`,
          type: "data-processing",
          steps: workflowSteps.value,
        },
        resources: {
          compute: { worker: worker.arn, function: functionArn.value },
          storage: folders.output,
          messaging: {
            success_topic: `workflow-succeeded-${environment.stringValue}`,
            error_topic: `workflow-failed-${environment.stringValue}`,
          },
        },
        metadata: {
          created_by: "terraform",
          environment: environment.value,
          version: appVersion.value,
          tags: executionTags.value,
        },
      }),
      waitForCompletion: true, // Pawl's provider only
    });

    const workflow = new DataResource(this, "workflow", {
      input: { steps: workflowSteps.value, version: appVersion.value },
    });
    triggerOn(workflow, { events: ["before_create", "before_update"], actions: [start] });
  }
}

const app = new App();
new ComplexWorkflowOrchestration(app, "complex-workflow-orchestration");
app.synth();
