import { readFileSync } from "node:fs";
import { type Json, printJson } from "@pawl/asl";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { allGroups, faultOf, readAll, readGroups } from "./s3/reading.js";
import { S3Server } from "./s3/s3-server.js";

const server = new S3Server();
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  server.objects.clear();
  server.knowsRanges = true;
  server.requests.length = 0;
});

const parquet = { config: { InputType: "PARQUET" } };

/** Written by Apache Arrow. */
const file = (name: string) => readFileSync(new URL(`parquet/${name}.parquet`, import.meta.url));

describe("rows of a Parquet file", () => {
  it("are JSON that loses nothing", async () => {
    server.put("bucket/data", file("types"));
    const rows = (await readAll(server, parquet)) as { [name: string]: Json }[];
    const printed = (name: string) => rows.map((row) => printJson(row[name] ?? null));
    expect(Object.keys(rows[0] ?? {})).toHaveLength(18);
    expect(printed("id")).toEqual(["1", "2", "3"]);
    expect(printed("big")).toEqual(["9007199254740993", "-9223372036854775808", "null"]);
    expect(printed("u64")).toEqual(["18446744073709551615", "0", "null"]);
    expect(printed("i32")).toEqual(["1", "-1", "null"]);
    expect(printed("name")).toEqual(['"Ada"', '"é😀"', "null"]);
    expect(printed("bin")).toEqual(['"text"', '"/wA="', "null"]);
    expect(printed("ok")).toEqual(["true", "false", "null"]);
    expect(printed("d")).toEqual(["1.5", '"Infinity"', "null"]);
    expect(printed("dec")).toEqual(["1.10", "-0.05", "null"]);
    expect(printed("wide")).toEqual(["12345678901234567890123.4567", "-1.0000", "null"]);
    expect(printed("day")).toEqual(['"2026-01-31"', '"1969-12-31"', "null"]);
    expect(printed("ms")).toEqual(['"2026-01-31T12:00:00.25Z"', '"1969-12-31T23:59:59.999Z"', "null"]);
    expect(printed("us")).toEqual(['"2026-01-31T12:00:00.123456Z"', '"1969-12-31T23:59:59.999999Z"', "null"]);
    expect(printed("ns")).toEqual(['"2026-01-31T12:00:00.123456789Z"', '"1969-12-31T23:59:59.999999999Z"', "null"]);
    expect(printed("tod")).toEqual(['"13:05:09.03"', '"00:00:00"', "null"]);
    expect(printed("list")).toEqual(["[1.1,null]", "[]", "null"]);
    expect(printed("struct")).toEqual(['{"a":1,"b":[{"c":"x"}]}', '{"a":null,"b":null}', "null"]);
    expect(printed("map")).toEqual(['{"2":2,"k":1}', "{}", "null"]);
  });

  it.each(["none", "snappy", "gzip", "zstd", "brotli"])("are read with compression: %s", async (codec) => {
    server.put("bucket/data", file(codec));
    const groups = await allGroups(server, parquet);
    // One for each row group.
    expect(groups.map(({ items }) => items.length)).toEqual([12, 8]);
    expect(groups.flatMap(({ items }) => items)).toEqual(
      Array.from({ length: 20 }, (_, n) => ({ n, s: `row ${n % 7}` })),
    );
    expect(await readAll(server, { ...parquet, skip: 11, maxItems: 13 })).toEqual([
      { n: 11, s: "row 4" },
      { n: 12, s: "row 5" },
    ]);
  });

  it("are fetched a row group at a time, never the whole file", async () => {
    server.put("bucket/data", file("none"));
    await readAll(server, { ...parquet, maxItems: 5 });
    const bytes = server.requests
      .map((line) => /bytes=(\d+)-(\d+)$/.exec(line))
      .map((range) => {
        return Number(range?.[2]) - Number(range?.[1]) + 1;
      });
    const size = file("none").length;
    expect(bytes.every((length) => length < size / 2 || length < 700)).toBe(true);
  });

  it.each<[string, Buffer, string]>([
    ["too short", Buffer.from("PAR1"), "The dataset is not a Parquet file that can be read: it is too short."],
    [
      "another kind of file",
      Buffer.alloc(100),
      "The dataset is not a Parquet file that can be read: it does not end with PAR1.",
    ],
    ["cut off in front", file("none").subarray(900), "The dataset is not a Parquet file that can be read: "],
    ["of another compression", file("lz4"), "The dataset is not a Parquet file that can be read: "],
    [
      "with too large a footer",
      footer(6_000_000),
      "The footer of the Parquet file is larger than the maximum of 5 MB.",
    ],
    [
      "with a footer longer than itself",
      footer(7_000_000),
      "The dataset is not a Parquet file that can be read: its footer would begin before it.",
    ],
  ])("fail to be read from one that is %s", async (_what, content, cause) => {
    server.put("bucket/data", content);
    const fault = await faultOf(server, parquet);
    expect(fault.error).toBe("States.ItemReaderFailed");
    expect(fault.cause).toContain(cause);
  });

  it("never hang or crash on damaged files", { timeout: 120_000 }, async () => {
    const whole = file("types");
    for (let place = 0; place < whole.length; place += 307) {
      const damaged = Buffer.from(whole);
      damaged[place] = (damaged[place] ?? 0) ^ 0xff;
      server.put("bucket/data", damaged);
      await readAll(server, parquet).catch(({ error }) => expect(error).toBe("States.ItemReaderFailed"));
    }
  });

  it("cannot be read from an older version", async () => {
    const parameters = { Bucket: "bucket", Key: "data", VersionId: "1" };
    expect((await faultOf(server, { ...parquet, parameters })).cause).toBe(
      "VersionId is not supported for InputType PARQUET.",
    );
  });

  it("cannot be read where ranges are not known", async () => {
    server.put("bucket/data", file("none"));
    server.knowsRanges = false;
    expect((await faultOf(server, parquet)).cause).toBe(
      "What answers for S3 cannot give a range of an object, which this InputType needs.",
    );
  });

  it("are read from many files by one thread", async () => {
    for (const codec of ["none", "snappy", "gzip"]) server.put(`bucket/in/${codec}`, file(codec));
    const config = { ...parquet.config, Transformation: "LOAD_AND_FLATTEN" };
    const resource = "arn:aws:states:::s3:listObjectsV2";
    expect(await readAll(server, { config, resource, parameters: { Bucket: "bucket" } })).toHaveLength(60);
  });

  it("are given up when the reading is aborted", async () => {
    server.put("bucket/data", file("none"));
    const abort = new AbortController();
    const groups = readGroups(server, parquet, abort.signal)[Symbol.asyncIterator]();
    await groups.next();
    abort.abort(new Error("enough"));
    await expect(groups.next()).rejects.toThrow("enough");
  });
});

function footer(length: number): Buffer {
  const content = Buffer.alloc(6_500_000);
  content.writeUInt32LE(length, content.length - 8);
  content.write("PAR1", content.length - 4);
  return content;
}
