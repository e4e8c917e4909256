import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** One request that came in. */
export interface ServiceRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly response: ServerResponse;
}

/** What a service answers. */
export interface ServiceAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** A text, or JSON. */
  readonly body?: unknown;
}

/** A server that stands in for a service of AWS, or for anything else with HTTP. */
export interface ServiceEndpoint {
  readonly url: string;
  readonly requests: ServiceRequest[];
}

/** @param answer gives the answer, now or later; undefined where it writes the response itself, or never */
export async function openServiceEndpoint(
  answer: (request: ServiceRequest) => ServiceAnswer | Promise<ServiceAnswer> | undefined,
): Promise<ServiceEndpoint> {
  const requests: ServiceRequest[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", async () => {
      const { method = "", url: path = "", headers } = message;
      const request = { method, path, headers, body: Buffer.concat(chunks).toString(), response };
      requests.push(request);
      const given = await answer(request);
      if (given === undefined) return;
      const { status = 200, headers: more = {}, body = "" } = given;
      const text = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      response.writeHead(status, { "x-amzn-requestid": "11111111-2222-3333-4444-555555555555", ...more }).end(text);
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
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
