import { describe, expect, test } from "vitest";
import { openTestEngine } from "./test-engine.js";

const kib = 1024;
/** JSON texts have two quotation marks. */
const text = (bytes: number): string => "x".repeat(bytes - 2);

/** Runs states one after the other, each of which assigns variables from the input. */
async function run(steps: readonly object[], input: unknown, last: object = {}) {
  const { machine, start, describe } = await openTestEngine();
  const names = steps.map((_, index) => `S${index}`);
  const states = Object.fromEntries(
    steps.map((Assign, index) => {
      const Next = names[index + 1];
      return [
        names[index],
        { Type: "Pass", Assign, Output: "done", ...(Next === undefined ? { End: true } : { Next }) },
      ];
    }),
  );
  const first = { Type: "Pass", Assign: { input: "{% $states.input %}" }, Output: "done", Next: "S0" };
  const arn = await machine({
    QueryLanguage: "JSONata",
    StartAt: "First",
    States: { First: first, ...states, ...last },
  });
  return describe(await start(arn, input));
}

const tooLarge = (state: string) => ({
  status: "FAILED",
  error: "States.DataLimitExceeded",
  cause: `The state '${state}' assigned variables with a size exceeding the maximum number of bytes service limit.`,
});

describe("the size of variables", () => {
  test("is 256 KiB for one", async () => {
    const doubled = { a: "{% $input & $input %}" };
    expect(await run([doubled], text(128 * kib + 1))).toMatchObject({ status: "SUCCEEDED" });
    expect(await run([doubled], text(128 * kib + 2))).toMatchObject(tooLarge("S0"));
    // Bytes, not characters.
    expect(await run([doubled], "é".repeat(64 * kib - 1))).toMatchObject({ status: "SUCCEEDED" });
    expect(await run([doubled], "é".repeat(64 * kib))).toMatchObject(tooLarge("S0"));
  });

  test("is 256 KiB for those of one Assign together", async () => {
    const both = { a: "{% $input %}", b: "{% $input %}" };
    expect(await run([both], text(128 * kib))).toMatchObject({ status: "SUCCEEDED" });
    expect(await run([both], text(128 * kib + 1))).toMatchObject(tooLarge("S0"));
  });

  test("is 10 MiB for all that are stored; what is assigned again counts once", async () => {
    const assign = (name: string) => ({ [name]: "{% $input %}" });
    // With the input itself there are 40 of 256 KiB.
    const fit = Array.from({ length: 39 }, (_, index) => assign(`v${index}`));
    expect(await run([...fit, ...fit.slice(0, 5)], text(256 * kib))).toMatchObject({ status: "SUCCEEDED" });
    expect(await run([...fit, assign("more")], text(256 * kib))).toMatchObject(tooLarge("S39"));
  }, 60_000);

  test("counts those of outer scopes, and is an error that can be caught", async () => {
    const { machine, start, describe } = await openTestEngine();
    const inner = {
      StartAt: "In",
      States: { In: { Type: "Pass", Assign: { a: "{% $input & $input %}" }, End: true } },
    };
    const arn = await machine({
      QueryLanguage: "JSONata",
      StartAt: "First",
      States: {
        First: { Type: "Pass", Assign: { input: "{% $states.input %}" }, Output: "in", Next: "Both" },
        Both: {
          Type: "Parallel",
          Branches: [inner],
          Catch: [
            { ErrorEquals: ["States.DataLimitExceeded"], Output: "{% $states.errorOutput.Error %}", Next: "Caught" },
          ],
          End: true,
        },
        Caught: { Type: "Pass", End: true },
      },
    });
    expect(await describe(await start(arn, text(200 * kib)))).toMatchObject({
      status: "SUCCEEDED",
      output: '"States.DataLimitExceeded"',
    });
  });
});
