import { expect } from "vitest";
import { actionRuleFaults } from "./action-rules.js";
import type { Library } from "./libraries.js";

/** A stack with a provider, a state machine and a resource to hang triggers on; `synth` gives its JSON, held against the rules. */
export function stackIn(library: Library, context: Record<string, unknown> = {}) {
  const app = library.Testing.app({ context: { targetVersions: { terraform: ">=1.14.1" }, ...context } });
  const stack = new library.TerraformStack(app, "stack");
  new library.AwsProvider(stack, "aws", { region: "eu-west-1" });
  const machine = new library.SfnStateMachine(stack, "hello", {
    name: "hello",
    roleArn: "arn:aws:iam::123456789012:role/hello",
    definition: JSON.stringify({ StartAt: "Hello", States: { Hello: { Type: "Pass", End: true } } }),
  });
  const resource = new library.SfnActivity(stack, "work", { name: "work" });
  const synth = () => {
    const synthesized = JSON.parse(library.Testing.synth(stack, true));
    expect(actionRuleFaults(synthesized)).toEqual([]);
    return synthesized;
  };
  return { app, stack, machine, resource, synth };
}
