import { describe, expect, test } from "vitest";
import { installedFault } from "../src/terraform-versions.js";
import { appIn, stackIn } from "./fixture.js";
import { type Library, libraries } from "./libraries.js";

/** {@link stackIn} with an action. */
function startIn(library: Library, context?: Record<string, unknown>) {
  const parts = stackIn(library, context);
  const start = new library.SfnStartExecution(parts.stack, "start", { stateMachineArn: parts.machine.arn });
  return { ...parts, start };
}

describe.each(libraries)("%s refuses", (_name, library) => {
  const { AwsProvider, SfnStartExecution, TerraformAction, triggerOn } = library;

  test("HCL output of an action", () => {
    const { stack } = startIn(library);
    expect(() => library.Testing.synthHcl(stack)).toThrow(/HCL output drops/);
  });

  test("HCL output of nothing but a trigger", () => {
    const { stack, resource } = stackIn(library);
    triggerOn(resource, { events: ["after_create"], actions: ["action.aws_lambda_invoke.other"] });
    expect(() => library.Testing.synthHcl(stack)).toThrow(/HCL output drops/);
  });

  test.each([
    [["afterCreate"], '"afterCreate" is not an event: write "after_create"'],
    [["${before_update}"], '"${before_update}" is not an event: write "before_update"'],
    [["created"], '"created" is not an event: the events are before_create,'],
    [["after_create", "after_create"], '"after_create" stands twice'],
    [[], "events is empty"],
    [[7], "7 is not an event"],
    ["after_create", 'events is "after_create", not a list'],
    [undefined, "events is undefined, not a list"],
  ])("events %j", (events, message) => {
    const { resource, start } = startIn(library);
    expect(() => triggerOn(resource, { events: events as never, actions: [start] })).toThrow(message);
    expect(Reflect.get(resource, "rawOverrides")).toEqual({});
  });

  test("no actions, references that Terraform does not take, other things", () => {
    const { stack, machine, resource, start } = startIn(library);
    const events = ["after_create"] as const;
    const trigger =
      (...actions: unknown[]) =>
      () =>
        triggerOn(resource, { events, actions: actions as never });
    expect(trigger()).toThrow("actions is empty");
    expect(() => triggerOn(resource, { events, actions: start as never })).toThrow("actions is not a list");
    expect(trigger(start.fqn)).toThrow("use the action itself or its .address");
    expect(trigger("${action.aws_sfn_start_execution.start}")).toThrow("bare references");
    expect(trigger("aws_sfn_start_execution.start")).toThrow("is not the address of an action");
    expect(trigger("action.a.b[*]")).toThrow("is not the address of an action");
    expect(trigger(machine)).toThrow("must be a TerraformAction");
    const data = new library.DataAwsSfnStateMachine(stack, "data", { name: "there" });
    expect(() => triggerOn(data as never, { events, actions: [start] })).toThrow("only resources have triggers");
    const condition = "var.enabled";
    expect(() => triggerOn(resource, { events, actions: [start], condition })).toThrow("is a text");
    expect(() => triggerOn(resource, { events, actions: [start], onFailure: "stop" as never })).toThrow(
      '"stop" is not a value of onFailure',
    );
    expect(() => new TerraformAction(stack, "bad", { terraformActionType: "action.x y" })).toThrow("is not a type");
  });

  test("a lifecycle that is overridden as a whole by something else", () => {
    const { resource, start } = startIn(library);
    resource.addOverride("lifecycle", [{ prevent_destroy: true }]);
    expect(() => triggerOn(resource, { events: ["after_create"], actions: [start] })).toThrow("overridden as a whole");
  });

  test("an action of another stack", () => {
    const { app, resource } = stackIn(library);
    const other = new library.TerraformStack(app, "other");
    const start = new SfnStartExecution(other, "start", { stateMachineArn: "arn" });
    expect(() => triggerOn(resource, { events: ["after_create"], actions: [start] })).toThrow(
      "the action other/start belongs to stack other, and a trigger runs those of its own stack only: stack",
    );
  });

  test("an action that the stack does not have; one that an override makes is had", () => {
    const { stack, resource, synth } = stackIn(library);
    triggerOn(resource, { events: ["after_create"], actions: ["action.aws_lambda_invoke.other"] });
    expect(() => synth()).toThrow("stack stack has no action action.aws_lambda_invoke.other");
    stack.addOverride("action.aws_lambda_invoke.other.config.function_name", "other");
    expect(synth().action.aws_lambda_invoke.other.config).toEqual({ function_name: "other" });
  });

  test("an action with instances where none is named", () => {
    const { resource, start, synth } = startIn(library);
    start.count = 2;
    triggerOn(resource, { events: ["after_create"], actions: [start] });
    expect(() => synth()).toThrow("has instances: name one");
  });

  test("count together with forEach", () => {
    const { start, synth } = startIn(library);
    start.count = 2;
    start.forEach = library.TerraformIterator.fromList(["a"]);
    expect(() => synth()).toThrow("stack/start has count and forEach");
  });

  test("a missing provider, and one of another stack", () => {
    const app = appIn(library);
    const stack = new library.TerraformStack(app, "alone");
    const start = new SfnStartExecution(stack, "start", { stateMachineArn: "arn" });
    expect(() => library.Testing.synth(stack, true)).toThrow(
      'needs the provider "aws", which stack alone does not have: add its construct, such as new AwsProvider(…)',
    );
    start.provider = new AwsProvider(new library.TerraformStack(app, "other"), "aws");
    expect(() => library.Testing.synth(stack, true)).toThrow("its provider is in stack other");
  });

  test.each(["aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws"])(
    "waiting with the provider %s, which does not",
    (source) => {
      const { stack, start, synth } = startIn(library);
      start.provider = new AwsProvider(stack, "theirs", { alias: "theirs", source });
      synth();
      start.waitForCompletion = true;
      start.timeout = 60;
      expect(() => synth()).toThrow("leave waitForCompletion, timeout out, or use Pawl's provider");
    },
  );

  test.each([
    [">=1.14.1", "before_create"],
    [">=1.14.1", "before_update"],
    [">=1.16.0", "before_create"],
  ] as const)("with Terraform %s, an action that refers to the resource that runs it: %s", (terraform, event) => {
    const { machine, start, synth } = startIn(library, { targetVersions: { terraform } });
    triggerOn(machine, { events: [event], actions: [start] });
    expect(() => synth()).toThrow("refers to aws_sfn_state_machine.hello and runs");
  });

  test.each([
    [">=1.14.1", ["after_create"], 1],
    [">=1.16.0", ["after_update"], 1],
    [">=1.14.1", ["after_create", "after_update"], 0],
    [">=1.14.1 <1.16.0", ["after_create"], 0],
  ] as const)("not, with Terraform %s, one that does so %j: warnings %i", (terraform, events, warnings) => {
    const { machine, start, synth } = startIn(library, { targetVersions: { terraform } });
    for (const event of events) {
      triggerOn(machine, { events: [event], actions: [start] });
    }
    synth();
    synth();
    const told = machine.node.metadata.filter(({ type }) => type === "@cdktf/warn");
    expect(told).toHaveLength(warnings);
    expect(told.every(({ data }) => String(data).includes("action reference cycle"))).toBe(true);
  });

  // What Terraform 1.14.9 and 1.16.0 do with each of them was tried out.
  test.each([
    [">=1.14.1", "self.arn != null", ["after_create"], "self in the condition of a trigger needs Terraform 1.16"],
    [">=1.16.0", "self.arn != null", ["after_create"], undefined],
    [">=1.14.1", "each.key == 1", ["before_update"], "count or each in the condition of a trigger with before_update"],
    [">=1.14.1", "each.key == 1", ["after_update"], undefined],
    [">=1.16.0", "each.key == 1", ["before_update"], undefined],
    [">=1.14.1", "aws_sfn_activity.work.name != null", ["before_create"], "refers to its own resource"],
    [">=1.14.1 <1.16.0", "aws_sfn_activity.work.name != null", ["before_create"], "refers to its own resource"],
    [">=1.14.1 <1.16.0", "aws_sfn_activity.work.name != null", ["after_create"], undefined],
    [">=1.14.1", "aws_sfn_activity.work.name != null", ["after_create"], "from then on it is called self"],
    [
      ">=1.16.0",
      "aws_sfn_activity.work.name != null",
      ["after_create"],
      "own resource aws_sfn_activity.work: it is called self",
    ],
    [">=1.14.1", "aws_sfn_activity.work-2.name != null", ["before_create"], undefined],
  ] as const)("with Terraform %s, condition %s at %j: %s", (terraform, condition, events, message) => {
    const { resource, start, synth } = startIn(library, { targetVersions: { terraform } });
    triggerOn(resource, { events, actions: [start], condition: `\${${condition}}` });
    if (message === undefined) {
      synth();
    } else {
      expect(() => synth()).toThrow(message);
    }
  });

  test("caller, where Terraform may be one that does not know it", () => {
    const started = (terraform: string) => {
      const { resource, start, synth } = startIn(library, { targetVersions: { terraform } });
      start.stateMachineArn = "${caller.arn}";
      triggerOn(resource, { events: ["after_create"], actions: [start] });
      return synth;
    };
    expect(started(">=1.14.1")).toThrow(
      "caller in the action action.aws_sfn_start_execution.start needs Terraform 1.16",
    );
    started(">=1.16.0")();
  });

  test.each([
    [">= 1.5", "admits Terraform before 1.14.1"],
    ["~> 1.14.0", "admits Terraform before 1.14.1"],
    ["1.14.0", "admits Terraform before 1.14.1"],
    ["< 2.0.0", "admits Terraform before 1.14.1"],
    ["newest", "is not a version constraint"],
    [">= 1.14.1, < 2.0.0, != 1.15.2", undefined],
    ["~> 1.14.4", undefined],
    ["~> 1.15", undefined],
    ["1.16.0-beta1", undefined],
  ])("required_version %s: %s", (constraint, message) => {
    const { stack, synth } = startIn(library);
    stack.addOverride("terraform.required_version", constraint);
    if (message === undefined) {
      expect(synth().terraform.required_version).toBe(constraint);
    } else {
      expect(() => synth()).toThrow(message);
    }
  });

  test.each([
    [{ terraform: ">=1.5.7" }, "admits Terraform before 1.14.1"],
    [{ terraform: ">=1.14.1", opentofu: ">=1.6.0" }, "OpenTofu, which has no actions"],
    [{ terraform: "^1.15 || ^2.0" }, undefined],
  ])("targetVersions %j: %s", (targetVersions, message) => {
    const { synth } = startIn(library, { targetVersions });
    if (message === undefined) {
      synth();
    } else {
      expect(() => synth()).toThrow(message);
    }
  });
});

/** It decides where the project declares nothing. */
test.each([
  ["Terraform v1.11.4\non linux_amd64", "the Terraform that is installed here is 1.11.4: install 1.14.1 or newer"],
  ["Terraform v1.14.0\non linux_amd64", "the Terraform that is installed here is 1.14.0: install 1.14.1 or newer"],
  ["OpenTofu v1.11.0", "the OpenTofu that is installed here (1.11.0) has no actions: use Terraform 1.14.1 or newer"],
  ["Terraform v1.14.1", undefined],
  ["Terraform v1.17.0-dev", undefined],
  ["Something else", undefined],
  ["", undefined],
])("an installed %j: %s", (printed, message) => {
  expect(installedFault(printed, "1.14.1")).toBe(message);
});
