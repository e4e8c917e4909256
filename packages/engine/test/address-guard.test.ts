import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";

const names: Record<string, { address: string; family: number }[]> = {
  "harmless.example": [{ address: "93.184.216.34", family: 4 }],
  "rebound.example": [
    { address: "93.184.216.34", family: 4 },
    { address: "169.254.169.254", family: 4 },
  ],
  "six.example": [{ address: "fe80::1", family: 6 }],
};
vi.mock("node:dns", () => ({
  lookup: (name: string, _options: object, callback: (error: Error | null, found: unknown) => void) =>
    callback(
      null,
      name === "turning.example" ? [{ address: turns.shift() ?? "169.254.169.254", family: 4 }] : names[name],
    ),
}));

/** What a name means that means something else each time, as that of an attacker's own name server does. */
let turns: string[] = [];

const { guardedLookup } = await import("../src/tasks/http/address-guard.js");
const { HttpExchange } = await import("../src/tasks/http/exchange.js");

const resolve = (name: string, rules = {}) =>
  new Promise((found, failed) => {
    guardedLookup(rules)(name, {}, (error, address) => (error === null ? found(address) : failed(error)));
  });

describe("a name", () => {
  it("is resolved", async () => expect(await resolve("harmless.example")).toBe("93.184.216.34"));

  it.each(["rebound.example", "six.example"])("must not mean a link-local address: %s", async (name) => {
    await expect(resolve(name)).rejects.toThrow(/is a link-local address, where machines give out their credentials/);
    expect(await resolve(name, { allowLinkLocal: true })).toBe(names[name]?.[0]?.address);
  });
});

it("a name that was harmless when it was asked for first is looked at again with each connection", async () => {
  const server = createServer((_request, response) => response.setHeader("Connection", "close").end("reached"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = new URL(`http://turning.example:${(server.address() as AddressInfo).port}/`);
  const exchange = new HttpExchange({ allow: ["turning.example"] });
  onTestFinished(() => exchange.close());
  const call = () => exchange.send({ method: "GET", url, headers: {} }, new AbortController().signal);
  turns = ["127.0.0.1", "127.0.0.1"];
  expect((await call()).body).toBe("reached");
  expect((await call()).body).toBe("reached");
  await expect(call()).rejects.toThrow(/turning\.example \(169\.254\.169\.254\) is a link-local address/);
});

it("a redirect to such an address is an answer, and is not followed", async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(307, { Location: "http://169.254.169.254/latest/meta-data/" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const exchange = new HttpExchange({});
  onTestFinished(() => exchange.close());
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a`);
  const answer = await exchange.send({ method: "POST", url, headers: {}, body: "{}" }, new AbortController().signal);
  expect([answer.status, asked]).toEqual([307, ["/a"]]);
});
