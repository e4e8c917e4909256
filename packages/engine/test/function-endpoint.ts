import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** One invocation that came in. */
export interface Invocation {
  /** As the path names it. */
  readonly functionName: string;
  readonly qualifier: string | null;
  readonly headers: IncomingHttpHeaders;
  readonly payload: string;
  readonly response: ServerResponse;
}

/** An endpoint with Lambda's Invoke API whose one function is the test's. */
export interface FunctionEndpoint {
  readonly url: string;
  readonly invocations: Invocation[];
  /** Ends all connections that are idle. */
  closeIdleConnections(): void;
}

/** @param answer writes the response, now or later */
export async function openFunctionEndpoint(answer: (invocation: Invocation) => void): Promise<FunctionEndpoint> {
  const invocations: Invocation[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://localhost");
      const functionName = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(url.pathname)?.[1];
      const invocation: Invocation = {
        functionName: decodeURIComponent(functionName ?? `unexpected path ${request.url}`),
        qualifier: url.searchParams.get("Qualifier"),
        headers: request.headers,
        payload: Buffer.concat(chunks).toString(),
        response,
      };
      invocations.push(invocation);
      answer(invocation);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    invocations,
    closeIdleConnections: () => server.closeIdleConnections(),
  };
}
