import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pageTokenKey } from "../src/index.js";
import { newPageTokenKey, PageTokens } from "../src/local/page-token.js";
import { openTestEngine, temporaryFolder } from "./test-engine.js";
import { TurnedClock } from "./turned-clock.js";

const invalidToken = { code: "InvalidToken", message: "Invalid Token: 'Invalid token'" };
const hour = 3_600_000;

describe("a page token", () => {
  const key = newPageTokenKey();
  const clock = new TurnedClock();
  const tokens = new PageTokens(key, clock, "home");

  test("leads back to its position, with the next process, too", () => {
    for (const position of ["", "7", "1700000000000 arn:aws:states:us-east-1:1:stateMachine:ü x\n"]) {
      const token = tokens.print("listing", position);
      expect(tokens.parse("listing", token)).toBe(position);
      expect(new PageTokens(key, clock, "home").parse("listing", token)).toBe(position);
    }
  });

  test("tells nothing, and is another one each time", () => {
    const token = tokens.print("listing", "position");
    expect(token).toMatch(/^[\w-]{1,1024}$/);
    expect(Buffer.from(token, "base64url").toString("latin1")).not.toContain("position");
    expect(tokens.print("listing", "position")).not.toBe(token);
  });

  test("is refused where one bit of it is another, a part is missing or something is added", () => {
    const token = tokens.print("listing", "7");
    const bytes = Buffer.from(token, "base64url");
    const wrong = ["", "x", token.slice(1), token.slice(0, -1), `${token}A`, `${token}=`, ` ${token}`];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      wrong.push(changed.toString("base64url"));
    }
    for (const each of wrong)
      expect(() => tokens.parse("listing", each)).toThrow(expect.objectContaining(invalidToken));
  });

  test("is good for its listing, its account and its key alone", () => {
    const token = tokens.print("listing", "7");
    expect(() => tokens.parse("other", token)).toThrow(expect.objectContaining(invalidToken));
    for (const other of [new PageTokens(key, clock, "elsewhere"), new PageTokens(newPageTokenKey(), clock, "home")]) {
      expect(() => other.parse("listing", token)).toThrow(expect.objectContaining(invalidToken));
    }
  });

  test("ends after 24 hours", async () => {
    const token = tokens.print("listing", "7");
    await clock.turn(24 * hour);
    expect(tokens.parse("listing", token)).toBe("7");
    await clock.turn(1);
    expect(() => tokens.parse("listing", token)).toThrow(expect.objectContaining(invalidToken));
  });
});

test("all listings give tokens that end after 24 hours, and are refused when they were changed", async () => {
  const { engine, clock, machine, activity, start, rest } = await openTestEngine();
  const stateMachineArn = await machine({ StartAt: "Only", States: { Only: { Type: "Pass", End: true } } });
  await machine({ StartAt: "Only", States: { Only: { Type: "Succeed" } } });
  await Promise.all([activity("one"), activity("two")]);
  const executionArn = await start(stateMachineArn);
  await start(stateMachineArn);
  await rest();
  for (let version = 1; version <= 2; version++) {
    const { stateMachineVersionArn } = await engine.versions.publish({ stateMachineArn });
    const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
    await engine.aliases.create({ name: `alias${version}`, routingConfiguration });
    await engine.stateMachines.update({ stateMachineArn, roleArn: `arn:aws:iam::123456789012:role/${version}` });
  }
  type Read = (page: { maxResults: number; nextToken?: string }) => Promise<{ nextToken?: string }>;
  const listings: Record<string, Read> = {
    machines: (page) => engine.stateMachines.list(page),
    activities: (page) => engine.activities.list(page),
    versions: (page) => engine.versions.list({ stateMachineArn, ...page }),
    aliases: (page) => engine.aliases.list({ stateMachineArn, ...page }),
    executions: (page) => engine.executions.list({ stateMachineArn, ...page }),
    history: (page) => engine.executions.history({ executionArn, reverseOrder: false, ...page }),
  };
  const tokens: [Read, string][] = [];
  for (const [name, read] of Object.entries(listings)) {
    const { nextToken = "" } = await read({ maxResults: 1 });
    expect(nextToken, name).not.toBe("");
    tokens.push([read, nextToken]);
    // The next page may have another size.
    await read({ maxResults: 2, nextToken });
    const middle = nextToken.length >> 1;
    const changed = `${nextToken.slice(0, middle)}${nextToken[middle] === "A" ? "B" : "A"}${nextToken.slice(middle + 1)}`;
    await expect(read({ maxResults: 1, nextToken: changed }), name).rejects.toMatchObject(invalidToken);
    for (const other of Object.values(listings)) {
      if (other !== read) await expect(other({ maxResults: 1, nextToken })).rejects.toMatchObject(invalidToken);
    }
  }
  await clock.turn(24 * hour + 1);
  for (const [read, nextToken] of tokens) {
    await expect(read({ maxResults: 1, nextToken })).rejects.toMatchObject(invalidToken);
  }
});

describe("the key of a data folder", () => {
  test("is made once, for this user alone", async () => {
    const folder = temporaryFolder();
    const key = await pageTokenKey(folder);
    expect(key).toHaveLength(32);
    expect(await pageTokenKey(folder)).toEqual(key);
    const file = join(folder, "page-token.key");
    expect(readFileSync(file)).toEqual(key);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("is made anew where it is not whole", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "page-token.key"), "short");
    writeFileSync(join(folder, "page-token.key.new"), "of a process that was killed");
    const key = await pageTokenKey(folder);
    expect(key).toHaveLength(32);
    expect(await pageTokenKey(folder)).toEqual(key);
  });

  test("a folder that cannot be written says so", async () => {
    await expect(pageTokenKey(join(temporaryFolder(), "missing"))).rejects.toMatchObject({
      code: "unwritable",
      message: expect.stringMatching(/^The key file .*page-token\.key cannot be used: /),
    });
  });
});
