import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { actionRuleFaults } from "./action-rules.js";
import type { Library } from "./libraries.js";

/** An app that writes into a folder that goes with the test. It is for Terraform 1.14.1 and later, unless `context` says otherwise. */
export function appIn(library: Library, context: Record<string, unknown> = {}) {
  const outdir = mkdtempSync(join(tmpdir(), "pawl-cdktn-"));
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }));
  return library.Testing.app({ outdir, context: { targetVersions: { terraform: ">=1.14.1" }, ...context } });
}

/** A stack with a provider, a state machine and a resource to hang triggers on; `synth` gives its JSON, held against the rules. */
export function stackIn(library: Library, context: Record<string, unknown> = {}) {
  const app = appIn(library, context);
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
