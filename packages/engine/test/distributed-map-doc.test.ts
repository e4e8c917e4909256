import { readFileSync } from "node:fs";
import { type Json, type JsonObject, parseJson, printJson } from "@pawl/asl";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { objectStores } from "../src/object-store/stores.js";
import type { EndedChild } from "../src/result-writer/result-writer.js";
import { resultWriter } from "../src/result-writer/write-results.js";
import { clientsOf, readAll } from "./s3/reading.js";
import { S3Server } from "./s3/s3-server.js";

const text = readFileSync(new URL("../../../docs/distributed-map.md", import.meta.url), "utf8");

interface Block {
  /** What stands behind the language: `reader`, `items`, the place of an object. */
  readonly name: string;
  readonly content: string;
}

const blocks: Block[] = [...text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)\n```$/gm)].map(([, name = "", content = ""]) => ({
  name,
  content,
}));

interface Example {
  readonly reader: JsonObject;
  readonly objects: readonly Block[];
  readonly items: Json;
}

function examples(): Example[] {
  const found: Example[] = [];
  let reader: JsonObject | undefined;
  let objects: Block[] = [];
  for (const block of blocks) {
    if (block.name === "reader") {
      reader = parseJson(block.content) as JsonObject;
      objects = [];
    } else if (block.name === "items" && reader !== undefined) {
      found.push({ reader, objects, items: parseJson(block.content) });
      reader = undefined;
    } else {
      objects.push(block);
    }
  }
  return found;
}

const server = new S3Server();
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => server.objects.clear());

describe("docs/distributed-map.md", () => {
  it("has examples", () => {
    expect(examples()).toHaveLength(8);
  });

  it.each(examples())(
    "reads what it says: $reader.ReaderConfig $reader.Parameters",
    async ({ reader, objects, items }) => {
      for (const { name, content } of objects) server.put(name, content);
      const { Resource, Parameters, ReaderConfig } = reader as { [name: string]: JsonObject };
      const { MaxItems } = ReaderConfig ?? {};
      const read = await readAll(server, {
        resource: String(Resource),
        parameters: Parameters ?? {},
        config: ReaderConfig ?? {},
        ...(typeof MaxItems === "number" ? { maxItems: MaxItems } : {}),
      });
      expect(read.map((item) => printJson(withoutEtag(item)))).toEqual(
        (items as Json[]).map((item) => printJson(withoutEtag(item))),
      );
    },
  );

  it("writes what it says", async () => {
    const named = (name: string) => blocks.find((block) => block.name === name)?.content ?? "";
    const { Resource, Parameters } = JSON.parse(named("writer"));
    const output = JSON.parse(named("output"));
    const storeOf = objectStores({ aws: clientsOf(server) });
    const write = (config: JsonObject, children: readonly EndedChild[]) =>
      resultWriter(storeOf)(
        {
          writer: { resource: Resource, parameters: Parameters, config },
          region: "us-east-1",
          mapRunArn: output.MapRunArn,
          redriveCount: 0,
          now: START + 2000,
        },
        (async function* () {
          yield* children;
        })(),
        new AbortController().signal,
      );
    const failure = { status: "FAILED", output: null, error: "E", cause: "C" } as const;
    expect(await write({}, [child(0, "[1,2]"), { ...child(1, null), ...failure }])).toEqual(output);
    const folder = "shop/results/5f6a…";
    expect(JSON.parse(server.text(`${folder}/SUCCEEDED_0.json`))).toEqual(
      JSON.parse(named(`${folder}/SUCCEEDED_0.json`)),
    );
    expect(JSON.parse(server.text(`${folder}/manifest.json`))).toEqual(JSON.parse(named(`${folder}/manifest.json`)));
    for (const [, transformation = "", result] of text.matchAll(/^\| `(COMPACT|FLATTEN)` \| `(.*)` \|$/gm)) {
      await write({ Transformation: transformation }, [child(0, "[1,2]"), child(1, '"a"')]);
      expect(server.text(`${folder}/SUCCEEDED_0.json`)).toBe(result);
    }
  });
});

const START = Date.UTC(2026, 0, 31, 12);

function child(index: number, output: string | null): EndedChild {
  const place = "arn:aws:states:us-east-1:123456789012";
  return {
    arn: `${place}:execution:orders/Orders:${index}`,
    name: String(index),
    stateMachineArn: `${place}:stateMachine:orders/Orders`,
    status: "SUCCEEDED",
    startDate: START,
    stopDate: START + 1000,
    input: `{"id":${index + 1}}`,
    output,
    error: null,
    cause: null,
    mapRunRedrives: 0,
  };
}

function withoutEtag(item: Json): Json {
  return typeof item === "object" && item !== null && "Etag" in item ? { ...item, Etag: "" } : item;
}
