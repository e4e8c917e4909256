import { randomBytes } from "node:crypto";
import { AwsProvider, SfnStartExecution, SfnStateMachine, triggerOn } from "@pawl/cdktn";
import { App, DataResource, Fn, TerraformStack, TerraformVariable } from "cdktn";
import type { Construct } from "constructs";
import { tracedProcessor } from "./traced-processor.js";

/** 1-SECONDS-ID: the seconds since 1970 as 8 hexadecimal digits, and 24 more digits. A new one each time the stack is synthesized. */
function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000);
  return `1-${seconds.toString(16).padStart(8, "0")}-${randomBytes(12).toString("hex")}`;
}

class XRayTracing extends TerraformStack {
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
    const processingData = new TerraformVariable(this, "processing_data", {
      description: "What is processed.",
      type: "object({ source = string, measurements = list(number) })",
      default: { source: "sensor-7", measurements: [3, 14, 15, 9, 2, 6] },
    });

    const machine = new SfnStateMachine(this, "example", {
      name: "cdktn-traced-processor",
      roleArn: roleArn.stringValue,
      definition: JSON.stringify(tracedProcessor),
      tracingConfiguration: { enabled: true },
    });

    const traceId = newTraceId();
    const traced = new SfnStartExecution(this, "traced", {
      stateMachineArn: machine.arn,
      traceHeader: `Root=${traceId};Sampled=1`,
      input: Fn.jsonencode({ trace_id: traceId, data: processingData.value }),
    });

    const processing = new DataResource(this, "processing", { input: { data: processingData.value } });
    triggerOn(processing, { events: ["before_create", "before_update"], actions: [traced] });
  }
}

const app = new App();
new XRayTracing(app, "x-ray-tracing");
app.synth();
