import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DeleteActivityCommand,
  InvalidArn,
  ListTagsForResourceCommand,
  ResourceNotFound,
  type SFNClient,
  type Tag,
  TagResourceCommand,
  TooManyTags,
  UntagResourceCommand,
} from "@aws-sdk/client-sfn";
import { describe, expect, it } from "vitest";
import { caught, pass, roleArn, serveEngine, stateMachineArn } from "./served-engine.js";

const tags = (...keys: string[]) => keys.map((key) => ({ key, value: `of ${key}` }));
const tag = (client: SFNClient, resourceArn: string, added: Tag[]) =>
  client.send(new TagResourceCommand({ resourceArn, tags: added }));
const untag = (client: SFNClient, resourceArn: string, tagKeys: string[]) =>
  client.send(new UntagResourceCommand({ resourceArn, tagKeys }));
const tagsOf = async (client: SFNClient, resourceArn: string) =>
  (await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags;

async function resources(client: SFNClient, created: Tag[]): Promise<string[]> {
  const definition = { name: "orders", definition: pass("1"), roleArn, publish: true };
  const machine = await client.send(new CreateStateMachineCommand({ ...definition, tags: created }));
  const activity = await client.send(new CreateActivityCommand({ name: "pack", tags: created }));
  return [machine.stateMachineArn ?? "", activity.activityArn ?? ""];
}

describe("tags of state machines and activities", () => {
  it("are added, replaced and removed, in the order in which they came", async () => {
    const { client } = await serveEngine();
    for (const arn of await resources(client, tags("a", "b"))) {
      expect(await tagsOf(client, arn)).toEqual(tags("a", "b"));
      await tag(client, arn, [...tags("c"), { key: "a", value: "" }]);
      expect(await tagsOf(client, arn)).toEqual([{ key: "a", value: "" }, ...tags("b", "c")]);
      await tag(client, arn, []);
      await untag(client, arn, ["b", "none"]);
      expect(await tagsOf(client, arn)).toEqual([{ key: "a", value: "" }, ...tags("c")]);
      await untag(client, arn, ["a", "c"]);
      expect(await tagsOf(client, arn)).toEqual([]);
    }
  });

  it("have any keys", async () => {
    const { client } = await serveEngine();
    for (const arn of await resources(client, [])) {
      const odd = tags("__proto__", "constructor", "Größe", "a.b:/=+-@_ c");
      await tag(client, arn, odd);
      expect(await tagsOf(client, arn)).toEqual(odd);
    }
  });

  it("are fifty at most, of which none is the service's", async () => {
    const { client } = await serveEngine();
    for (const arn of await resources(client, [])) {
      await tag(client, arn, tags(...Array.from({ length: 49 }, (_, index) => `k${index}`)));
      const refused = await caught(tag(client, arn, tags("k48", "k49", "k50")));
      expect(refused).toBeInstanceOf(TooManyTags);
      expect(refused.resourceName).toBe(arn);
      await tag(client, arn, tags("k48", "k49"));
      expect(await tagsOf(client, arn)).toHaveLength(50);
      const reserved = await caught(tag(client, arn, tags("aws:x")));
      expect(reserved.name).toBe("AccessDeniedException");
      expect(reserved.message).toBe("Caller is an end user and not allowed to mutate system tags");
    }
  });

  it("stand on nothing else", async () => {
    const { client } = await serveEngine();
    const [machine, activity] = await resources(client, []);
    await client.send(new DeleteActivityCommand({ activityArn: activity }));
    expect(await tagsOf(client, `${machine}:1`)).toEqual([]);
    for (const arn of [`${machine}:1`, `${machine}:2`, `${machine}:live`, stateMachineArn("none"), activity ?? ""]) {
      const calls: Promise<unknown>[] = [tag(client, arn, tags("a")), untag(client, arn, ["a"])];
      if (arn !== `${machine}:1`) calls.push(client.send(new ListTagsForResourceCommand({ resourceArn: arn })));
      for (const call of calls) {
        const refused = await caught(call);
        expect(refused).toBeInstanceOf(ResourceNotFound);
        expect(refused.message).toBe(`Resource not found: '${arn}'`);
      }
    }
    const execution = "arn:aws:states:us-east-1:123456789012:execution:orders:run";
    const messages = new Map([
      ["orders", "Invalid Arn: 'Invalid ARN prefix: orders'"],
      [execution, "Invalid Arn: 'Resource type not valid in this context: execution'"],
    ]);
    for (const [arn, message] of messages) {
      for (const call of [tag(client, arn, tags("a")), untag(client, arn, ["a"]), tagsOf(client, arn)]) {
        const refused = await caught(call);
        expect(refused).toBeInstanceOf(InvalidArn);
        expect(refused.message).toBe(message);
      }
    }
  });
});
