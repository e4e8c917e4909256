import { describe, expect, it, vi } from "vitest";

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
    callback(null, names[name]),
}));

const { guardedLookup } = await import("../src/tasks/http/address-guard.js");

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
