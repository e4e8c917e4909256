import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileStore } from "../src/object-store/file-store.js";
import type { ListedObject, ObjectStore } from "../src/object-store/object-store.js";
import { allGroups, faultOf, readAll } from "./s3/reading.js";

const signal = new AbortController().signal;

let root: string;
let data: string;
let bucket: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "pawl-folders-")));
  data = join(root, "data");
  bucket = `file://${data}`;
  mkdirSync(join(data, "in"), { recursive: true });
  writeFileSync(join(data, "in", "rows.csv"), "a\n1\n2\n");
  writeFileSync(join(root, "secret.csv"), "a\nsecret\n");
});
afterEach(() => rmSync(root, { recursive: true }));

const csv = { config: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" } };
const read = (Bucket: string, Key: string, dataFolders: readonly string[] = [data]) => ({
  ...csv,
  dataFolders,
  parameters: { Bucket, Key },
});

describe("files of this machine as objects", () => {
  it("are read where their folder is allowed", async () => {
    expect(await allGroups(undefined, read(bucket, "in/rows.csv"))).toEqual([
      { items: [{ a: "1" }, { a: "2" }], source: `file://${data}/in/rows.csv` },
    ]);
    expect(await readAll(undefined, read(`${bucket}/in`, "rows.csv"))).toHaveLength(2);
    expect(await readAll(undefined, read(bucket, "in/rows.csv", [root]))).toHaveLength(2);
  });

  it("are not read where it is not", async () => {
    expect(await faultOf(undefined, read(bucket, "in/rows.csv", []))).toEqual({
      error: "States.ItemReaderFailed",
      cause: `State machines may not use the folder ${bucket}: none is allowed. Start the server with --data-folder to allow one.`,
    });
    for (const folder of [root, `${data}-other`, join(data, ".."), "/etc", "/"]) {
      const { cause } = await faultOf(undefined, read(`file://${folder}`, "secret.csv"));
      expect(cause).toMatch(/^State machines may not use the folder /);
    }
  });

  it.each(["../secret.csv", "in/../../secret.csv", "/etc/passwd", "in", "", ".", "none.csv", "in/rows.csv\0", ".."])(
    "are in their bucket: not %j",
    async (key) => {
      const { cause } = await faultOf(undefined, read(bucket, key));
      expect(cause).toMatch(/^(The specified key does not exist\.|The ItemReader needs a Key, which is "")/);
    },
  );

  it("are not reached through links that lead out, but through those that stay within", async () => {
    symlinkSync(join(root, "secret.csv"), join(data, "link.csv"));
    symlinkSync(root, join(data, "up"));
    symlinkSync(join(data, "in"), join(data, "same"));
    for (const key of ["link.csv", "up/secret.csv", "up/data/../secret.csv"]) {
      expect((await faultOf(undefined, read(bucket, key))).cause).toBe("The specified key does not exist.");
    }
    expect((await faultOf(undefined, read(`${bucket}/up`, "secret.csv"))).cause).toMatch(/^State machines may not use/);
    expect(await readAll(undefined, read(bucket, "same/rows.csv"))).toHaveLength(2);
  });

  it("are not pipes, which would be waited for", async () => {
    execFileSync("mkfifo", [join(data, "pipe")]);
    expect((await faultOf(undefined, read(bucket, "pipe"))).cause).toBe("The specified key does not exist.");
  });

  it.each(["file:relative", "file://host/data", "file:///%00", "file:"])(
    "are in a folder that is named whole: %s",
    async (url) => {
      const { cause } = await faultOf(undefined, read(url, "rows.csv"));
      expect(cause).toMatch(/^(The bucket .* is not the URL of a folder|State machines may not use)/);
    },
  );

  it("are refused when they have changed since they were begun", async () => {
    const etags: string[] = [];
    await readAll(undefined, { ...read(bucket, "in/rows.csv"), opened: (etag) => etags.push(etag) });
    const again = { ...read(bucket, "in/rows.csv"), etag: etags[0] ?? "", skip: 1 };
    expect(await readAll(undefined, again)).toEqual([{ a: "2" }]);
    writeFileSync(join(data, "in", "rows.csv"), "a\n1\n2\n3\n");
    expect((await faultOf(undefined, again)).cause).toContain("the file has changed");
  });

  it("are listed in the order of S3, links and what is still being written left out", async () => {
    const names = ["b", "a/z", "a.txt", "a/b/c", "é", "Z", "a-"];
    for (const name of names) {
      mkdirSync(join(data, "list", name, ".."), { recursive: true });
      writeFileSync(join(data, "list", name), name);
    }
    writeFileSync(join(data, "list", ".pawl-00000000-0000-0000-0000-000000000000.part"), "x");
    symlinkSync(join(root, "secret.csv"), join(data, "list", "link"));
    symlinkSync(root, join(data, "list", "up"));
    const store = fileStore([data]);
    expect((await listed(store, "list/")).map(({ key }) => key.slice("list/".length))).toEqual(
      [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    expect((await listed(store, "list/a")).map(({ key }) => key)).toEqual([
      "list/a-",
      "list/a.txt",
      "list/a/b/c",
      "list/a/z",
    ]);
    expect(await listed(store, "none/")).toEqual([]);
    const config = { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW", Transformation: "LOAD_AND_FLATTEN" };
    const resource = "arn:aws:states:::s3:listObjectsV2";
    const parameters = { Bucket: bucket, Prefix: "in/" };
    expect(await readAll(undefined, { resource, config, parameters, dataFolders: [data] })).toHaveLength(2);
    expect(await readAll(undefined, { resource, parameters, dataFolders: [data] })).toEqual([
      {
        Etag: expect.any(String),
        Key: "in/rows.csv",
        LastModified: expect.any(Number),
        Size: 6,
        StorageClass: "STANDARD",
      },
    ]);
  });

  it("are written whole or not at all", async () => {
    const store = fileStore([data]);
    const writer = store.create({ bucket, key: "out/deep/file.json" }, signal);
    await writer.write(Buffer.from("[1"));
    const folder = join(data, "out", "deep");
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.pawl-.*\.part$/)]);
    await writer.write(Buffer.from("]"));
    await writer.close();
    expect(readdirSync(folder)).toEqual(["file.json"]);
    expect(readFileSync(join(folder, "file.json"), "utf8")).toBe("[1]");
    const other = store.create({ bucket, key: "out/deep/file.json" }, signal);
    await other.write(Buffer.from("half"));
    await other.abort();
    expect(readdirSync(folder)).toEqual(["file.json"]);
    expect(readFileSync(join(folder, "file.json"), "utf8")).toBe("[1]");
  });

  it("are written nowhere else", async () => {
    symlinkSync(root, join(data, "up"));
    symlinkSync(join(root, "secret.csv"), join(data, "link.csv"));
    const store = fileStore([data]);
    for (const key of ["../x", "up/x", "up/new/x", "/tmp/x", ""]) {
      const writer = store.create({ bucket, key }, signal);
      await expect(writer.write(Buffer.from("x"))).rejects.toThrow();
      await writer.abort();
    }
    const link = store.create({ bucket, key: "link.csv" }, signal);
    await link.write(Buffer.from("x"));
    await link.close();
    // The link was replaced, not followed.
    expect(readFileSync(join(root, "secret.csv"), "utf8")).toBe("a\nsecret\n");
    expect(readdirSync(root).sort()).toEqual(["data", "secret.csv"]);
  });
});

async function listed(store: ObjectStore, prefix: string): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const page of store.list({ bucket, prefix }, signal)) found.push(...page);
  return found;
}
