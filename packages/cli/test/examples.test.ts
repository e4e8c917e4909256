import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examples, pawl } from "./pawl-process.js";

/** What each example that needs no worker answers to its input. */
const outputs: Readonly<Record<string, unknown>> = {
  "example-state-machine": "Hello World!",
  "order-processing": {
    orderId: "1001",
    status: "SHIPPED",
    lines: [
      { line: 1, text: "2 × pawl" },
      { line: 2, text: "1 × ratchet" },
      { line: 3, text: "12 × spring" },
    ],
    reservation: "R-1001",
  },
  "retry-and-catch": { prices: "of yesterday", because: "Partner.Unavailable" },
  "stock-check": { checked: 4, reorder: ["ratchet", "lever"], count: ["spring"] },
  reminder: { text: "Ada: oil the pawl" },
};

const needsWorker = ["approval"];

const names = readdirSync(examples).flatMap((file) => /^(.*)\.asl\.json$/.exec(file)?.[1] ?? []);

test("every example is either run here or needs a worker", () => {
  expect(names).toEqual([...Object.keys(outputs), ...needsWorker].sort());
});

test.concurrent.each(Object.entries(outputs))("%s", async (name, output) => {
  const input = `@${join(examples, name)}.input.json`;
  const { code, stdout, stderr } = await pawl(["run", join(examples, `${name}.asl.json`), "--input", input]);
  expect(stderr).toBe("");
  const end = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { output: string };
  const given: unknown = JSON.parse(end.output);
  if (typeof output === "object") {
    expect(given).toMatchObject(output as object);
  } else {
    expect(given).toBe(output);
  }
  expect(code).toBe(0);
});

test.each(needsWorker)("%s is valid", async (name) => {
  expect(await pawl(["validate", join(examples, `${name}.asl.json`)])).toMatchObject({ code: 0 });
});
