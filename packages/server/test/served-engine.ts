import { SFNClient } from "@aws-sdk/client-sfn";
import { type Engine, type EngineOptions, openEngine, openSqliteStore } from "@pawl/engine";
import { onTestFinished } from "vitest";
import { createServer, type PawlServer } from "../src/index.js";

export const roleArn = "arn:aws:iam::123456789012:role/runner";
export const stateMachineArn = (name: string) => `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`;

/** An engine on a store in memory, behind a socket, and the SDK's client for it. Closed when the test ends. */
export async function serveEngine(
  options: Omit<Partial<EngineOptions>, "store"> = {},
): Promise<{ readonly engine: Engine; readonly server: PawlServer; readonly client: SFNClient }> {
  const engine = await openEngine({ ...options, store: await openSqliteStore("memory") });
  const server = await createServer(engine, { host: "127.0.0.1", port: 0 });
  const client = new SFNClient({
    endpoint: server.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    // Else StartSyncExecution goes to the host sync-127.0.0.1, which no name server knows.
    disableHostPrefix: true,
  });
  onTestFinished(async () => {
    client.destroy();
    await server.close();
    await engine.close();
  });
  return { engine, server, client };
}

/** A definition of one Pass state; `comment` makes it another. */
export function pass(comment: string): string {
  return JSON.stringify({
    Comment: comment,
    StartAt: "A",
    States: { A: { Type: "Pass", Result: comment, End: true } },
  });
}

/** What the promise rejects with. */
export async function caught(promise: Promise<unknown>): Promise<Error & { readonly resourceName?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was not refused");
}
