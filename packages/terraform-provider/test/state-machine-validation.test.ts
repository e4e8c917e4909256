import { describe, expect, it, onTestFinished, vi } from "vitest";
import { pass } from "../../server/test/served-engine.js";
import { stateMachine } from "../src/resources/state-machine.js";
import type { Fields } from "../src/value.js";
import { contextOf, OneResource, roleArn } from "./one-resource.js";

const config: Fields = { name: "orders", role_arn: roleArn, definition: pass("one") };

/** Nothing is asked of a server. */
const resource = new OneResource(stateMachine, contextOf("http://127.0.0.1:1"));

describe("validating", () => {
  const wrong: readonly (readonly [string, Fields, readonly (string | number)[], RegExp])[] = [
    ["a name of odd characters", { name: "a b" }, ["name"], /0-9, A-Z/],
    ["a name that is too long", { name: "a".repeat(81) }, ["name"], /80 characters/],
    ["an empty name", { name: "" }, ["name"], /1 to 80/],
    ["a prefix that leaves no room", { name: null, name_prefix: "a".repeat(55) }, ["name_prefix"], /54 characters/],
    ["both names", { name_prefix: "a" }, ["name_prefix"], /both/],
    ["an unknown type", { type: "FAST" }, ["type"], /STANDARD/],
    ["a role without ARN", { role_arn: "runner" }, ["role_arn"], /not an ARN/],
    [
      "an unknown level",
      { logging_configuration: [{ level: "DEBUG" }] },
      ["logging_configuration", 0, "level"],
      /FATAL/,
    ],
    [
      "a time out of range",
      { encryption_configuration: [{ kms_data_key_reuse_period_seconds: 30 }] },
      ["encryption_configuration", 0, "kms_data_key_reuse_period_seconds"],
      /60 to 900/,
    ],
    ["a timeout that is no duration", { timeouts: { create: "soon" } }, ["timeouts", "create"], /1h30m/],
    [
      "a description that is too long",
      { publish: true, version_description: "a".repeat(257) },
      ["version_description"],
      /257 characters/,
    ],
  ];
  it.each(wrong)("refuses %s", async (_, fields, path, detail) => {
    const diagnostics = await resource.validate({ ...config, ...fields });
    expect(diagnostics).toEqual([
      { severity: "error", summary: expect.any(String), detail: expect.stringMatching(detail), path },
    ]);
  });

  it("refuses a wrong definition, each fault with its place", async () => {
    const definition = JSON.stringify({
      StartAt: "A",
      States: { A: { Type: "Pass", Next: "B" }, C: { Type: "Wait", InputPaht: "$", Seconds: 1, End: true } },
    });
    expect(await resource.validate({ ...config, definition })).toEqual(
      expect.arrayContaining([
        {
          severity: "error",
          summary: "Invalid state machine definition: MISSING_TRANSITION_TARGET",
          detail: expect.stringMatching(/At \/States\/A\/Next in the definition/),
          path: ["definition"],
        },
        {
          severity: "error",
          summary: "Invalid state machine definition: SCHEMA_VALIDATION_FAILED",
          detail: expect.stringMatching(/Did you mean 'InputPath'\?\nAt \/States\/C/),
          path: ["definition"],
        },
      ]),
    );
    const lines = JSON.stringify(JSON.parse(definition), null, 2);
    expect((await resource.validate({ ...config, definition: lines })).map(({ detail }) => detail)).toContainEqual(
      expect.stringMatching(/At \/States\/A\/Next in the definition \(line 6, column 7\)/),
    );
    const [fault] = await resource.validate({ ...config, definition: '{\n  "StartAt": x\n}' });
    expect(fault?.detail).toMatch(/\nAt line 2, column 14 of the definition\.$/);
    expect(await resource.validate({ ...config, definition: "{" })).toMatchObject([
      { severity: "error", summary: "Invalid state machine definition: INVALID_JSON_DESCRIPTION" },
    ]);
  });

  it("lets a definition pass where the environment says so", async () => {
    vi.stubEnv("PAWL_SKIP_DEFINITION_CHECK", "1");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await resource.validate({ ...config, definition: '{"Brand":"new"}' })).toEqual([]);
  });

  it("checks a definition as the machine's type has it", async () => {
    const definition = JSON.stringify({
      StartAt: "A",
      States: {
        A: {
          Type: "Task",
          Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
          Parameters: { FunctionName: "f", Payload: { "token.$": "$$.Task.Token" } },
          End: true,
        },
      },
    });
    const errors = async (type: string) =>
      (await resource.validate({ ...config, definition, type })).filter(({ severity }) => severity === "error");
    expect(await errors("STANDARD")).toEqual([]);
    expect(await errors("EXPRESS")).not.toEqual([]);
  });

  it("warns of a version's description that nothing shows", async () => {
    expect(await resource.validate({ ...config, version_description: "v" })).toMatchObject([
      { severity: "warning", path: ["version_description"] },
    ]);
    expect(await resource.validate({ ...config, version_description: "v", publish: true })).toEqual([]);
  });
});
