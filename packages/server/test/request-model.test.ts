import { ServiceError } from "@pawl/engine";
import { describe, expect, it } from "vitest";
import { compileInput } from "../src/request-model/check.js";
import { inputs, type OperationName } from "../src/request-model/inputs.js";

/** What the check of an operation says of a body: code and message, or undefined. */
function fault(operation: OperationName, body: unknown): string | undefined {
  try {
    compileInput(operation)(structuredClone(body));
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) {
      return `${error.code}: ${error.message}`;
    }
    throw error;
  }
}

const failed = (value: string, path: string, constraint: string) =>
  `Value${value === "" ? "" : ` ${value}`} at '${path}' failed to satisfy constraint: Member must ${constraint}`;
const one = (...parts: Parameters<typeof failed>) =>
  `ValidationException: 1 validation error detected: ${failed(...parts)}`;

const machine = { name: "m", definition: "{}", roleArn: "arn:r" };
const version = (weight: unknown) => ({ stateMachineVersionArn: "arn:m:1", weight });
const long = "a".repeat(81);

describe("limits", () => {
  it.each<[string, OperationName, unknown, string | undefined]>([
    ["nothing wrong", "CreateStateMachine", machine, undefined],
    ["unknown members", "CreateStateMachine", { ...machine, other: { a: [1] } }, undefined],
    ["null for absent", "CreateStateMachine", { ...machine, type: null, tags: null }, undefined],
    [
      "a length",
      "CreateStateMachine",
      { ...machine, name: long },
      one(`'${long}'`, "name", "have length less than or equal to 80"),
    ],
    ["an empty text", "CreateActivity", { name: "" }, one("''", "name", "have length greater than or equal to 1")],
    ["a missing member", "StartExecution", {}, one("null", "stateMachineArn", "not be null")],
    [
      "a member that is null",
      "StartExecution",
      { stateMachineArn: null },
      one("null", "stateMachineArn", "not be null"),
    ],
    ["a missing secret", "SendTaskSuccess", { taskToken: "t" }, one("", "output", "not be null")],
    [
      "a secret",
      "CreateStateMachine",
      { ...machine, definition: "" },
      one("", "definition", "have length greater than or equal to 1"),
    ],
    [
      "a cause",
      "StopExecution",
      { executionArn: "e", cause: "c".repeat(32_769) },
      one("", "cause", "have length less than or equal to 32768"),
    ],
    [
      "bytes",
      "StartExecution",
      { stateMachineArn: "m", input: "€".repeat(87_382) },
      one("", "input", "have size less than or equal to 262144 bytes in UTF-8 encoding"),
    ],
    ["bytes that just fit", "StartExecution", { stateMachineArn: "m", input: `${"€".repeat(87_381)}.` }, undefined],
    [
      "a value",
      "ListStateMachines",
      { maxResults: 1001 },
      one("'1001'", "maxResults", "have value less than or equal to 1000"),
    ],
    [
      "a value below",
      "ListStateMachines",
      { maxResults: -1 },
      one("'-1'", "maxResults", "have value greater than or equal to 0"),
    ],
    [
      "a value of a float",
      "UpdateMapRun",
      { mapRunArn: "a", toleratedFailurePercentage: 101 },
      one("'101.0'", "toleratedFailurePercentage", "have value less than or equal to 100"),
    ],
    ["a fraction", "UpdateMapRun", { mapRunArn: "a", toleratedFailurePercentage: 0.5 }, undefined],
    [
      "a set",
      "ListExecutions",
      { statusFilter: "succeeded" },
      one(
        "'succeeded'",
        "statusFilter",
        "satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]",
      ),
    ],
    [
      "a pattern",
      "CreateStateMachineAlias",
      { name: "123", routingConfiguration: [version(100)] },
      one("'123'", "name", "satisfy regular expression pattern: ^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$"),
    ],
    [
      "a trace header",
      "StartExecution",
      { stateMachineArn: "m", traceHeader: "é" },
      one("'é'", "traceHeader", "satisfy regular expression pattern: \\p{ASCII}*"),
    ],
    [
      "a member of an item",
      "CreateStateMachineAlias",
      { name: "a", routingConfiguration: [version(101)] },
      one("'101'", "routingConfiguration.1.member.weight", "have value less than or equal to 100"),
    ],
    [
      "a missing member of an item",
      "CreateStateMachineAlias",
      { name: "a", routingConfiguration: [version(100), { weight: 0 }] },
      one("null", "routingConfiguration.2.member.stateMachineVersionArn", "not be null"),
    ],
    [
      "the length of a list",
      "CreateStateMachineAlias",
      { name: "a", routingConfiguration: [] },
      one("'[]'", "routingConfiguration", "have length greater than or equal to 1"),
    ],
    [
      "a long list",
      "CreateStateMachineAlias",
      { name: "a", routingConfiguration: [version(50), version(30), version(20)] },
      one(
        "'[RoutingConfigurationListItem(stateMachineVersionArn=arn:m:1, weight=50), RoutingConfigurationListItem(stateMachineVersionArn=arn:m:1, weight=30), RoutingConfigurationListItem(stateMachineVersionArn=arn:m:1, weight=20)]'",
        "routingConfiguration",
        "have length less than or equal to 2",
      ),
    ],
    [
      "deep inside",
      "CreateStateMachine",
      { ...machine, loggingConfiguration: { destinations: [{}, { cloudWatchLogsLogGroup: { logGroupArn: "" } }] } },
      one(
        "''",
        "loggingConfiguration.destinations.2.member.cloudWatchLogsLogGroup.logGroupArn",
        "have length greater than or equal to 1",
      ),
    ],
    [
      "a missing member of a structure",
      "CreateActivity",
      { name: "a", encryptionConfiguration: {} },
      one("null", "encryptionConfiguration.type", "not be null"),
    ],
    [
      "an item that is null",
      "UntagResource",
      { resourceArn: "r", tagKeys: [null] },
      one("null", "tagKeys.1.member", "not be null"),
    ],
    [
      "several",
      "CreateStateMachine",
      { name: "", type: "FAST" },
      `ValidationException: 4 validation errors detected: ${[
        failed("''", "name", "have length greater than or equal to 1"),
        failed("", "definition", "not be null"),
        failed("null", "roleArn", "not be null"),
        failed("'FAST'", "type", "satisfy enum value set: [STANDARD, EXPRESS]"),
      ].join("; ")}`,
    ],
  ])("%s", (_, operation, body, expected) => {
    expect(fault(operation, body)).toBe(expected);
  });

  it("tells the first of many", () => {
    const text = fault("UntagResource", { resourceArn: "r", tagKeys: Array.from({ length: 100_000 }, () => "") });
    expect(text).toMatch(/^ValidationException: 10 validation errors detected: /);
  });
});

describe("types", () => {
  it.each<[OperationName, unknown, string]>([
    ["ListStateMachines", { maxResults: "1" }, "STRING_VALUE can not be converted to an Integer"],
    ["ListStateMachines", { maxResults: true }, "TRUE_VALUE can not be converted to an Integer"],
    ["ListStateMachines", { maxResults: 1.5 }, "DECIMAL_VALUE can not be converted to an Integer"],
    ["ListStateMachines", { maxResults: [1] }, "Start of list found where not expected"],
    ["ListStateMachines", { maxResults: {} }, "Start of structure or map found where not expected."],
    ["ListStateMachines", { nextToken: 1 }, "NUMBER_VALUE can not be converted to a String"],
    ["ListStateMachines", { nextToken: false }, "FALSE_VALUE can not be converted to a String"],
    [
      "GetExecutionHistory",
      { executionArn: "e", reverseOrder: "true" },
      "STRING_VALUE can not be converted to a Boolean",
    ],
    [
      "UpdateMapRun",
      { mapRunArn: "a", toleratedFailurePercentage: "1" },
      "STRING_VALUE can not be converted to a Float",
    ],
    ["CreateActivity", { name: "a", tags: "x" }, "Expected list or null"],
    ["CreateActivity", { name: "a", tags: {} }, "Start of structure or map found where not expected."],
    ["CreateActivity", { name: "a", tags: ["x"] }, "Expected null"],
    ["CreateActivity", { name: "a", tags: [[]] }, "Start of list found where not expected"],
    ["CreateActivity", { name: "a", encryptionConfiguration: "x" }, "Expected null"],
    ["CreateActivity", [], "Start of list found where not expected"],
    ["CreateActivity", "x", ""],
    ["CreateActivity", null, ""],
  ])("%s %j", (operation, body, message) => {
    expect(fault(operation, body)).toBe(`SerializationException: ${message}`);
  });

  it("come before limits", () => {
    const text = fault("CreateStateMachine", { name: "", encryptionConfiguration: 1 });
    expect(text).toBe("SerializationException: Expected null");
  });
});

it("knows the 37 operations, and only members that there are as required ones", () => {
  expect(Object.keys(inputs)).toHaveLength(37);
  for (const { required, members } of Object.values(inputs)) {
    expect(Object.keys(members)).toEqual(expect.arrayContaining([...required]));
  }
});
