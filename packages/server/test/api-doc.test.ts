import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { operations } from "../src/operations/registry.js";
import { inputs } from "../src/request-model/inputs.js";

const text = readFileSync(new URL("../../../docs/api.md", import.meta.url), "utf8");

/** The rows of the table, as they should be. */
function rows(): string[] {
  return Object.entries(inputs).map(([name, shape]) => {
    const operation = operations.find((each) => each.name === name);
    const required: readonly string[] = shape.required;
    const members = Object.keys(shape.members).map((member) => {
      const shown = required.includes(member) ? `**${member}**` : member;
      return operation?.unsupported.includes(member) ? `~~${shown}~~` : shown;
    });
    return `| ${name} | ${operation === undefined ? "not yet" : "yes"} | ${members.join(", ")} |`;
  });
}

it("docs/api.md tells which operations and members there are", () => {
  const table = text.split("\n").filter((line) => /^\| [A-Z]\w+ \| (yes|not yet) \|/.test(line));
  expect(table).toEqual(rows());
});
