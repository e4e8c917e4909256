import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@pawl/asl";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { objectStores } from "../src/object-store/stores.js";
import type { ChildResult, EndedChild, ResultWriterRequest } from "../src/result-writer/result-writer.js";
import { resultWriter, resultWriterCheck } from "../src/result-writer/write-results.js";
import { clientsOf } from "./s3/reading.js";
import { S3Server } from "./s3/s3-server.js";

const server = new S3Server();
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  server.objects.clear();
  server.uploads.clear();
  server.requests.length = 0;
  server.fault = undefined;
});

const signal = new AbortController().signal;
const MAP_RUN = "arn:aws:states:us-east-1:123456789012:mapRun:machine/Map:1c2d3e4f-0000-4000-8000-000000000000";
const FOLDER = "jobs/1c2d3e4f-0000-4000-8000-000000000000";
const NOW = Date.UTC(2026, 0, 31, 12);

function child(index: number, more: Partial<EndedChild> = {}): EndedChild {
  return {
    arn: `arn:aws:states:us-east-1:123456789012:execution:machine/Map:${index}`,
    name: String(index),
    stateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:machine/Map",
    status: "SUCCEEDED",
    startDate: NOW - 1000,
    stopDate: NOW - 500,
    input: `{"i":${index}}`,
    output: `[${index},{"x":1.10}]`,
    error: null,
    cause: null,
    mapRunRedrives: 0,
    ...more,
  };
}

const failed = (index: number, more: Partial<EndedChild> = {}) =>
  child(index, { status: "FAILED", output: null, error: "E", cause: "because", ...more });

function request(config: JsonObject = {}, more: Partial<ResultWriterRequest> = {}): ResultWriterRequest {
  return {
    writer: {
      resource: "arn:aws:states:::s3:putObject",
      parameters: { Bucket: "results", Prefix: "jobs" },
      config,
    },
    region: "us-east-1",
    mapRunArn: MAP_RUN,
    redriveCount: 0,
    now: NOW,
    ...more,
  };
}

async function* each<Value>(values: Iterable<Value>): AsyncIterable<Value> {
  yield* values;
}

const stores = () => objectStores({ aws: clientsOf(server) });
const write = (given: ResultWriterRequest, children: readonly ChildResult[], maxFileBytes?: number) =>
  resultWriter(stores(), maxFileBytes)(given, each(children), signal);
const json = (path: string) => JSON.parse(server.text(path)) as JsonObject;

describe("a result writer", () => {
  it("writes a manifest and a file for each kind of result, as the service lays them out", async () => {
    const children: ChildResult[] = [
      child(0),
      failed(1),
      child(2, { status: "TIMED_OUT", output: null }),
      child(3),
      { status: "PENDING", input: '{"i":4}' },
      child(5, { status: "ABORTED", output: null }),
    ];
    expect(await write(request(), children)).toEqual({
      MapRunArn: MAP_RUN,
      ResultWriterDetails: { Bucket: "results", Key: `${FOLDER}/manifest.json` },
    });
    const file = (name: string) => ({
      Key: `${FOLDER}/${name}`,
      Size: server.objects.get(`results/${FOLDER}/${name}`)?.length,
    });
    expect(server.text(`results/${FOLDER}/manifest.json`)).toBe(
      JSON.stringify({
        DestinationBucket: "results",
        MapRunArn: MAP_RUN,
        ResultFiles: {
          FAILED: [file("FAILED_0.json")],
          PENDING: [file("PENDING_0.json")],
          SUCCEEDED: [file("SUCCEEDED_0.json")],
        },
      }),
    );
    const [first] = JSON.parse(server.text(`results/${FOLDER}/SUCCEEDED_0.json`)) as unknown[];
    expect(JSON.stringify(first)).toBe(
      JSON.stringify({
        ExecutionArn: "arn:aws:states:us-east-1:123456789012:execution:machine/Map:0",
        Input: '{"i":0}',
        InputDetails: { Included: true },
        Name: "0",
        Output: '[0,{"x":1.10}]',
        OutputDetails: { Included: true },
        RedriveCount: 0,
        RedriveStatus: "NOT_REDRIVABLE",
        RedriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
        StartDate: "2026-01-31T11:59:59.000Z",
        StateMachineArn: "arn:aws:states:us-east-1:123456789012:stateMachine:machine/Map",
        Status: "SUCCEEDED",
        StopDate: "2026-01-31T11:59:59.500Z",
      }),
    );
    const failures = json(`results/${FOLDER}/FAILED_0.json`) as unknown as JsonObject[];
    expect(
      failures.map((each) => ["Name", "Status", "Error", "Cause", "RedriveStatus"].map((name) => each[name])),
    ).toEqual([
      ["1", "FAILED", "E", "because", "REDRIVABLE_BY_MAP_RUN"],
      ["2", "TIMED_OUT", undefined, undefined, "REDRIVABLE_BY_MAP_RUN"],
      ["5", "ABORTED", undefined, undefined, "REDRIVABLE_BY_MAP_RUN"],
    ]);
    expect(json(`results/${FOLDER}/PENDING_0.json`)).toEqual([
      { Input: '{"i":4}', InputDetails: { Included: true }, Status: "PENDING" },
    ]);
    // The manifest comes last: what it names is there.
    expect(server.requests.at(-1)).toMatch(/manifest\.json/);
  });

  it.each<[JsonObject, string, string]>([
    [{ Transformation: "COMPACT" }, "SUCCEEDED_0.json", '[[0,{"x":1.10}],"no array"]'],
    [{ Transformation: "FLATTEN" }, "SUCCEEDED_0.json", '[0,{"x":1.10},"no array"]'],
    [{ Transformation: "COMPACT", OutputType: "JSONL" }, "SUCCEEDED_0.jsonl", '[0,{"x":1.10}]\n"no array"\n'],
    [{ Transformation: "FLATTEN", OutputType: "JSONL" }, "SUCCEEDED_0.jsonl", '0\n{"x":1.10}\n"no array"\n'],
  ])("transforms what succeeded, and only that: %j", async (config, name, text) => {
    const result = await write(request(config), [
      child(0, { output: ' [0,\n{"x": 1.10}]' }),
      failed(1),
      child(2, { output: '"no array"' }),
    ]);
    expect(result).toMatchObject({ MapRunArn: MAP_RUN });
    expect(server.text(`results/${FOLDER}/${name}`)).toBe(text);
    const [failure] = JSON.parse(
      server
        .text(`results/${FOLDER}/FAILED_0.${name.split(".")[1]}`)
        .trim()
        .replace(/^([^[].*)$/, "[$1]"),
    );
    expect(failure).toMatchObject({ Name: "1", Error: "E" });
  });

  it("writes no files for no results", async () => {
    await write(request(), []);
    expect([...server.objects.keys()]).toEqual([`results/${FOLDER}/manifest.json`]);
    expect(json(`results/${FOLDER}/manifest.json`).ResultFiles).toEqual({ FAILED: [], PENDING: [], SUCCEEDED: [] });
  });

  it.each([
    ["jobs/", FOLDER],
    ["", FOLDER.slice("jobs/".length)],
    [undefined, FOLDER.slice("jobs/".length)],
  ])("takes a prefix %j", async (prefix, folder) => {
    const parameters = { Bucket: "results", ...(prefix === undefined ? {} : { Prefix: prefix }) };
    const { writer } = request();
    await write(request({}, { writer: { ...writer, parameters } }), []);
    expect([...server.objects.keys()]).toEqual([`results/${folder}/manifest.json`]);
  });

  it("begins another file where one is full", async () => {
    const children = Array.from({ length: 5 }, (_, index) => child(index, { output: '"0123456789"' }));
    await write(request({ Transformation: "COMPACT" }), children, 30);
    const names = [...server.objects.keys()].map((key) => key.split("/").at(-1));
    expect(names).toEqual(["SUCCEEDED_0.json", "SUCCEEDED_1.json", "SUCCEEDED_2.json", "manifest.json"]);
    for (const name of names.slice(0, 2)) {
      expect(server.text(`results/${FOLDER}/${name}`)).toBe('["0123456789","0123456789"]');
    }
    const { ResultFiles } = json(`results/${FOLDER}/manifest.json`) as {
      ResultFiles: { SUCCEEDED: { Size: number }[] };
    };
    expect(ResultFiles.SUCCEEDED.map(({ Size }) => Size)).toEqual([27, 27, 14]);
  });

  it("sends large files in parts, as they fill", async () => {
    const output = JSON.stringify("x".repeat(200_000));
    let taken = 0;
    let waiting = 0;
    const results = async function* () {
      for (let index = 0; index < 100; index++) {
        taken++;
        const sent = server.requests.filter((line) => line.includes("partNumber=")).length;
        waiting = Math.max(waiting, taken * output.length - sent * 8 * 1024 * 1024);
        yield child(index, { output });
      }
    };
    await resultWriter(stores())(request({ Transformation: "COMPACT" }), results(), signal);
    expect((json(`results/${FOLDER}/SUCCEEDED_0.json`) as unknown as string[]).length).toBe(100);
    expect(server.requests.filter((line) => line.includes("partNumber="))).toHaveLength(3);
    expect(server.uploads.size).toBe(0);
    // A part, what is put together for it, and the result at hand.
    expect(waiting).toBeLessThan(9 * 1024 * 1024);
  });

  it("leaves nothing half where writing fails", async () => {
    const output = JSON.stringify("x".repeat(1_000_000));
    const children = Array.from({ length: 20 }, (_, index) => child(index, { output }));
    server.fault = { matches: /partNumber=2/, status: 403, code: "AccessDenied", message: "Access Denied" };
    await expect(write(request(), children)).rejects.toMatchObject({
      error: "States.ResultWriterFailed",
      cause: "Access Denied (Service: S3, Status Code: 403, Request ID: REQUEST, Extended Request ID: EXTENDED)",
    });
    expect(server.objects.size).toBe(0);
    expect(server.uploads.size).toBe(0);
  });

  it("writes the same once more where a process did not come to the end", async () => {
    const children = [child(0), failed(1)];
    const all = () => [...server.objects].map(([key, content]) => [key, content.toString()]);
    await write(request(), children);
    const before = all();
    await write(request(), children);
    expect(all()).toEqual(before);
  });

  it("names what an earlier attempt has written when the map run was redriven, and writes only what is new", async () => {
    await write(request(), [child(0), failed(1), failed(2)]);
    const redriven = (count: number, children: ChildResult[]) => write(request({}, { redriveCount: count }), children);
    expect(await redriven(1, [child(0), child(1, { mapRunRedrives: 1 }), failed(2, { mapRunRedrives: 1 })])).toEqual({
      MapRunArn: MAP_RUN,
      ResultWriterDetails: { Bucket: "results", Key: `${FOLDER}/Redrive-1/manifest.json` },
    });
    const keysIn = (path: string) => {
      const { ResultFiles } = json(path) as { ResultFiles: Record<string, { Key: string }[]> };
      return Object.fromEntries(
        Object.entries(ResultFiles).map(([status, files]) => [status, files.map(({ Key }) => Key)]),
      );
    };
    expect(keysIn(`results/${FOLDER}/Redrive-1/manifest.json`)).toEqual({
      FAILED: [`${FOLDER}/Redrive-1/FAILED_0.json`],
      PENDING: [],
      SUCCEEDED: [`${FOLDER}/SUCCEEDED_0.json`, `${FOLDER}/Redrive-1/SUCCEEDED_0.json`],
    });
    // An attempt that wrote nothing but its test manifest counts for nothing.
    await resultWriterCheck(stores())(request({}, { redriveCount: 2 }), signal);
    await redriven(3, [child(0), child(1, { mapRunRedrives: 1 }), child(2, { mapRunRedrives: 2 })]);
    expect(keysIn(`results/${FOLDER}/Redrive-3/manifest.json`).SUCCEEDED).toEqual([
      `${FOLDER}/SUCCEEDED_0.json`,
      `${FOLDER}/Redrive-1/SUCCEEDED_0.json`,
      `${FOLDER}/Redrive-3/SUCCEEDED_0.json`,
    ]);
    const names = (json(`results/${FOLDER}/Redrive-3/SUCCEEDED_0.json`) as unknown as { Name: string }[]).map(
      ({ Name }) => Name,
    );
    expect(names).toEqual(["2"]);
  });

  it("writes all successes where the first attempt came to no manifest", async () => {
    await write(request({}, { redriveCount: 1 }), [child(0), child(1, { mapRunRedrives: 1 })]);
    expect(json(`results/${FOLDER}/Redrive-1/SUCCEEDED_0.json`)).toHaveLength(2);
  });

  it.each<[JsonObject, unknown]>([
    [
      { Transformation: "NONE" },
      [expect.objectContaining({ Name: "0", Output: "[1,2]" }), expect.objectContaining({ Error: "E" })],
    ],
    [{ Transformation: "COMPACT", OutputType: "JSONL" }, [[1, 2], expect.objectContaining({ Error: "E" })]],
    [{ Transformation: "FLATTEN" }, [1, 2, expect.objectContaining({ Error: "E" })]],
    [{}, [[1, 2], expect.objectContaining({ Error: "E" })]],
  ])("without a place gives the transformed results themselves: %j", async (config, results) => {
    const given = { ...request(), writer: { config } };
    expect(await write(given, [child(0, { output: "[1,2]" }), failed(1)])).toEqual(results);
    expect(server.requests).toEqual([]);
    await resultWriterCheck(stores())(given, signal);
    expect(server.requests).toEqual([]);
  });

  it("can see before the first child starts that it may not write", async () => {
    await resultWriterCheck(stores())(request(), signal);
    expect(json(`results/${FOLDER}/manifest.json`).ResultFiles).toEqual({ FAILED: [], PENDING: [], SUCCEEDED: [] });
    server.fault = { matches: /PUT/, status: 403, code: "AccessDenied", message: "Access Denied" };
    await expect(resultWriterCheck(stores())(request(), signal)).rejects.toMatchObject({
      error: "States.ResultWriterFailed",
      cause: expect.stringMatching(
        /^Failed to write a test manifest into the specified output bucket\. \| Message from S3: Access Denied \(Service: S3, /,
      ),
    });
  });

  it("says what is missing", async () => {
    const { writer } = request();
    const to = (parameters: JsonObject) => write(request({}, { writer: { ...writer, parameters } }), []);
    await expect(to({})).rejects.toMatchObject({ cause: "The ResultWriter needs a Bucket." });
    await expect(to({ Bucket: "b", Prefix: 1 })).rejects.toMatchObject({
      cause: "The Prefix of the ResultWriter is not a string.",
    });
  });

  it("stops when it is aborted, and leaves nothing half", async () => {
    const abort = new AbortController();
    const results = async function* () {
      yield child(0, { output: JSON.stringify("x".repeat(9_000_000)) });
      abort.abort(new Error("enough"));
      yield child(1);
    };
    await expect(resultWriter(stores())(request(), results(), abort.signal)).rejects.toThrow("enough");
    expect(server.objects.size).toBe(0);
    expect(server.uploads.size).toBe(0);
  });

  it("writes to folders of this machine, too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pawl-results-"));
    try {
      const storeOf = objectStores({ aws: clientsOf(undefined), dataFolders: [folder] });
      const { writer } = request();
      const given = request({}, { writer: { ...writer, parameters: { Bucket: `file://${folder}`, Prefix: "jobs" } } });
      expect(await resultWriter(storeOf)(given, each([child(0)]), signal)).toEqual({
        MapRunArn: MAP_RUN,
        ResultWriterDetails: { Bucket: `file://${folder}`, Key: `${FOLDER}/manifest.json` },
      });
      expect(JSON.parse(readFileSync(join(folder, FOLDER, "SUCCEEDED_0.json"), "utf8"))).toHaveLength(1);
      await expect(
        resultWriter(objectStores({ aws: clientsOf(undefined) }))(given, each([child(0)]), signal),
      ).rejects.toMatchObject({ cause: expect.stringMatching(/^State machines may not use the folder/) });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
