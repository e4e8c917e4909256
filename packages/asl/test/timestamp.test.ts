import { describe, expect, test } from "vitest";
import { compareInstants, parseTimestamp } from "../src/timestamp.js";

describe("parseTimestamp", () => {
  test.each([
    ["2016-12-05T21:29:29Z", "2016-12-05T21:29:29.000Z"],
    ["2016-12-05T21:29:29.5Z", "2016-12-05T21:29:29.500Z"],
    ["2016-12-05T21:29:29.123456789Z", "2016-12-05T21:29:29.123Z"],
    ["2016-12-05T21:29:29+01:30", "2016-12-05T19:59:29.000Z"],
    ["2016-12-05T21:29:29-08:00", "2016-12-06T05:29:29.000Z"],
    ["2016-12-05T21:29Z", "2016-12-05T21:29:00.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"],
  ])("%s is %s", (text, instant) => {
    const { milliseconds } = parseTimestamp(text) ?? { milliseconds: Number.NaN };
    expect(new Date(milliseconds).toISOString()).toBe(instant);
  });

  test.each([
    "05-12-2016T21:29:29Z",
    "2016-12-05 21:29:29Z",
    "2016-12-05T21:29:29",
    "2016-13-05T21:29:29Z",
    "2016-12-32T21:29:29Z",
    "2016-12-05T25:29:29Z",
    "2016-12-05T21:60:29Z",
    "2016-12-05T21:29:60Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2016-00-05T21:29:29Z",
    "2016-12-00T21:29:29Z",
    "2016-12-05t21:29:29z",
    "2016-12-05T21:29:29+19:00",
    "2016-12-05T21:29:29+0100",
    "2016-12-05",
    " 2016-12-05T21:29:29Z",
    "",
  ])("'%s' is no timestamp", (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  test("nanoseconds order what milliseconds do not", () => {
    const [first, second] = ["2016-12-05T21:29:29.000000001Z", "2016-12-05T21:29:29.000000002Z"].map(parseTimestamp);
    if (first === undefined || second === undefined) throw new Error("no timestamps");
    expect(Math.sign(compareInstants(first, second))).toBe(-1);
    expect(compareInstants(first, first)).toBe(0);
  });
});
