import { describe, expect, test } from "vitest";
import { compile, type Json, type JsonObject } from "../src/index.js";
import { compileValue, faultsOf, machineOf } from "./machine.js";

const SCHEMA = "ERROR SCHEMA_VALIDATION_FAILED:";
const LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:hello";
const LOOP = { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } };
const INNER = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };

/** The faults of a machine whose only state is the one given. */
function ofState(state: JsonObject, type: "STANDARD" | "EXPRESS" = "STANDARD"): string[] {
  return faultsOf(machineOf(state), type);
}

describe("a definition that is right", () => {
  test("gives its program", () => {
    const { program, diagnostics } = compileValue({
      Comment: "Greets",
      TimeoutSeconds: 60,
      StartAt: "Hello",
      States: {
        Hello: { Type: "Parallel", Branches: [INNER], Next: "Bye" },
        Bye: { Type: "Succeed" },
      },
    });
    expect(diagnostics).toEqual([]);
    expect(program).toMatchObject({ startAt: "Hello", comment: "Greets", timeoutSeconds: 60 });
    expect([...(program?.states.keys() ?? [])].sort()).toEqual(["Bye", "Hello", "I"]);
  });

  test.each<[string, JsonObject]>([
    ["Pass", { Type: "Pass", Comment: "c", QueryLanguage: "JSONPath", InputPath: "$.a", Parameters: { "x.$": "$" } }],
    ["Pass with Result", { Type: "Pass", Result: [1], ResultPath: "$.r", OutputPath: null, Assign: { "v.$": "$" } }],
    ["Wait", { Type: "Wait", SecondsPath: "$.s", Assign: { v: 1 }, OutputPath: "$" }],
    ["Succeed", { Type: "Succeed", InputPath: null, OutputPath: "$.x" }],
    ["Fail", { Type: "Fail", ErrorPath: "$.e", CausePath: "$.c" }],
    [
      "Choice",
      {
        Type: "Choice",
        Choices: [
          {
            Comment: "both",
            And: [{ Variable: "$.n", NumericGreaterThan: 1 }, { Not: { Variable: "$$.State.Name", IsNull: true } }],
            Next: "Yes",
            Assign: { v: 1 },
          },
        ],
        Default: "No",
        Assign: { w: 2 },
      },
    ],
    [
      "Task",
      {
        Type: "Task",
        Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        Parameters: { QueueUrl: "q", "MessageBody.$": "$$.Task.Token" },
        ResultSelector: { "id.$": "$.MessageId" },
        ResultPath: null,
        Credentials: { "RoleArn.$": "$.role" },
        TimeoutSecondsPath: "$.timeout",
        HeartbeatSeconds: 5,
        Retry: [
          {
            ErrorEquals: ["A", "B"],
            IntervalSeconds: 0,
            MaxAttempts: 0,
            BackoffRate: 1.5,
            MaxDelaySeconds: 9,
            JitterStrategy: "FULL",
          },
          { ErrorEquals: ["States.ALL"] },
        ],
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "S", ResultPath: "$.error", Assign: { "e.$": "$.Error" } }],
      },
    ],
    [
      "Map in distributed mode",
      {
        Type: "Map",
        Label: "items",
        ItemReader: {
          Resource: "arn:aws:states:::s3:getObject",
          ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "GIVEN", CSVHeaders: ["a"], MaxItemsPath: "$.max" },
          Parameters: { Bucket: "b", "Key.$": "$.key" },
        },
        ItemBatcher: { MaxItemsPerBatch: 10, MaxInputBytesPerBatchPath: "$.bytes", BatchInput: { "x.$": "$.x" } },
        ItemSelector: { "item.$": "$$.Map.Item.Value" },
        ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" }, ...INNER },
        ResultWriter: {
          Resource: "arn:aws:states:::s3:putObject",
          Parameters: { Bucket: "b", Prefix: "p" },
          WriterConfig: { Transformation: "FLATTEN", OutputType: "JSONL" },
        },
        ToleratedFailureCount: 1,
        ToleratedFailurePercentagePath: "$.percentage",
        MaxConcurrency: 1000,
        ResultSelector: { "n.$": "$" },
        ResultPath: "$.r",
        Retry: [],
        Catch: [],
      },
    ],
    ["Map as it was", { Type: "Map", ItemsPath: "$.items", Parameters: { "x.$": "$" }, Iterator: INNER }],
  ])("%s takes all its fields", (_name, state) => {
    expect(ofState(state)).toEqual([]);
  });
});

describe("a text that is no definition", () => {
  test.each<[string, string[]]>([
    ["", ["Definition must be a valid JSON object"]],
    [" \n", ["Definition must be a valid JSON object"]],
    ["[]", ["Definition must be a valid JSON object"]],
    ["null", ["Definition must be a valid JSON object"]],
  ])("%j", (text, messages) => {
    const { program, diagnostics } = compile(text);
    expect(program).toBeUndefined();
    expect(diagnostics).toEqual(
      messages.map((message) => ({ severity: "ERROR", code: "SCHEMA_VALIDATION_FAILED", message })),
    );
  });

  test("is refused as JSON where it is none", () => {
    expect(compile("{not").diagnostics).toMatchObject([{ severity: "ERROR", code: "INVALID_JSON_DESCRIPTION" }]);
  });

  test.each([
    ["arrays", `{"StartAt":"A","States":{"A":${"[".repeat(10_000)}${"]".repeat(10_000)}}}`],
    [
      "branches",
      `${'{"StartAt":"A","States":{"A":{"Type":"Parallel","Branches":['.repeat(10_000)}${"]}}}".repeat(10_000)}`,
    ],
  ])("ten thousand levels of %s are a diagnostic", (_name, text) => {
    expect(compile(text).diagnostics).toEqual([
      { severity: "ERROR", code: "TOO_DEEPLY_NESTED", message: "The states are too deeply nested." },
    ]);
  });
});

describe("faults", () => {
  test.each<[string, Json, string[]]>([
    ["no States", { StartAt: "A" }, [`${SCHEMA} These fields are required: [States] at /`]],
    ["nothing", {}, [`${SCHEMA} These fields are required: [States, StartAt] at /`]],
    ["no states", { StartAt: "A", States: {} }, [`${SCHEMA} Value cannot be empty at /States`]],
    [
      "unknown field and version",
      { Startat: "A", Version: "2.0", ...INNER },
      [
        `${SCHEMA} Field 'Startat' is not supported at /`,
        `${SCHEMA} Value should be one of the following: [1.0] at /Version`,
      ],
    ],
    ["a loop", { StartAt: "A", States: LOOP }, ["ERROR MISSING_END_STATE: Workflow has no terminal state at null"]],
    [
      "a loop beside an end",
      { StartAt: "A", States: { ...LOOP, C: { Type: "Pass", End: true } } },
      ['ERROR MISSING_TRANSITION_TARGET: State "C" is not reachable. at /States/C'],
    ],
    [
      "a missing target",
      { StartAt: "A", States: { A: { Type: "Pass", Next: "NOPE" } } },
      [
        "ERROR MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next",
        "ERROR MISSING_END_STATE: Workflow has no terminal state at null",
      ],
    ],
    [
      "a missing target beside an orphan",
      { StartAt: "A", States: { A: { Type: "Pass", Next: "C" }, B: { Type: "Pass", End: true } } },
      [
        "ERROR MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Next",
        'ERROR MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B',
      ],
    ],
    [
      "one name in two branches",
      { StartAt: "P", States: { P: { Type: "Parallel", Branches: [INNER, INNER], End: true } } },
      ["ERROR DUPLICATE_STATE_NAME: Duplicate State name: I at /States/P/Branches[1]/States/I"],
    ],
    [
      "a target in another scope",
      {
        StartAt: "P",
        States: {
          P: {
            Type: "Parallel",
            Branches: [{ StartAt: "I", States: { I: { Type: "Pass", Next: "P" }, J: { Type: "Succeed" } } }],
            End: true,
          },
        },
      },
      [
        "ERROR MISSING_TRANSITION_TARGET: Missing 'Next' target: P at /States/P/Branches[0]/States/I/Next",
        'ERROR MISSING_TRANSITION_TARGET: State "J" is not reachable. at /States/P/Branches[0]/States/J',
      ],
    ],
    [
      "a name of 81 characters",
      { StartAt: "n".repeat(81), States: { ["n".repeat(81)]: { Type: "Succeed" } } },
      [
        `ERROR INVALID_STATE_NAME: Invalid State name: State '${"n".repeat(81)}' exceeds the 80-character limit allowed by the service at /States/${"n".repeat(81)}`,
      ],
    ],
    [
      "an unknown type hides what it may lead to",
      { StartAt: "A", States: { A: { Type: "Hello", Next: "B" }, B: { Type: "Succeed" } } },
      [
        `${SCHEMA} The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/A/Type`,
      ],
    ],
    [
      "a state that is no object",
      { StartAt: "A", States: { A: 1 } },
      [`${SCHEMA} Expected value of type Object at /States/A`],
    ],
  ])("%s", (_name, definition, faults) => {
    expect(faultsOf(definition)).toEqual(faults);
  });

  test("a name that the text has twice", () => {
    const text = '{"StartAt":"A","States":{"A":{"Type":"Succeed"},"A":{"Type":"Fail"}}}';
    expect(compile(text).diagnostics).toMatchObject([{ code: "DUPLICATE_STATE_NAME", location: "/States/A" }]);
  });

  test.each<[string, JsonObject, string[]]>([
    ["Catch on Pass", { Type: "Pass", Catch: [] }, [`${SCHEMA} Field 'Catch' is not supported at /States/S`]],
    [
      "a field of JSONata",
      { Type: "Pass", Output: 1 },
      [
        `${SCHEMA} The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/S`,
      ],
    ],
    [
      "Next and End",
      { Type: "Pass", Next: "S", End: true },
      [`${SCHEMA} There should only be one of the following fields: [Next, End] at /States/S`],
    ],
    [
      "InputPath",
      { Type: "Pass", InputPath: "a" },
      [`${SCHEMA} Value must be a valid JSONPath. at /States/S/InputPath`],
    ],
    [
      "ResultPath that is no Reference Path",
      { Type: "Pass", ResultPath: "$.a[*]" },
      [`${SCHEMA} Value is not a Reference Path at /States/S/ResultPath`],
    ],
    [
      "a template",
      { Type: "Pass", Parameters: { "x.$": "States.Nope(" } },
      [
        `${SCHEMA} The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters`,
      ],
    ],
    [
      "variable names",
      { Type: "Pass", Assign: { states: 1, "1a": 1, "a-b.$": "$" } },
      [
        "ERROR RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at /States/S/Assign/states",
        "ERROR INVALID_VARIABLE_NAME: Invalid variable name '1a': the variable name contains invalid characters. at /States/S/Assign/1a",
        "ERROR INVALID_VARIABLE_NAME: Invalid variable name 'a-b': the variable name contains invalid characters. at /States/S/Assign/a-b.$",
      ],
    ],
    [
      "a wait for nothing",
      { Type: "Wait" },
      [
        `${SCHEMA} This object should have only one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp] at /States/S`,
      ],
    ],
    [
      "two waits",
      { Type: "Wait", Seconds: 1, TimestampPath: "$.t" },
      [
        `${SCHEMA} There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp] at /States/S`,
      ],
    ],
    ["Seconds", { Type: "Wait", Seconds: "5" }, [`${SCHEMA} Expected value of type Integer at /States/S/Seconds`]],
    ["negative Seconds", { Type: "Wait", Seconds: -1 }, [`${SCHEMA} Minimum value is 0 at /States/S/Seconds`]],
    [
      "Timestamp",
      { Type: "Wait", Timestamp: "2016-12-05 21:29:29Z" },
      [`${SCHEMA} String does not match RFC3339 timestamp at /States/S/Timestamp`],
    ],
    ["no branches", { Type: "Parallel", Branches: [] }, [`${SCHEMA} Value cannot be empty at /States/S/Branches`]],
    [
      "Error and ErrorPath",
      { Type: "Fail", Error: "e", ErrorPath: "$.e" },
      [`${SCHEMA} There should only be one of the following fields: [Error, ErrorPath] at /States/S`],
    ],
    ["no Resource", { Type: "Task" }, [`${SCHEMA} These fields are required: [Resource] at /States/S`]],
    [
      "Resource",
      { Type: "Task", Resource: "hello" },
      [`${SCHEMA} Value is not a valid resource ARN at /States/S/Resource`],
    ],
    [
      "an integration that does not exist",
      { Type: "Task", Resource: "arn:aws:states:::dynamodb:query", Parameters: {} },
      [
        `${SCHEMA} The resource provided arn:aws:states:::dynamodb:query is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource`,
      ],
    ],
    [
      "an integration without parameters",
      { Type: "Task", Resource: "arn:aws:states:::lambda:invoke" },
      [`${SCHEMA} Parameters field is required for resource ARN: arn:aws:states:::lambda:invoke at /States/S`],
    ],
    [
      "an integration without what it needs",
      { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", Parameters: { "QueueUrl.$": "$.q" } },
      [`${SCHEMA} The field 'MessageBody' is required but was missing at /States/S/Parameters`],
    ],
    [
      "Credentials without a role",
      { Type: "Task", Resource: LAMBDA, Credentials: {} },
      [`${SCHEMA} The field 'RoleArn' is required but was missing at /States/S/Credentials`],
    ],
    [
      "TimeoutSeconds",
      { Type: "Task", Resource: LAMBDA, TimeoutSeconds: 0, HeartbeatSeconds: 100_000_000 },
      [
        `${SCHEMA} Minimum value is 1 at /States/S/TimeoutSeconds`,
        `${SCHEMA} Maximum value is 99999999 at /States/S/HeartbeatSeconds`,
      ],
    ],
    [
      "retriers",
      {
        Type: "Task",
        Resource: LAMBDA,
        Retry: [
          { ErrorEquals: ["States.ALL"] },
          { ErrorEquals: [], BackoffRate: 0.5, MaxDelaySeconds: 31_622_401 },
          { JitterStrategy: "SOME" },
        ],
      },
      [
        `${SCHEMA} States.ALL must appear alone and at end of list at /States/S/Retry[0]/ErrorEquals`,
        `${SCHEMA} Maximum value is 31622400 at /States/S/Retry[1]/MaxDelaySeconds`,
        `${SCHEMA} Value cannot be empty at /States/S/Retry[1]/ErrorEquals`,
        `${SCHEMA} Minimum value is 1.0 at /States/S/Retry[1]/BackoffRate`,
        `${SCHEMA} These fields are required: [ErrorEquals] at /States/S/Retry[2]`,
        `${SCHEMA} Value should be one of the following: [NONE, FULL] at /States/S/Retry[2]/JitterStrategy`,
      ],
    ],
    [
      "a catcher that leads nowhere",
      { Type: "Task", Resource: LAMBDA, Catch: [{ ErrorEquals: ["A", "States.ALL"] }] },
      [
        `${SCHEMA} States.ALL must appear alone and at end of list at /States/S/Catch[0]/ErrorEquals`,
        `${SCHEMA} These fields are required: [Next] at /States/S/Catch[0]`,
      ],
    ],
    [
      "Map without a processor",
      { Type: "Map" },
      [`${SCHEMA} This object should have only one of the following fields: [ItemProcessor, Iterator] at /States/S`],
    ],
    [
      "QueryLanguage of a processor",
      { Type: "Map", ItemProcessor: { QueryLanguage: "JSONata", ...INNER } },
      [`${SCHEMA} Field 'QueryLanguage' is not supported at /States/S/ItemProcessor`],
    ],
    [
      "numbers of a Map",
      {
        Type: "Map",
        MaxConcurrency: -1,
        ToleratedFailureCountPath: "$$.Execution.Input.n",
        ToleratedFailurePercentage: 101,
        ItemProcessor: INNER,
      },
      [
        `${SCHEMA} Minimum value is 0 at /States/S/MaxConcurrency`,
        `${SCHEMA} Value is not a Reference Path at /States/S/ToleratedFailureCountPath`,
        `${SCHEMA} Maximum value is 100.0 at /States/S/ToleratedFailurePercentage`,
      ],
    ],
    [
      "distributed mode without a type",
      { Type: "Map", ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED" }, ...INNER } },
      [`${SCHEMA} These fields are required: [ExecutionType] at /States/S/ItemProcessor/ProcessorConfig`],
    ],
    [
      "an item reader",
      {
        Type: "Map",
        ItemReader: { Resource: "arn:aws:states:::s3:putObject", ReaderConfig: { InputType: "CSV", MaxItems: -1 } },
        ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" }, ...INNER },
      },
      [
        `${SCHEMA} The field 'Resource' does not match any of the allowed values at /States/S/ItemReader/Resource`,
        `${SCHEMA} The field 'CSVHeaderLocation' is required at /States/S/ItemReader/ReaderConfig`,
        `${SCHEMA} Minimum value is 0 at /States/S/ItemReader/ReaderConfig/MaxItems`,
      ],
    ],
    [
      "a label",
      { Type: "Map", Label: "a b", ItemProcessor: INNER },
      ["ERROR INVALID_LABEL_NAME: Invalid Label name: Label 'a b' contains invalid characters at /States/S/Label"],
    ],
  ])("%s", (_name, state, faults) => {
    expect(ofState(state)).toEqual(faults);
  });

  test("neither Next nor End", () => {
    expect(faultsOf({ StartAt: "S", States: { S: { Type: "Pass" } } })[0]).toBe(
      `${SCHEMA} This object should have only one of the following fields: [Next, End] at /States/S`,
    );
  });

  test.each<[JsonObject, string]>([
    [{ Variable: "$.a", IsNull: true }, "These fields are required: [Next] at /States/S/Choices[0]"],
    [
      { Next: "Yes" },
      "The object must have only one of the following fields, [And, Or, Not, Variable, Condition] at /States/S/Choices[0]",
    ],
    [
      { Variable: "$.a", IsNull: true, Not: { Variable: "$.a", IsNull: true }, Next: "Yes" },
      "The object must have only one of the following fields, [And, Or, Not, Variable, Condition] at /States/S/Choices[0]",
    ],
    [
      { Not: { Variable: "$.a", IsNull: true, Next: "Yes" }, Next: "Yes" },
      "Field 'Next' is not supported at /States/S/Choices[0]/Not",
    ],
    [{ And: [], Next: "Yes" }, "Value cannot be empty at /States/S/Choices[0]/And"],
    [
      { Variable: "a", IsNull: true, Next: "Yes" },
      "Value is not a Reference Path: Reference path didn't start with '$' at /States/S/Choices[0]/Variable",
    ],
    [
      { Variable: "$.a[*]", IsNull: true, Next: "Yes" },
      "Value is not a Reference Path at /States/S/Choices[0]/Variable",
    ],
    [
      { Variable: "$.a", StringEquals: 1, Next: "Yes" },
      "Expected value of type String at /States/S/Choices[0]/StringEquals",
    ],
    [
      { Variable: "$.a", TimestampEquals: "noon", Next: "Yes" },
      "String does not match RFC3339 timestamp at /States/S/Choices[0]/TimestampEquals",
    ],
  ])("rule %j", (rule, fault) => {
    const others = { Variable: "$.b", IsNull: true, Next: "Yes" };
    expect(ofState({ Type: "Choice", Choices: [rule, others], Default: "No" })).toEqual([`${SCHEMA} ${fault}`]);
  });

  test("what an Express state machine does not take", () => {
    const task = (Resource: string): JsonObject => ({ Type: "Task", Resource, Parameters: { StateMachineArn: "a" } });
    const at = "at /States/S/Resource";
    expect(ofState(task("arn:aws:states:::states:startExecution.sync:2"), "EXPRESS")).toEqual([
      `${SCHEMA} Express state machine does not support '.sync' service integration ${at}`,
    ]);
    expect(ofState(task("arn:aws:states:::states:startExecution.waitForTaskToken"), "EXPRESS")).toEqual([
      `${SCHEMA} Express state machine does not support '.waitForTaskToken' service integration  ${at}`,
    ]);
    expect(ofState(task("arn:aws:states:us-east-1:123456789012:activity:a"), "EXPRESS")).toEqual([
      `${SCHEMA} Express state machine does not support Activity ARN ${at}`,
    ]);
    expect(ofState(task("arn:aws:states:::states:startExecution"), "EXPRESS")).toEqual([]);
    const map = { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" }, ...INNER };
    expect(ofState({ Type: "Map", ItemProcessor: map }, "EXPRESS")).toEqual([
      `${SCHEMA} The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines at /States/S/ItemProcessor/ProcessorConfig/Mode`,
    ]);
  });

  test("one label for two Map states", () => {
    const map = (inner: string): JsonObject => ({
      Type: "Map",
      Label: "l",
      ItemProcessor: { StartAt: inner, States: { [inner]: { Type: "Succeed" } } },
    });
    expect(
      faultsOf({ StartAt: "A", States: { A: { ...map("I"), Next: "B" }, B: { ...map("J"), End: true } } }),
    ).toEqual(["ERROR DUPLICATE_LABEL_NAME: Duplicate Label name: l at /States/B/Label"]);
  });

  test("all at once, each once", () => {
    const states = { A: { Type: "Pass", InputPath: 1, Assign: [], Next: "B" }, B: { Type: "Wait", Seconds: 1.5 } };
    expect(faultsOf({ StartAt: "Z", Comment: 1, States: states })).toEqual([
      `${SCHEMA} Expected value of type String at /Comment`,
      `${SCHEMA} Expected value of type String at /States/A/InputPath`,
      `${SCHEMA} Expected value of type Object at /States/A/Assign`,
      `${SCHEMA} Expected value of type Integer at /States/B/Seconds`,
      `${SCHEMA} This object should have only one of the following fields: [Next, End] at /States/B`,
      "ERROR MISSING_TRANSITION_TARGET: Missing 'Next' target: Z at /StartAt",
      "ERROR MISSING_END_STATE: Workflow has no terminal state at null",
    ]);
  });
});

describe("warnings", () => {
  test.each<[JsonObject, string]>([
    [{ Type: "Pass", Parameters: { a: { b: "$.c" } } }, "NO_DOLLAR at /States/S/Parameters/a/b"],
    [{ Type: "Pass", Parameters: { a: ["x", { b: "States.UUID()" }] } }, "NO_DOLLAR at /States/S/Parameters/a[1]/b"],
    [{ Type: "Pass", Result: "$.a" }, "PASS_RESULT_IS_STATIC at /States/S/Result"],
    [{ Type: "Fail", Error: "$.a" }, "NO_PATH at /States/S/Error"],
  ])("%j", (state, expected) => {
    const { program, diagnostics } = compileValue(machineOf(state));
    expect(program).toBeDefined();
    expect(diagnostics.map(({ severity, code, location }) => `${severity} ${code} at ${location}`)).toEqual([
      `WARNING ${expected}`,
    ]);
  });
});

describe("query languages", () => {
  test.each<[string, JsonObject]>([
    ["Pass", { Type: "Pass", Output: { a: "{% $states.input %}" }, Assign: { v: "{% 1 %}" } }],
    ["Wait", { Type: "Wait", Seconds: "{% $states.input.s %}" }],
    ["Fail", { Type: "Fail", Error: "{% 'a' %}", Cause: "b" }],
    ["Succeed", { Type: "Succeed", Output: 1 }],
    [
      "Choice",
      {
        Type: "Choice",
        Choices: [{ Condition: "{% true %}", Next: "Yes", Output: 1, Assign: {} }],
        Default: "No",
        Output: 2,
      },
    ],
    [
      "Task",
      {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Arguments: "{% $states.input %}",
        Credentials: { RoleArn: "{% $role %}" },
        TimeoutSeconds: "{% 5 %}",
        HeartbeatSeconds: 1,
        Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.errorOutput %}", Next: "S" }],
      },
    ],
    ["Parallel", { Type: "Parallel", Branches: [INNER], Arguments: {}, Output: "{% $states.result %}" }],
    [
      "Map",
      {
        Type: "Map",
        Items: "{% $states.input %}",
        ItemSelector: { a: "{% $states.context.Map.Item.Value %}" },
        ItemReader: {
          Resource: "arn:aws:states:::s3:getObject",
          ReaderConfig: { InputType: "JSON", MaxItems: "{% 2 %}" },
          Arguments: { Bucket: "b" },
        },
        ItemBatcher: { MaxItemsPerBatch: "{% 1 %}" },
        MaxConcurrency: "{% 1 %}",
        ToleratedFailurePercentage: "{% 1.5 %}",
        ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" }, ...INNER },
      },
    ],
  ])("%s in JSONata", (_name, state) => {
    expect(faultsOf({ QueryLanguage: "JSONata", ...machineOf(state) })).toEqual([]);
    expect(ofState({ ...state, QueryLanguage: "JSONata" })).toEqual([]);
  });

  test.each<[string, JsonObject, string]>([
    [
      "a field of JSONPath",
      { Type: "Pass", QueryLanguage: "JSONata", InputPath: "$" },
      "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/S",
    ],
    [
      "a rule of JSONPath",
      {
        Type: "Choice",
        QueryLanguage: "JSONata",
        Choices: [{ Condition: "{% true %}", IsNull: true, Next: "Yes" }],
        Default: "No",
      },
      "The QueryLanguage is set to 'JSONata', but field 'IsNull' is only supported for the 'JSONPath' QueryLanguage at /States/S/Choices[0]",
    ],
    [
      "an expression without an end",
      { Type: "Pass", QueryLanguage: "JSONata", Output: { a: ["{% 1"] } },
      "JSONata string must start with {% and end with %} at /States/S/Output/a[0]",
    ],
    [
      "an integration without Arguments",
      { Type: "Task", QueryLanguage: "JSONata", Resource: "arn:aws:states:::lambda:invoke" },
      "Arguments field is required for resource ARN: arn:aws:states:::lambda:invoke at /States/S",
    ],
  ])("%s", (_name, state, fault) => {
    expect(ofState(state)).toEqual([`${SCHEMA} ${fault}`]);
  });

  test("JSONPath within JSONata is refused", () => {
    const state = { Type: "Pass", QueryLanguage: "JSONPath" };
    expect(faultsOf({ QueryLanguage: "JSONata", ...machineOf(state) })).toEqual([
      `${SCHEMA} 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/S`,
    ]);
  });

  test("states within a state have the machine's language", () => {
    const inner = { StartAt: "I", States: { I: { Type: "Pass", Output: 1, End: true } } };
    expect(ofState({ Type: "Map", QueryLanguage: "JSONata", ItemProcessor: inner })).toEqual([
      `${SCHEMA} The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage at /States/S/ItemProcessor/States/I`,
    ]);
  });

  test("another language counts as JSONata", () => {
    expect(faultsOf({ QueryLanguage: "XPath", ...INNER })).toEqual([
      `${SCHEMA} Value should be one of the following: [JSONPath, JSONata] at /QueryLanguage`,
    ]);
  });
});
