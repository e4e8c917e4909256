import { afterEach, expect, it } from "vitest";
import { createServer, type PawlServer } from "../src/index.js";
import { fakeEngine } from "./fake-engine.js";
import { send } from "./send.js";

let server: PawlServer;

afterEach(() => server.close());

async function serve(corsOrigins?: string[]): Promise<void> {
  server = await createServer(fakeEngine(), { host: "127.0.0.1", port: 0, ...(corsOrigins && { corsOrigins }) });
}

const call = (origin: string) => ({
  headers: {
    Origin: origin,
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "AWSStepFunctions.ListActivities",
  },
  body: "{}",
});

const preflight = (origin: string) => ({
  method: "OPTIONS",
  headers: {
    Origin: origin,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,x-amz-target",
  },
});

it("is off: no page may call, and none may read", async () => {
  await serve();
  const asked = await send(server.url, preflight("https://page.example"));
  expect(asked.status).toBe(404);
  const called = await send(server.url, call("https://page.example"));
  for (const { headers } of [asked, called]) {
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
});

it("lets pages of an origin call that was named", async () => {
  await serve(["https://page.example", "http://localhost:3000"]);
  for (const origin of ["https://page.example", "http://localhost:3000"]) {
    const asked = await send(server.url, preflight(origin));
    expect(asked).toMatchObject({
      status: 204,
      headers: {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": expect.stringContaining("x-amz-target"),
        vary: "Origin",
      },
    });
    const called = await send(server.url, call(origin));
    expect(called).toMatchObject({
      status: 200,
      body: '{"activities":[]}',
      headers: {
        "access-control-allow-origin": origin,
        "content-type": "application/x-amz-json-1.0",
        "x-amzn-requestid": expect.any(String),
      },
    });
    expect(called.headers["access-control-allow-credentials"]).toBeUndefined();
  }
});

it.each(["https://other.example", "https://page.example.evil", "http://page.example", "null"])(
  "lets no page of %s call",
  async (origin) => {
    await serve(["https://page.example"]);
    expect((await send(server.url, preflight(origin))).status).toBe(404);
    const { headers } = await send(server.url, call(origin));
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(headers.vary).toBe("Origin");
  },
);
