import { gzipSync } from "node:zlib";
import { printJson } from "@pawl/asl";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { itemReader } from "../src/item-reader/read-items.js";
import type { ObjectStore } from "../src/object-store/object-store.js";
import { allGroups, faultOf, readAll, readGroups } from "./s3/reading.js";
import { S3Server } from "./s3/s3-server.js";

const server = new S3Server();
beforeAll(async () => {
  await server.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.objects.clear();
  server.requests.length = 0;
  server.fault = undefined;
  server.knowsRanges = true;
  server.pageSize = 1000;
  server.broken = 0;
});

const ITEM_READER_FAILED = "States.ItemReaderFailed";

describe("delimited text", () => {
  const csv = (more: object = { CSVHeaderLocation: "FIRST_ROW" }) => ({ config: { InputType: "CSV", ...more } });

  it("gives its rows as objects of strings, as recorded", async () => {
    server.put(
      "bucket/data",
      "Col1,Col2,Col3\nValue1,Value2,Value3\nValue4,Value5,Value6\n,,,\ntrue,1,'HelloWorld'\nNull,None,\n   \n",
    );
    expect(await readAll(server, csv())).toEqual([
      { Col1: "Value1", Col2: "Value2", Col3: "Value3" },
      { Col1: "Value4", Col2: "Value5", Col3: "Value6" },
      { Col1: "", Col2: "", Col3: "" },
      { Col1: "true", Col2: "1", Col3: "'HelloWorld'" },
      { Col1: "Null", Col2: "None", Col3: "" },
      { Col1: "   ", Col2: "", Col3: "" },
    ]);
  });

  it("reads the example of the service's guide", async () => {
    server.put(
      "bucket/data",
      'abc,123,"This string contains commas, a double quotation marks (""), and a newline (\n)",{""MyKey"":""MyValue""},"[1,2,3]"',
    );
    const CSVHeaders = ["MyLetters", "MyNumbers", "MyString", "MyObject", "MyArray"];
    expect(await readAll(server, csv({ CSVHeaderLocation: "GIVEN", CSVHeaders }))).toEqual([
      {
        MyLetters: "abc",
        MyNumbers: "123",
        MyString: 'This string contains commas, a double quotation marks ("), and a newline (\n)',
        MyObject: '{"MyKey":"MyValue"}',
        MyArray: "[1,2,3]",
      },
    ]);
  });

  it.each([
    ["COMMA", "a,b\n1,2"],
    ["PIPE", "a|b\n1|2"],
    ["SEMICOLON", "a;b\n1;2"],
    ["SPACE", "a b\n1 2"],
    ["TAB", "a\tb\n1\t2"],
  ])("is delimited by %s", async (CSVDelimiter, text) => {
    server.put("bucket/data", text);
    expect(await readAll(server, csv({ CSVHeaderLocation: "FIRST_ROW", CSVDelimiter }))).toEqual([{ a: "1", b: "2" }]);
  });

  it("may begin with a byte order mark and end lines as Windows does", async () => {
    server.put("bucket/data", "\ufeffa,b\r\n1,2\r\n\r\n3,4");
    expect(await readAll(server, csv())).toEqual([
      { a: "1", b: "2" },
      { a: "3", b: "4" },
    ]);
  });

  it("keeps the columns in their order, whatever they are called", async () => {
    server.put("bucket/data", "b,10,__proto__,2\nx,y,z,w");
    expect((await readAll(server, csv())).map((item) => printJson(item))).toEqual([
      '{"b":"x","10":"y","__proto__":"z","2":"w"}',
    ]);
  });

  it.each([
    ["FIRST_ROW", csv(), "a,b,a\n1,2,3"],
    ["GIVEN", csv({ CSVHeaderLocation: "GIVEN", CSVHeaders: ["a", "a"] }), "1,2"],
  ])("fails where columns have the same name: %s", async (_where, read, text) => {
    server.put("bucket/data", text);
    const cause = "CSV headers cannot contain duplicates.";
    expect(await faultOf(server, read)).toEqual({ error: ITEM_READER_FAILED, cause });
  });

  it("fails where a quotation mark is not closed", async () => {
    server.put("bucket/data", 'a\n1\n"2\n3\n');
    const cause = "The quotation mark that opens a field in row 3 is not closed.";
    expect(await faultOf(server, csv())).toEqual({ error: ITEM_READER_FAILED, cause });
  });

  it("fails where it is not UTF-8", async () => {
    server.put("bucket/data", Buffer.from("a\ncaf\xe9\n", "latin1"));
    expect(await faultOf(server, csv())).toEqual({
      error: ITEM_READER_FAILED,
      cause: "The dataset is not text in UTF-8.",
    });
  });

  it.each(["", "a,b", "a,b\n"])("without rows has no items: %j", async (text) => {
    server.put("bucket/data", text);
    expect(await allGroups(server, csv())).toEqual([]);
  });

  it("is decompressed where its name says so", async () => {
    server.put("bucket/data.csv.gz", gzipSync("a\n1\n2\n"));
    server.put("bucket/data.csv.zst", Buffer.from("KLUv/SQGMQAAYQoxCjIK5cTn/Q==", "base64"));
    for (const Key of ["data.csv.gz", "data.csv.zst"]) {
      expect(await readAll(server, { ...csv(), parameters: { Bucket: "bucket", Key } })).toEqual([
        { a: "1" },
        { a: "2" },
      ]);
    }
  });

  it.each([
    ["one endless row", "a\n", "x"],
    ["one endless column name", "", "x"],
    ["one endless quoted value", 'a\n"', "x\n"],
  ])("fails where it becomes endless when it is decompressed: %s", async (_, begin, filling) => {
    // 200 MB in 200 kB.
    const bomb = gzipSync(Buffer.concat([Buffer.from(begin), Buffer.alloc(200_000_000, filling)]));
    expect(bomb.length).toBeLessThan(1_000_000);
    server.put("bucket/bomb.csv.gz", bomb);
    const before = process.memoryUsage().rss;
    const { error } = await faultOf(server, { ...csv(), parameters: { Bucket: "bucket", Key: "bomb.csv.gz" } });
    expect(error).toBe(ITEM_READER_FAILED);
    // It holds no more of it than a row may have.
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  it("fails where it cannot be decompressed", async () => {
    server.put("bucket/data.gz", "no gzip");
    server.put("bucket/short.gz", gzipSync("a\n1\n2\n".repeat(1000)).subarray(0, 40));
    server.put("bucket/data.zst", "no zstd at all");
    for (const Key of ["data.gz", "short.gz", "data.zst"]) {
      const { cause } = await faultOf(server, { ...csv(), parameters: { Bucket: "bucket", Key } });
      expect(cause).toMatch(/^The data cannot be decompressed: ./);
    }
  });
});

describe("JSON", () => {
  const json = (more: object = {}) => ({ config: { InputType: "JSON", ...more } });

  it("gives the elements of an array, to the last digit", async () => {
    server.put("bucket/data", ' [1, "a]", {"b": [2, {"c": "\\"]"}]}, 12345678901234567890, 1.10, null]\n');
    expect((await readAll(server, json())).map((item) => printJson(item))).toEqual([
      "1",
      '"a]"',
      '{"b":[2,{"c":"\\"]"}]}',
      "12345678901234567890",
      "1.10",
      "null",
    ]);
  });

  it("is what an InputType that is not given means", async () => {
    server.put("bucket/data", "[1]");
    expect(await readAll(server, {})).toEqual([1]);
  });

  it("fails where it is an object or a value, as recorded", async () => {
    for (const text of ['{"Hello": "world"}', "1", '"a"', "true"]) {
      server.put("bucket/data", text);
      const cause = "Attempting to map over non-iterable node.";
      expect(await faultOf(server, json())).toEqual({ error: ITEM_READER_FAILED, cause });
    }
  });

  it("gives what a pointer points at: an array, or the members of an object", async () => {
    server.put(
      "bucket/data",
      '{"skip": {"a": ["}]", [1, {}]]}, "a/b": [0, {"c~": [1, 2]}], "d": {"x": 1, "2": {"y": 2}}, "e": 5}',
    );
    expect(await readAll(server, json({ ItemsPointer: "/a~1b/1/c~0" }))).toEqual([1, 2]);
    expect(await allGroups(server, json({ ItemsPointer: "/d" }))).toEqual([
      { items: [1, { y: 2 }], keys: ["x", "2"], source: "s3://bucket/data" },
    ]);
    expect((await allGroups(server, json({ ItemsPointer: "" }))).flatMap(({ keys }) => keys)).toEqual([
      "skip",
      "a/b",
      "d",
      "e",
    ]);
    expect((await faultOf(server, json({ ItemsPointer: "/e" }))).cause).toBe(
      "Attempting to map over non-iterable node.",
    );
    for (const ItemsPointer of ["/none", "/a~1b/2", "/a~1b/01", "/e/1", "d", "/d/x/y"]) {
      expect((await faultOf(server, json({ ItemsPointer }))).cause).toBe(
        "The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.",
      );
    }
  });

  it.each([
    ["", "it is empty"],
    ["  ", "it is empty"],
    ["x", "it begins with 'x'"],
    ["[1,", "it ends too early"],
    ["[1,]", "Unexpected token ']', \"[1,]\" is not valid JSON"],
    ["[1 2]", "Expected ',' or ']' after array element in JSON at position 3"],
    ["[1}", "expected ']' but found '}'"],
    ["[1] 2", "something follows its end"],
    ['["a', "it ends too early"],
  ])("fails where it is wrong: %j", async (text, reason) => {
    server.put("bucket/data", text);
    expect((await faultOf(server, json())).cause).toContain(`The dataset is not JSON: ${reason}`);
  });

  it("fails where an item is larger than 8 MB, and keeps no more of it than that", async () => {
    server.put("bucket/data", `["${"x".repeat(9 * 1024 * 1024)}"]`);
    expect((await faultOf(server, json())).cause).toBe("An item of the dataset is larger than the maximum of 8 MB.");
  });
});

describe("JSON Lines", () => {
  const lines = { config: { InputType: "JSONL" } };

  it("has an item on each line that is not empty", async () => {
    server.put("bucket/data", '{"a":1}\n\n[2]\r\n  \n1.50');
    expect((await readAll(server, lines)).map((item) => printJson(item))).toEqual(['{"a":1}', "[2]", "1.50"]);
  });

  it("says which line is wrong", async () => {
    server.put("bucket/data", '{"a":1}\n\n{"a":\n{}');
    expect((await faultOf(server, lines)).cause).toMatch(/^Line 3 of the dataset is not JSON: /);
  });
});

describe("a listing", () => {
  const listing = { resource: "arn:aws:states:::s3:listObjectsV2" };

  it("gives the objects under a prefix, page by page", async () => {
    server.pageSize = 2;
    for (const key of ["in/a", "in/b", "in/c", "out/d"]) server.put(`bucket/${key}`, key);
    const groups = await allGroups(server, { ...listing, parameters: { Bucket: "bucket", Prefix: "in/" } });
    expect(groups).toEqual([
      {
        source: "s3://bucket",
        items: [
          {
            Etag: expect.stringMatching(/^"[\da-f]{32}"$/),
            Key: "in/a",
            LastModified: 1668699881,
            Size: 4,
            StorageClass: "STANDARD",
          },
          expect.objectContaining({ Key: "in/b" }),
        ],
      },
      { source: "s3://bucket", items: [expect.objectContaining({ Key: "in/c" })] },
    ]);
  });

  it("gives what is in the objects where it is to load and flatten them", async () => {
    server.put("bucket/in/", "");
    server.put("bucket/in/one.json", "[1,2]");
    server.put("bucket/in/two.json", "[3]");
    const config = { InputType: "JSON", Transformation: "LOAD_AND_FLATTEN" };
    expect(await allGroups(server, { ...listing, config, parameters: { Bucket: "bucket", Prefix: "in/" } })).toEqual([
      { items: [1, 2], source: "s3://bucket/in/one.json" },
      { items: [3], source: "s3://bucket/in/two.json" },
    ]);
  });

  it("takes the header of each of its files", async () => {
    server.put("bucket/1.csv", "a,b\n1,2\n");
    server.put("bucket/2.csv", "b,a\n3,4\n");
    const config = { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW", Transformation: "LOAD_AND_FLATTEN" };
    expect(await readAll(server, { ...listing, config, parameters: { Bucket: "bucket" } })).toEqual([
      { a: "1", b: "2" },
      { a: "4", b: "3" },
    ]);
  });
});

describe("a manifest", () => {
  it("of an inventory gives the rows of its files", async () => {
    const manifest = {
      sourceBucket: "source",
      destinationBucket: "arn:aws:s3:::inventory",
      fileFormat: "CSV",
      fileSchema: "Bucket, Key, Size, LastModifiedDate",
      files: [{ key: "data/1.csv.gz" }, { key: "data/2.csv" }],
    };
    server.put("bucket/data", JSON.stringify(manifest));
    server.put("inventory/data/1.csv.gz", gzipSync('"source","a.csv","3","2022-11-16T00:27:19.000Z"\n'));
    server.put("inventory/data/2.csv", '"source","b.csv","4","2022-11-16T00:27:20.000Z"\n');
    for (const config of [{ InputType: "MANIFEST" }, { ManifestType: "S3_INVENTORY" }]) {
      expect(await allGroups(server, { config })).toEqual([
        {
          items: [{ Bucket: "source", Key: "a.csv", Size: "3", LastModifiedDate: "2022-11-16T00:27:19.000Z" }],
          source: "s3://inventory/data/1.csv.gz",
        },
        {
          items: [{ Bucket: "source", Key: "b.csv", Size: "4", LastModifiedDate: "2022-11-16T00:27:20.000Z" }],
          source: "s3://inventory/data/2.csv",
        },
      ]);
    }
  });

  it.each([
    ["[]", "it is no JSON object"],
    ['{"fileFormat":"ORC"}', 'its fileFormat is "ORC", and only CSV is supported'],
    ['{"fileFormat":"CSV"}', "it has no fileSchema"],
    ['{"fileFormat":"CSV","fileSchema":"Key"}', "it lists no files"],
    ['{"fileFormat":"CSV","fileSchema":"Key","files":[1]}', "one of its files has no key"],
  ])("of an inventory has to be one: %s", async (text, reason) => {
    server.put("bucket/data", text);
    expect((await faultOf(server, { config: { InputType: "MANIFEST" } })).cause).toBe(
      `The dataset is not the manifest of an S3 inventory: ${reason}.`,
    );
  });

  it("of Athena gives what is in the objects that it names", async () => {
    server.put("bucket/data", "s3://out/q/1.gz\ns3://out/q/2\n");
    server.put("out/q/1.gz", gzipSync('{"a":1}\n{"a":2}\n'));
    server.put("out/q/2", '{"a":3}\n');
    const config = { ManifestType: "ATHENA_DATA", InputType: "JSONL" };
    expect(await readAll(server, { config })).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
    server.put("bucket/data", "1,Alice\n2,Bob\n");
    const { cause } = await faultOf(server, { config });
    expect(cause).toBe('The manifest names "1", which is not the URI of an object.');
  });
});

describe("whatever is read", () => {
  const numbers = { config: { InputType: "JSON" } };
  const put = (count: number) => server.put("bucket/data", JSON.stringify(Array.from({ length: count }, (_, i) => i)));

  it("comes in groups of at most 1,000 items, in their order", async () => {
    put(2500);
    const groups = await allGroups(server, numbers);
    expect(groups.map(({ items }) => items.length)).toEqual([1000, 1000, 500]);
    expect(groups.flatMap(({ items }) => items)).toEqual(Array.from({ length: 2500 }, (_, i) => i));
  });

  it.each([
    [{ maxItems: 2 }, [0, 1]],
    [{ maxItems: 0 }, [0, 1, 2, 3]],
    [{ maxItems: 100_000_001 }, [0, 1, 2, 3]],
    [{ skip: 3 }, [3]],
    [{ skip: 4 }, []],
    [{ skip: 9 }, []],
    [{ skip: 1, maxItems: 3 }, [1, 2]],
    [{ skip: 3, maxItems: 3 }, []],
  ])("is limited, and goes on where it was: %j", async (read, items) => {
    put(4);
    expect(await readAll(server, { ...numbers, ...read })).toEqual(items);
  });

  it("fails where MaxItems is negative, as recorded", async () => {
    put(1);
    expect(await faultOf(server, { ...numbers, maxItems: -1 })).toEqual({
      error: ITEM_READER_FAILED,
      cause: "field MaxItems must be positive",
    });
  });

  it("is read no further than it is taken", async () => {
    server.put("bucket/data", `[${"1,".repeat(10_000_000)}1]`);
    for await (const { items } of readGroups(server, numbers)) {
      expect(items).toHaveLength(1000);
      break;
    }
    expect(server.requests).toEqual(["GET bucket/data?x-id=GetObject bytes=0-8388607"]);
  });

  it("stops when it is aborted", async () => {
    put(5000);
    const abort = new AbortController();
    const groups = readGroups(server, numbers, abort.signal)[Symbol.asyncIterator]();
    await groups.next();
    abort.abort(new Error("enough"));
    await expect(
      (async () => {
        while (!(await groups.next()).done);
      })(),
    ).rejects.toThrow("enough");
  });

  it("is told by its state, and an object that is another one by then is refused", async () => {
    put(2);
    const etags: string[] = [];
    await readAll(server, { ...numbers, opened: (etag) => etags.push(etag) });
    const [etag = ""] = etags;
    expect(await readAll(server, { ...numbers, etag, skip: 1 })).toEqual([1]);
    put(3);
    expect((await faultOf(server, { ...numbers, etag, skip: 1 })).cause).toMatch(
      /^At least one of the pre-conditions you specified did not hold \(Service: S3, Status Code: 412, /,
    );
  });

  it("comes in parts of 8 MB, all of the same object", async () => {
    put(2_000_000);
    const taken: number[] = [];
    const reading = (async () => {
      for await (const { items } of readGroups(server, numbers)) {
        if (taken.length === 0) put(2_000_001);
        taken.push(...(items as number[]));
      }
    })();
    await expect(reading).rejects.toMatchObject({ cause: expect.stringContaining("pre-conditions") });
    // All of the first part, but what its last characters begin, and nothing else.
    expect(taken.length).toBeGreaterThan(1_000_000);
    expect(taken.every((item, index) => item === index)).toBe(true);
  });

  it("may come from a server that knows no ranges", async () => {
    server.knowsRanges = false;
    put(3000);
    expect(await readAll(server, numbers)).toHaveLength(3000);
    server.put("bucket/data", "a\n1\n");
    expect(await readAll(server, { config: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" } })).toEqual([
      { a: "1" },
    ]);
  });

  it("is asked for again where what was sent broke off, but not for ever", async () => {
    put(3000);
    server.broken = 2;
    expect(await readAll(server, numbers)).toHaveLength(3000);
    expect(server.requests).toHaveLength(3);
    server.broken = 3;
    expect((await faultOf(server, numbers)).cause).toMatch(/^What S3 sent of the object broke off: /);
  });

  it("is never more in memory than a part and what has been begun of the next items", async () => {
    const part = JSON.stringify(Array.from({ length: 1000 }, (_, index) => index)).slice(1, -1);
    let given = 0;
    const parts = async function* () {
      for (; given < 500; given++) yield Buffer.from(given === 0 ? `[${part}` : `,${part}`);
      yield Buffer.from("]");
    };
    const object = { etag: "", size: undefined, parts, range: async () => Buffer.alloc(0), close: async () => {} };
    const store: ObjectStore = {
      open: async () => object,
      list: () => {
        throw new Error("nothing is listed");
      },
      create: () => {
        throw new Error("nothing is written");
      },
    };
    const reader = { resource: "arn:aws:states:::s3:getObject", parameters: { Bucket: "b", Key: "k" }, config: {} };
    const groups = itemReader(() => store)({ reader, region: "", skip: 0 }, new AbortController().signal);
    let taken = 0;
    let waiting = 0;
    for await (const { items } of groups) {
      taken += items.length;
      waiting = Math.max(waiting, given * 1000 - taken);
    }
    expect(taken).toBe(500_000);
    expect(waiting).toBeLessThan(2000);
  });

  it("is not there, or nobody may read it: the store's own words", async () => {
    expect(await faultOf(server, numbers)).toEqual({
      error: ITEM_READER_FAILED,
      cause:
        "The specified key does not exist. (Service: S3, Status Code: 404, Request ID: REQUEST, Extended Request ID: EXTENDED)",
    });
    server.fault = { matches: /./, status: 403, code: "AccessDenied", message: "Access Denied" };
    for (const resource of ["arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"]) {
      expect((await faultOf(server, { resource })).cause).toMatch(/^Access Denied \(Service: S3, Status Code: 403, /);
    }
  });

  it("has to be named", async () => {
    expect((await faultOf(server, { parameters: { Bucket: "b" } })).cause).toBe(
      "The ItemReader needs a Key, which is null.",
    );
    expect((await faultOf(server, { parameters: { Bucket: 1, Key: "k" } })).cause).toBe(
      "The ItemReader needs a Bucket, which is 1.",
    );
  });

  it("is asked for as the parameters say", async () => {
    put(1);
    await readAll(server, { ...numbers, parameters: { Bucket: "bucket", Key: "data", VersionId: "v1" } });
    expect(server.requests).toEqual(["GET bucket/data?versionId=v1&x-id=GetObject bytes=0-8388607"]);
  });
});
