import fc from "fast-check";
import { expect, test } from "vitest";
import { compile, type Diagnostic, type Json, type JsonObject } from "../src/index.js";

const TYPES = ["Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map"];
const NAMES = ["A", "B", "C"];
const FIELDS = [
  ..."Comment QueryLanguage Next End InputPath OutputPath Parameters Arguments Result ResultPath".split(" "),
  ..."ResultSelector Output Assign Retry Catch Seconds SecondsPath Timestamp TimestampPath Error ErrorPath".split(" "),
  ..."Cause CausePath Choices Default Branches ItemProcessor Iterator ItemsPath Items ItemSelector".split(" "),
  ..."ItemReader ItemBatcher ResultWriter MaxConcurrency MaxConcurrencyPath ToleratedFailureCount Label".split(" "),
  ..."Resource Credentials TimeoutSeconds TimeoutSecondsPath HeartbeatSeconds constructor __proto__".split(" "),
];
const WORDS = fc.constantFrom(
  ...["$", "$.a", "$$.State", "$v[0]", "$..a", "$.a[?(@.b)]", "States.UUID()", "{% 1 %}", "{%", "A", "B", ""],
  ...["JSONata", "JSONPath", "2024-01-01T00:00:00Z", "States.ALL", "INLINE", "DISTRIBUTED", "STANDARD"],
  ...["arn:aws:states:::lambda:invoke", "arn:aws:states:::sqs:sendMessage.sync", "arn:aws:states:::s3:getObject"],
);
const MEMBERS = fc.constantFrom(
  ...["ErrorEquals", "Next", "Variable", "IsNull", "StringEquals", "And", "Or", "Not", "Condition", "a.$", "a"],
  ...["StartAt", "States", "ProcessorConfig", "Mode", "ReaderConfig", "RoleArn", "Type", ...FIELDS],
);

const { value } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Json[]>(null, true, false, 0, 1, -1, 1.5),
    WORDS,
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(MEMBERS, tie("value"), { maxKeys: 4 }),
}));

/** A definition that has the outline of one, whatever its fields hold. */
const definition = fc.record({
  StartAt: fc.constantFrom(...NAMES),
  States: fc.dictionary(
    fc.constantFrom(...NAMES),
    fc
      .tuple(fc.constantFrom(...TYPES), fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 4 }), fc.boolean())
      .map(([type, fields, end]) => ({ ...fields, Type: type, ...(end ? { End: true } : { Next: "A" }) })),
    { minKeys: 1, maxKeys: 3 },
  ),
});

/** A program, or a fault with a place. Only a text that is no machine has a fault without one, and a missing end. */
function check(text: string): void {
  const { program, diagnostics } = compile(text);
  const errors = diagnostics.filter(({ severity }) => severity === "ERROR");
  expect(program === undefined).toBe(errors.length > 0);
  for (const diagnostic of diagnostics) expect(hasPlace(diagnostic)).toBe(true);
}

function hasPlace({ code, message, location }: Diagnostic): boolean {
  if (location !== undefined) return location.startsWith("/");
  return (
    code === "MISSING_END_STATE" ||
    code === "INVALID_JSON_DESCRIPTION" ||
    message === "Definition must be a valid JSON object"
  );
}

test("any definition is refused with a location, or compiles", () => {
  fc.assert(
    fc.property(definition, (generated) => check(JSON.stringify(generated))),
    { numRuns: 2_000 },
  );
});

test("any JSON is refused with a location, or compiles", () => {
  fc.assert(fc.property(value, (generated) => check(JSON.stringify(generated))));
});

test("any text is refused, or compiles", () => {
  fc.assert(fc.property(fc.string(), check));
});
