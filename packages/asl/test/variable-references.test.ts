import { expect, test } from "vitest";
import { variableReferences } from "../src/index.js";

test("variableReferences names the variables in expressions of JSONata", () => {
  const definition = {
    QueryLanguage: "JSONata",
    StartAt: "Set",
    States: {
      Set: {
        Type: "Pass",
        Comment: "{% $comment %}",
        Output: ["{% $b + $a.b %}", "{% 'x$notRead' %}", "$c"],
        Next: "Ask",
      },
      Ask: {
        Type: "Choice",
        Choices: [{ Condition: "{% $count($list[n = $limit]) > 0 %}", Next: "Own" }],
        Default: "Own",
      },
      Own: {
        Type: "Map",
        Items: "{% ($x := $outer; $map($x, function($v, $i) { $v * $i * $rate })) %}",
        ItemSelector: { v: "{% $states.context.Map.Item.Value %}" },
        ItemProcessor: {
          StartAt: "Inner",
          States: {
            Inner: { Type: "Pass", Output: "{% $states.input.lines@$l#$i.($l.n + $i + $inner) %}", End: true },
          },
        },
        Assign: { a: "{% $partial(?, $z) %}" },
        End: true,
      },
    },
  };
  expect(Object.fromEntries(variableReferences(JSON.stringify(definition)))).toEqual({
    Set: ["a", "b"],
    Ask: ["limit", "list"],
    Own: ["outer", "partial", "rate", "z"],
    Inner: ["inner"],
  });
});

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
