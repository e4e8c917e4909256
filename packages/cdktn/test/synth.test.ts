import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { actionRuleFaults } from "./action-rules.js";
import { stackIn } from "./fixture.js";
import { libraries } from "./libraries.js";

describe.each(libraries)("%s", (_name, library) => {
  const { AwsProvider, Fn, SfnActivity, SfnStartExecution, TerraformAction, triggerOn } = library;

  test("an action has its configuration, its provider and what Terraform it needs", () => {
    const { stack, machine, synth } = stackIn(library);
    const us = new AwsProvider(stack, "aws-us", { alias: "us", region: "us-west-2" });
    const start = new SfnStartExecution(stack, "start", {
      provider: us,
      stateMachineArn: machine.arn,
      input: Fn.jsonencode({ user_id: "12345" }),
      name: "first",
      region: "us-west-1",
      traceHeader: "Root=1-5759e988-bd862e3fe1be46a994272793",
      waitForCompletion: true,
      timeout: 600,
      pollInterval: 2,
      stopOnCancel: false,
    });

    expect(start.address).toBe("action.aws_sfn_start_execution.start");
    const { action, terraform, provider } = synth();
    expect(action).toEqual({
      aws_sfn_start_execution: {
        start: {
          provider: "aws.us",
          config: {
            state_machine_arn: "${aws_sfn_state_machine.hello.arn}",
            input: '${jsonencode({"user_id" = "12345"})}',
            name: "first",
            region: "us-west-1",
            trace_header: "Root=1-5759e988-bd862e3fe1be46a994272793",
            wait_for_completion: true,
            timeout: 600,
            poll_interval: 2,
            stop_on_cancel: false,
          },
        },
      },
    });
    expect(terraform).toEqual({
      required_version: ">= 1.14.1",
      required_providers: { aws: { source: "pawl.internal/pawl/aws" } },
    });
    expect(provider.aws).toEqual([{ region: "eu-west-1" }, { region: "us-west-2", alias: "us" }]);
  });

  test("the provider's configuration", () => {
    const { stack, synth } = stackIn(library);
    new AwsProvider(stack, "all", {
      alias: "all",
      source: "hashicorp/aws",
      version: "~> 6.0",
      endpoints: [{ sfn: "http://127.0.0.1:8083" }],
      assumeRole: [{ roleArn: "arn:aws:iam::123456789012:role/deploy", tags: { camelCase: "kept" } }],
      defaultTags: [{ tags: { camelCase: "kept" } }],
      ignoreTags: [{ keyPrefixes: ["aws:"] }],
      skipCredentialsValidation: true,
    });
    const { provider, terraform } = synth();
    expect(provider.aws[1]).toEqual({
      alias: "all",
      endpoints: [{ sfn: "http://127.0.0.1:8083" }],
      assume_role: [{ role_arn: "arn:aws:iam::123456789012:role/deploy", tags: { camelCase: "kept" } }],
      default_tags: [{ tags: { camelCase: "kept" } }],
      ignore_tags: [{ key_prefixes: ["aws:"] }],
      skip_credentials_validation: true,
    });
    expect(terraform.required_providers.aws).toEqual({ source: "hashicorp/aws", version: "~> 6.0" });
  });

  test("what is not given is not there", () => {
    const { stack, machine, synth } = stackIn(library);
    new SfnStartExecution(stack, "start", { stateMachineArn: machine.arn });
    expect(synth().action.aws_sfn_start_execution.start).toEqual({
      config: { state_machine_arn: "${aws_sfn_state_machine.hello.arn}" },
    });
  });

  test("a generic action passes its configuration on by Terraform's names, keys of maps untouched", () => {
    const { stack, machine, synth } = stackIn(library);
    new TerraformAction(stack, "warm-up", {
      terraformActionType: "aws_lambda_invoke",
      config: { function_name: "warm-up", tenant: { camelCase: machine.arn } },
    });
    expect(synth().action.aws_lambda_invoke["warm-up"].config).toEqual({
      function_name: "warm-up",
      tenant: { camelCase: "${aws_sfn_state_machine.hello.arn}" },
    });
  });

  test("overrides reach into an action; its address keeps its logical id", () => {
    const { stack, machine, synth } = stackIn(library);
    const start = new SfnStartExecution(stack, "start", { stateMachineArn: machine.arn, name: "first" });
    start.addOverride("config.name", "second");
    start.addOverride("config.future_argument", { list: [1] });
    start.overrideLogicalId("renamed");
    expect(start.address).toBe("action.aws_sfn_start_execution.renamed");
    expect(() => start.overrideLogicalId("again")).toThrow();
    expect(synth().action.aws_sfn_start_execution.renamed.config).toMatchObject({
      name: "second",
      future_argument: { list: [1] },
    });
  });

  test("instances: count and forEach", () => {
    const { stack, machine, synth } = stackIn(library);
    const each = library.TerraformIterator.fromList(["a", "b"]);
    const stateMachineArn = machine.arn;
    const fanOut = new SfnStartExecution(stack, "fan-out", { forEach: each, stateMachineArn, name: each.value });
    const twice = new SfnStartExecution(stack, "twice", { count: 2, stateMachineArn });
    const counted = new SfnStartExecution(stack, "counted", { count: library.TerraformCount.of(3), stateMachineArn });
    const resource = new SfnActivity(stack, "each", { name: each.value, forEach: each });
    triggerOn(resource, {
      events: ["after_create"],
      actions: [fanOut.addressAt("a"), fanOut.addressAt('quote " ${x}'), twice.addressAt(1), fanOut.addressAtEachKey],
    });
    expect(counted.addressAtCountIndex).toBe("action.aws_sfn_start_execution.counted[count.index]");

    const { action, resource: resources } = synth();
    expect(action.aws_sfn_start_execution["fan-out"]).toMatchObject({
      for_each: '${toset(["a", "b"])}',
      config: { name: "${each.value}" },
    });
    expect(action.aws_sfn_start_execution.twice.count).toBe(2);
    expect(action.aws_sfn_start_execution.counted.count).toBe(3);
    expect(resources.aws_sfn_activity.each.lifecycle.action_trigger[0].actions).toEqual([
      'action.aws_sfn_start_execution.fan-out["a"]',
      'action.aws_sfn_start_execution.fan-out["quote \\" $${x}"]',
      "action.aws_sfn_start_execution.twice[1]",
      "action.aws_sfn_start_execution.fan-out[each.key]",
    ]);
    expect(() => twice.addressAt(-1)).toThrow(RangeError);
    expect(() => twice.addressAt(0.5)).toThrow(RangeError);
    expect(() => fanOut.addressAt(each.value)).toThrow("use addressAtEachKey");
  });

  test("triggers come one behind the other and leave the rest of lifecycle as it is", () => {
    const { stack, machine, synth } = stackIn(library);
    const resource = new SfnActivity(stack, "kept", {
      name: "kept",
      lifecycle: { createBeforeDestroy: true, ignoreChanges: ["tags"] },
    });
    const one = new SfnStartExecution(stack, "one", { stateMachineArn: machine.arn });
    const two = new SfnStartExecution(stack, "two", { stateMachineArn: machine.arn });
    triggerOn(resource, { events: ["after_create", "after_update"], actions: [one] });
    resource.addOverride("lifecycle.prevent_destroy", true);
    triggerOn(resource, {
      events: ["before_update"],
      actions: [two, one.address],
      condition: library.Op.not(library.Op.eq(machine.name, "none")),
    });
    triggerOn(resource, { events: ["after_update"], actions: [two], condition: false });

    expect(synth().resource.aws_sfn_activity.kept.lifecycle).toEqual({
      create_before_destroy: true,
      ignore_changes: ["tags"],
      prevent_destroy: true,
      action_trigger: [
        { events: ["after_create", "after_update"], actions: ["action.aws_sfn_start_execution.one"] },
        {
          events: ["before_update"],
          actions: ["action.aws_sfn_start_execution.two", "action.aws_sfn_start_execution.one"],
          condition: expect.stringMatching(/^\$\{!\(?\(?aws_sfn_state_machine\.hello\.name == "none"\)?\)?\}$/),
        },
        { events: ["after_update"], actions: ["action.aws_sfn_start_execution.two"], condition: false },
      ],
    });
  });

  test("a trigger that an override has made stays", () => {
    const { stack, machine, resource, synth } = stackIn(library);
    const start = new SfnStartExecution(stack, "start", { stateMachineArn: machine.arn });
    resource.addOverride("lifecycle.action_trigger", { events: ["after_create"], actions: [start.address] });
    triggerOn(resource, { events: ["after_update"], actions: [start] });
    expect(synth().resource.aws_sfn_activity.work.lifecycle.action_trigger).toHaveLength(2);
  });

  test("onFailure and the events of destroying need Terraform 1.16", () => {
    const { stack, machine, resource, synth } = stackIn(library, { targetVersions: { terraform: ">=1.16.0" } });
    const start = new SfnStartExecution(stack, "start", { stateMachineArn: machine.arn });
    triggerOn(resource, { events: ["before_destroy", "after_destroy"], actions: [start], onFailure: "continue" });
    const { terraform, resource: resources } = synth();
    expect(terraform.required_version).toBe(">= 1.16.0");
    expect(resources.aws_sfn_activity.work.lifecycle.action_trigger).toEqual([
      {
        events: ["before_destroy", "after_destroy"],
        on_failure: "continue",
        actions: ["action.aws_sfn_start_execution.start"],
      },
    ]);
  });

  test("resources and data sources of the provider", () => {
    const { stack, machine, synth } = stackIn(library);
    new library.SfnStateMachine(stack, "all", {
      namePrefix: "all-",
      roleArn: "arn:aws:iam::123456789012:role/hello",
      definition: "{}",
      type: "EXPRESS",
      publish: true,
      tags: { camelCase: "kept" },
      loggingConfiguration: { level: "ALL", includeExecutionData: true, logDestination: "arn:aws:logs:x:*" },
      tracingConfiguration: { enabled: true },
      encryptionConfiguration: { type: "AWS_OWNED_KEY" },
      timeouts: { create: "5m" },
    });
    new library.SfnAlias(stack, "prod", {
      name: "PROD",
      routingConfiguration: [{ stateMachineVersionArn: machine.stateMachineVersionArn, weight: 100 }],
    });
    new library.DataAwsSfnStateMachine(stack, "found", { name: "there" });
    new library.DataAwsSfnAlias(stack, "found-alias", { name: "PROD", statemachineArn: machine.arn });
    new library.DataAwsSfnActivity(stack, "found-activity", { name: "there" });
    new library.DataAwsSfnStateMachineVersions(stack, "versions", { statemachineArn: machine.arn });

    const { resource, data } = synth();
    expect(resource.aws_sfn_state_machine.all).toEqual({
      name_prefix: "all-",
      role_arn: "arn:aws:iam::123456789012:role/hello",
      definition: "{}",
      type: "EXPRESS",
      publish: true,
      tags: { camelCase: "kept" },
      logging_configuration: { level: "ALL", include_execution_data: true, log_destination: "arn:aws:logs:x:*" },
      tracing_configuration: { enabled: true },
      encryption_configuration: { type: "AWS_OWNED_KEY" },
      timeouts: { create: "5m" },
    });
    expect(resource.aws_sfn_alias.prod).toEqual({
      name: "PROD",
      routing_configuration: [
        { state_machine_version_arn: "${aws_sfn_state_machine.hello.state_machine_version_arn}", weight: 100 },
      ],
    });
    const statemachine_arn = "${aws_sfn_state_machine.hello.arn}";
    expect(data).toEqual({
      aws_sfn_state_machine: { found: { name: "there" } },
      aws_sfn_alias: { "found-alias": { name: "PROD", statemachine_arn } },
      aws_sfn_activity: { "found-activity": { name: "there" } },
      aws_sfn_state_machine_versions: { versions: { statemachine_arn } },
    });
  });

  test("an app writes a stack with actions", () => {
    const { app, stack, machine, resource } = stackIn(library);
    const start = new SfnStartExecution(stack, "start", { stateMachineArn: machine.arn });
    triggerOn(resource, { events: ["after_create"], actions: [start] });
    app.synth();
    const written = JSON.parse(readFileSync(join(app.outdir, "stacks/stack/cdk.tf.json"), "utf8"));
    expect(written.action.aws_sfn_start_execution.start["//"]).toEqual({
      metadata: { path: "stack/start", uniqueId: "start" },
    });
    expect(actionRuleFaults(written)).toEqual([]);
  });
});
