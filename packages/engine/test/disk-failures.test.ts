import { expect, it } from "vitest";
import type { StoreError } from "../src/index.js";
import { DiskFailures } from "../src/store/sqlite/disk-failures.js";

function after(...codes: readonly string[]): readonly StoreError[] {
  const told: StoreError[] = [];
  const disk = new DiskFailures("/data/pawl.db", (error) => told.push(error));
  for (const code of codes) disk.note(Object.assign(new Error("disk I/O error"), { code }));
  expect(disk.broken).toBe(told[0]);
  return told;
}

it.each(["SQLITE_IOERR_FSYNC", "SQLITE_IOERR_DIR_FSYNC"])(
  "after %s nothing more is read or written, and that is told once",
  (code) => {
    const told = after(code, code);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ name: "StoreError", code: "failed" });
    expect(told[0]?.message).toContain("/data/pawl.db has failed: disk I/O error. Nothing more is read or written.");
  },
);

it("other failures heal", () => {
  expect(after("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_READ", "SQLITE_CORRUPT", "")).toEqual([]);
});
