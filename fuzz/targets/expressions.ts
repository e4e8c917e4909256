import { openEngine, openSqliteStore } from "../../packages/engine/src/index.js";
import { mutateText } from "../mutation.js";
import type { Target } from "../target.js";

const PATHS = [
  "$",
  "$.a",
  "$.a.b[0]",
  "$..b",
  "$.items[*].n",
  "$.items[?(@.n > 1)].n",
  "$['a']['b']",
  "$.items[-1:]",
  "$.items[0,1]",
];
const INTRINSICS = [
  "States.Format('{} and {}', $.a, 1)",
  "States.ArrayRange(1, 9, 2)",
  "States.ArrayPartition($.items, 2)",
  "States.JsonMerge($.a, $.a, false)",
  "States.StringToJson('{\"a\": [1]}')",
  "States.MathRandom(1, 9)",
  "States.Hash('a', 'SHA-256')",
  "States.Base64Decode('YQ==')",
  "States.StringSplit('a,b', ',')",
  "States.ArrayContains(States.Array(1, 2), 2)",
];
const JSONATA = [
  "$states.input.a.b",
  "$sum($states.input.items.n)",
  "$map($states.input.items, function($v, $i) { $v.n * $i })",
  '{ "a": [1..5], "b": $string($states.input) }',
  "$replace('aaa', /a+/, 'b')",
  "($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f(9))",
  "$states.input.items[n > 1]^(>n).n",
  "$parse('[1]')",
  "$reduce([1..9], function($a, $b) { $a + $b })",
  "$match('ab', /(a)(b)/)",
  "$now() & $uuid() & $random()",
  "$partition([1..9], 2)",
  '$states.input ~> |a|{"b": 1}|',
];

/** Expressions of both languages in a state that is tested: each must come to an end, with a result or with an error of the state. */
export const expressions: Target = {
  name: "expressions",
  // An expression may take a second in its thread, which is then replaced.
  limit: 10_000,
  async open() {
    const engine = await openEngine({ store: await openSqliteStore("memory") });
    const input = '{"a":{"b":"text","c":null},"items":[{"n":1},{"n":2},{"n":3}],"n":12345678901234567890}';
    return {
      draw(random) {
        const kind = random.pick(["path", "intrinsic", "jsonata"]);
        const known = { path: PATHS, intrinsic: INTRINSICS, jsonata: JSONATA }[kind] ?? PATHS;
        const base = random.chance(0.3) ? `${random.pick(known)}${random.pick(known)}` : random.pick(known);
        return JSON.stringify({ kind, expression: mutateText(base, random) });
      },
      mutate(text, random) {
        const { kind, expression } = JSON.parse(text) as Case;
        return JSON.stringify({ kind, expression: mutateText(expression, random) });
      },
      async run(text) {
        const { kind, expression } = JSON.parse(text) as Case;
        const state =
          kind === "jsonata"
            ? { Type: "Pass", QueryLanguage: "JSONata", Output: `{% ${expression} %}`, End: true }
            : { Type: "Pass", Parameters: { "value.$": expression }, End: true };
        try {
          const request = { definition: JSON.stringify(state), input, roleArn: "arn:aws:iam::123456789012:role/pawl" };
          const { status } = await engine.testState(request, new AbortController().signal);
          if (!["SUCCEEDED", "FAILED", "RETRIABLE", "CAUGHT_ERROR"].includes(status))
            throw new Error(`it is ${status}`);
        } catch (error) {
          if ((error as Error).name !== "ServiceError") throw error;
        }
      },
      close: () => engine.close(),
    };
  },
};

interface Case {
  readonly kind: string;
  readonly expression: string;
}
