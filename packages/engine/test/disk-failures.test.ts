import { describe, expect, it } from "vitest";
import type { StoreError } from "../src/index.js";
import { DiskFailures } from "../src/store/sqlite/disk-failures.js";

type Failure = [code: string, during: "read" | "commit"];

function after(...failures: readonly Failure[]): readonly StoreError[] {
  const told: StoreError[] = [];
  const disk = new DiskFailures("/data/pawl.db", (error) => told.push(error));
  for (const [code, during] of failures) disk.note(Object.assign(new Error("disk I/O error"), { code }), during);
  expect(disk.broken).toBe(told[0]);
  return told;
}

describe("failures of the disk after which nothing more may be read or written", () => {
  it.each<Failure[][]>([
    [[["SQLITE_IOERR_FSYNC", "commit"]]],
    [[["SQLITE_IOERR_DIR_FSYNC", "commit"]]],
    [[["SQLITE_CORRUPT", "commit"]]],
    [[["SQLITE_IOERR_READ", "commit"]]],
    [
      [
        ["SQLITE_CORRUPT", "read"],
        ["SQLITE_IOERR_WRITE", "commit"],
      ],
    ],
    [
      [
        ["SQLITE_FULL", "commit"],
        ["SQLITE_CORRUPT_INDEX", "read"],
      ],
    ],
  ])("%j", (failures) => {
    const told = after(...failures, ["SQLITE_IOERR_FSYNC", "commit"]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ name: "StoreError", code: "failed" });
    expect(told[0]?.message).toContain("/data/pawl.db has failed: disk I/O error. Nothing more is read or written.");
  });
});

describe("failures that heal", () => {
  it.each<Failure[][]>([
    [[["SQLITE_FULL", "commit"]]],
    [[["SQLITE_IOERR_WRITE", "commit"]]],
    [
      [
        ["SQLITE_CORRUPT", "read"],
        ["SQLITE_IOERR_READ", "read"],
      ],
    ],
    [
      [
        ["SQLITE_CONSTRAINT_UNIQUE", "commit"],
        ["SQLITE_CORRUPT", "read"],
      ],
    ],
    [
      [
        ["", "commit"],
        ["SQLITE_CORRUPT", "read"],
      ],
    ],
  ])("%j", (failures) => {
    expect(after(...failures)).toEqual([]);
  });
});
