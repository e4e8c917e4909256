import { expect, test } from "vitest";
import { invalidDefinitionMessage, type JsonObject } from "../src/index.js";
import { Suggestions } from "../src/suggestion.js";
import { compileValue, machineOf } from "./machine.js";

/** The suggestions of a machine's diagnostics, null where one has none. */
function suggestionsOf(definition: JsonObject): (string | null)[] {
  return compileValue(definition).diagnostics.map(({ suggestion }) => suggestion ?? null);
}

test.each([
  ["InputPaht", "InputPath"],
  ["inputpath", "InputPath"],
  ["ImputPath", "InputPath"],
  ["InputPathh", "InputPath"],
  ["InptPat", "InputPath"],
  ["Nxt", "Next"],
  ["ab", undefined],
  ["nE", undefined],
  ["Colour", undefined],
  ["", undefined],
])("%s is near to %s", (word, nearest) => {
  expect(new Suggestions().nearest(word, ["Next", "End", "InputPath", "OutputPath"])).toBe(nearest);
});

test("the nearest of several is meant", () => {
  expect(new Suggestions().nearest("StringEqual", ["StringEqualsPath", "StringEquals"])).toBe("StringEquals");
});

test("a state's name of one letter is like no other but for its case", () => {
  expect(new Suggestions().nearest("B", ["A", "C"])).toBeUndefined();
  expect(new Suggestions().nearest("b", ["A", "B"])).toBe("B");
});

test.each<[string, JsonObject, string]>([
  ["a field", { Type: "Pass", InputPaht: "$" }, "InputPath"],
  ["a type", { Type: "pass" }, "Pass"],
  ["a field of a retrier", { Type: "Map", Retry: [{ ErrorEqual: ["States.ALL"] }] }, "ErrorEquals"],
  ["a word", { Type: "Pass", QueryLanguage: "JSONPaths" }, "JSONPath"],
  ["a function", { Type: "Pass", Parameters: { list: [{ "a.$": "States.Fromat('{}', $)" }] } }, "States.Format"],
  ["a nested function", { Type: "Pass", Parameters: { "a.$": "States.Array(States.UUDI())" } }, "States.UUID"],
  ["a function of a path field", { Type: "Fail", ErrorPath: "States.format('')" }, "States.Format"],
  ["an operator", { Type: "Choice", Choices: [{ Variable: "$", StringEqual: "", Next: "Yes" }] }, "StringEquals"],
])("suggests for %s", (_, state, suggestion) => {
  expect(suggestionsOf(machineOf(state))).toContain(suggestion);
});

test("suggests the states that Next, Default, Catch and StartAt mean", () => {
  const States = {
    Choose: { Type: "Choice", Choices: [{ Variable: "$", IsNull: true, Next: "Shp" }], Default: "shop" },
    Pay: {
      Type: "Task",
      Resource: "arn:aws:lambda:us-east-1:123456789012:function:f",
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Sihp" }],
      Next: "Ship ",
    },
    Ship: { Type: "Succeed" },
    Step1: { Type: "Pass", Next: "Step2" },
  };
  const missing = compileValue({ StartAt: "Chose", States }).diagnostics.filter(({ message }) =>
    /^Missing/.test(message),
  );
  expect(missing.map(({ location, suggestion }) => [location, suggestion])).toEqual([
    ["/StartAt", "Choose"],
    ["/States/Choose/Choices[0]/Next", "Ship"],
    ["/States/Choose/Default", "Ship"],
    ["/States/Pay/Catch[0]/Next", "Ship"],
    ["/States/Pay/Next", "Ship"],
    ["/States/Step1/Next", undefined],
  ]);
});

test("a field that is there, or that the other query language has, is not suggested", () => {
  expect(suggestionsOf(machineOf({ Type: "Pass", InputPath: "$", InputPaht: "$" }))).toEqual([null]);
  expect(suggestionsOf(machineOf({ Type: "Pass", Output: 1 }))).toEqual([null]);
});

test("the service's text has no suggestion", () => {
  const { diagnostics } = compileValue(machineOf({ Type: "Pass", InputPaht: "$" }));
  expect(invalidDefinitionMessage(diagnostics)).toBe(
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Field 'InputPaht' is not supported at /States/S'",
  );
});

test("a definition that is wrong everywhere does not compare everything with everything", () => {
  const suggestions = new Suggestions();
  const names = Array.from({ length: 20_000 }, (_, index) => `Some long name of a state, number ${index}`);
  let asked = 0;
  const counted = function* () {
    for (const name of names) {
      asked++;
      yield name;
    }
  };
  for (let index = 0; index < 1_000; index++)
    suggestions.nearest(`Same long names of a state, number ${index}`, counted());
  expect(asked).toBeLessThan(50_000);
});
