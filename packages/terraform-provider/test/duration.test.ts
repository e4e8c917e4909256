import { expect, it } from "vitest";
import { parseDuration } from "../src/resources/duration.js";

it.each([
  ["30s", 30_000],
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  [".5s", 500],
  ["250ms", 250],
  ["0", 0],
  ["+2m", 120_000],
])("reads %s", (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

it.each(["", "5", "5 m", "m", "-5m", "five", "5d", "5m5", "+"])("refuses '%s'", (text) =>
  expect(parseDuration(text)).toBeUndefined(),
);
