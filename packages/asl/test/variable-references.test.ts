import { expect, test } from "vitest";
import { variableReferences } from "../src/index.js";

test("variableReferences names the variables that each state reads", () => {
  const definition = {
    StartAt: "Set",
    States: {
      Set: { Type: "Pass", Assign: { a: "$notRead", "b.$": "$a" }, Result: { "x.$": "$literal" }, Next: "Ask" },
      Ask: {
        Type: "Choice",
        Choices: [{ Not: { Variable: "$guess", StringEqualsPath: "$answer.text" }, Next: "Each" }],
        Default: "Each",
      },
      Each: {
        Type: "Map",
        ItemsPath: "$list",
        ItemSelector: { "x.$": "States.Format('{} costs $price', $$.Map.Item.Value, $unit)" },
        ItemProcessor: {
          StartAt: "Inner",
          States: { Inner: { Type: "Pass", InputPath: "$inner", OutputPath: "$.x", End: true } },
        },
        End: true,
      },
    },
  };
  expect(Object.fromEntries(variableReferences(JSON.stringify(definition)))).toEqual({
    Set: ["a"],
    Ask: ["answer", "guess"],
    Each: ["list", "unit"],
    Inner: ["inner"],
  });
});
