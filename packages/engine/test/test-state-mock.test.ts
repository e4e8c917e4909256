import { describe, expect, it } from "vitest";
import { OPTIMIZED, TABLES } from "../src/test-state/result-shapes/known-results.js";
import { ShapeTable } from "../src/test-state/result-shapes/shape.js";
import { refusalOf, roleArn, testState } from "./state-test.js";

const serviceTask = (resource: string) => ({
  Type: "Task",
  Resource: `arn:aws:states:::${resource}`,
  Parameters: {
    StateMachineArn: "s",
    FunctionName: "f",
    JobName: "j",
    TableName: "t",
    Item: {},
    Entries: [],
    QueueUrl: "q",
    MessageBody: "",
    ApiEndpoint: "https://example.com",
    Method: "GET",
  },
  End: true,
});
const activity = { Type: "Task", Resource: "arn:aws:states:us-east-1:123456789012:activity:a", End: true };
const branch = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };
const parallel = {
  Type: "Parallel",
  Branches: [branch, { StartAt: "J", States: { J: { Type: "Pass", End: true } } }],
  End: true,
};
const map = { Type: "Map", ItemProcessor: branch, End: true };
const result = {};

describe("a request", () => {
  it.each([
    [
      "a result and an error",
      { definition: activity, mock: { result, errorOutput: { error: "E" } } },
      "ValidationException: A test mock should have only one of the following fields: [result, errorOutput].",
    ],
    [
      "a mock of nothing",
      { definition: activity, mock: {} },
      "ValidationException: A test mock should have only one of the following fields: [result, errorOutput].",
    ],
    [
      "a mocked error without a name",
      { definition: activity, mock: { errorOutput: { cause: "C" } } },
      "ValidationException: A mocked errorOutput must have the field: [error].",
    ],
    [
      "secrets of a mock",
      { definition: activity, mock: { result }, revealSecrets: true },
      "ValidationException: TestState does not support RevealSecrets when a mock is specified.",
    ],
    [
      "a context without a mock",
      { definition: { Type: "Succeed" }, context: {} },
      "ValidationException: TestState does not support Context when a mock is not specified.",
    ],
    [
      "failed iterations without a mock",
      { definition: map, stateConfiguration: { mapIterationFailureCount: 0 } },
      "ValidationException: TestState does not support MapIterationFailureCount when a mock is not specified.",
    ],
    [
      "a mock for a state that calls nothing",
      { definition: { Type: "Succeed" }, mock: { result } },
      "ValidationException: State type 'Succeed' is not supported when a mock is specified",
    ],
    [
      "an error of a state that is not within",
      { definition: map, mock: { errorOutput: { error: "E" } }, stateConfiguration: { errorCausedByState: "J" } },
      "ValidationException: State not found in definition",
    ],
    [
      "a task without a role",
      { definition: serviceTask("lambda:invoke") },
      "ValidationException: RoleArn must be specified when testing a Task state",
    ],
    [
      "an activity without a mock",
      { definition: activity, roleArn },
      "ValidationException: TestState does not support Activity tasks when a mock is not specified.",
    ],
    [
      "a job that is waited for without a mock",
      { definition: serviceTask("states:startExecution.sync"), roleArn },
      "ValidationException: TestState does not support '.sync' or '.waitForTaskToken' service integration patterns when a mock is not specified.",
    ],
    [
      "a Parallel state without a mock",
      { definition: parallel, roleArn },
      "InvalidDefinition: TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
    ],
    [
      "a definition that is wrong",
      { definition: { Type: "Parallel", Branches: [], End: true }, mock: { result: "[]" } },
      "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches'",
    ],
  ])("cannot be for %s", async (_what, test, refusal) => {
    expect(await refusalOf(test)).toBe(refusal);
  });
});

describe("the form of a mocked result", () => {
  it("is JSON", async () => {
    expect(await refusalOf({ definition: activity, mock: { result: "not json" } })).toBe(
      "ValidationException: Mocked result must be valid JSON",
    );
  });

  it("is anything for what may give anything", async () => {
    const wait = serviceTask("sqs:sendMessage.waitForTaskToken");
    for (const definition of [activity, wait, serviceTask("http:invoke"), serviceTask("aws-sdk:unheard:of")]) {
      expect(await testState({ definition, mock: { result: "[1]" } })).toMatchObject({ output: "[1]" });
    }
  });

  it("is an array with an output for each branch", async () => {
    const refused = "ValidationException: Mocked result must";
    const fault = (result: unknown) => refusalOf({ definition: parallel, mock: { result } });
    expect(await fault({})).toBe(`${refused} be an array.`);
    expect(await fault([1])).toBe(`${refused} contain the same number of items as number of Parallel branches.`);
    expect(await testState({ definition: parallel, mock: { result: [1, 2] } })).toMatchObject({ output: "[1,2]" });
  });

  it("is an object for the call of a service", async () => {
    expect(await refusalOf({ definition: serviceTask("lambda:invoke"), mock: { result: "[1]" } })).toBe(
      "ValidationException: Mocked result must be a JSON object.",
    );
  });
});

describe("a mocked result and the API that it stands for", () => {
  it.each([
    ["lambda:invoke", { StatusCode: "200" }, "Field 'StatusCode' must be a number"],
    ["lambda:invoke", { LogResult: 1 }, "Field 'LogResult' must be a string"],
    ["aws-sdk:lambda:invoke", { Payload: {} }, "Field 'Payload' must be a string"],
    ["aws-sdk:lambda:getFunction", { Configuration: 1 }, "Field 'Configuration' must be an object"],
    [
      "aws-sdk:lambda:getFunction",
      { Configuration: { MemorySize: 1 } },
      "Field 'MemorySize' is less than the minimum value",
    ],
    [
      "aws-sdk:lambda:getFunction",
      { Configuration: { MemorySize: 99_999 } },
      "Field 'MemorySize' exceeds the maximum value",
    ],
    ["dynamodb:putItem", { Attributes: { a: { BOOL: "yes" } } }, "Field 'BOOL' must be a boolean"],
    ["dynamodb:putItem", { Attributes: { a: { M: { b: { L: [{ S: 1 }] } } } } }, "Field 'S' must be a string"],
    ["dynamodb:putItem", { Attributes: [] }, "Field 'Attributes' must be an object"],
    ["events:putEvents", { Entries: {} }, "Field 'Entries' must be an array"],
    ["events:putEvents", { Entries: [{ EventId: "e" }, { EventId: 1 }] }, "Field 'EventId' must be a string"],
    ["aws-sdk:eventbridge:putEvents", { FailedEntryCount: true }, "Field 'FailedEntryCount' must be a number"],
    ["aws-sdk:kms:encrypt", { CiphertextBlob: "" }, "Field 'CiphertextBlob' is smaller than the minimum length"],
    ["aws-sdk:kms:encrypt", { KeyId: "k".repeat(2049) }, "Field 'KeyId' exceeds the maximum length"],
    ["aws-sdk:s3:getObject", { StorageClass: "Paper" }, "Field 'StorageClass' is not an expected value"],
    ["aws-sdk:s3:getObject", { StorageClass: 1 }, "Field 'StorageClass' must be a string"],
    ["states:startExecution", { executionArn: "a", startDate: "d" }, "Required field 'ExecutionArn' is missing"],
    ["states:startExecution", { ExecutionArn: "a", StartDate: 1 }, "Field 'StartDate' must be a string"],
    ["states:startExecution.sync:2", { ExecutionArn: "a" }, "Required field 'StateMachineArn' is missing"],
    ["glue:startJobRun.sync", { JobRun: [] }, "Field 'JobRun' must be an object"],
  ])("%s cannot give %j", async (resource, mocked, fault) => {
    const definition = serviceTask(resource);
    expect(await refusalOf({ definition, mock: { result: mocked } })).toBe(
      `ValidationException: Mock result schema validation error: ${fault}`,
    );
    expect(await testState({ definition, mock: { result: mocked, fieldValidationMode: "NONE" } })).toMatchObject({
      status: "SUCCEEDED",
    });
    const present = await refusalOf({ definition, mock: { result: mocked, fieldValidationMode: "PRESENT" } });
    expect(present.startsWith("not refused")).toBe(fault.startsWith("Required"));
  });

  it.each([
    ["lambda:invoke", { Payload: { any: ["thing"] }, StatusCode: 200 }],
    ["dynamodb:putItem", { ConsumedCapacity: { CapacityUnits: 1.5 } }],
    ["aws-sdk:dynamodb:getItem", { Item: { a: { S: "s" }, b: { N: "1" } } }],
    ["events:putEvents", { anything: "else", constructor: 1 }],
    ["states:startExecution", { ExecutionArn: "a", StartDate: "d" }],
    [
      "states:startExecution.sync:2",
      { ExecutionArn: "a", StateMachineArn: "s", StartDate: 1, Status: "SUCCEEDED", Output: { a: 1 } },
    ],
  ])("%s can give %j", async (resource, mocked) => {
    expect(await testState({ definition: serviceTask(resource), mock: { result: mocked } })).toMatchObject({
      status: "SUCCEEDED",
      output: JSON.stringify(mocked),
    });
  });
});

describe("the tables of results", () => {
  it.each(Object.entries({ ...TABLES, optimized: OPTIMIZED }))("%s: every type has a definition", (_name, text) => {
    const table = new ShapeTable(text);
    const types = new Set([...text.matchAll(/^(\S+) = /gm)].map(([, name = ""]) => name));
    expect(types.size).toBeGreaterThan(0);
    // Grows while it is walked.
    for (const type of types) {
      const shape = table.shape(type);
      if (shape.kind === "list" || shape.kind === "map") types.add(shape.of);
      if (shape.kind !== "structure") continue;
      for (const member of shape.members) {
        expect(member.name).toMatch(/^[A-Z]\w*$/);
        types.add(member.type);
      }
    }
  });
});
