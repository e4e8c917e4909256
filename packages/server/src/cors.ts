import type { IncomingMessage, ServerResponse } from "node:http";

/** Headers that browsers' clients of the API send. */
const allowedHeaders = [
  "authorization",
  "content-type",
  "x-amz-target",
  "x-amz-date",
  "x-amz-content-sha256",
  "x-amz-security-token",
  "x-amz-user-agent",
  "amz-sdk-invocation-id",
  "amz-sdk-request",
].join(", ");

/**
 * Lets pages of these origins call from a browser (https://fetch.spec.whatwg.org/#http-cors-protocol). Pages of others may not: a request of
 * this protocol has a content type that a browser asks for leave to send.
 */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  /** @param origins such as `https://example.com:8080` */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Puts the headers on an answer that its page needs. True where the request only asks for leave and is answered. */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    response.setHeader("Vary", "Origin");
    const { origin } = request.headers;
    if (origin === undefined || !this.#origins.has(origin)) {
      return false;
    }
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Access-Control-Expose-Headers", "x-amzn-RequestId, Date");
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) {
      return false;
    }
    response.setHeader("Access-Control-Allow-Methods", "POST");
    response.setHeader("Access-Control-Allow-Headers", allowedHeaders);
    response.setHeader("Access-Control-Max-Age", "600");
    response.writeHead(204).end();
    return true;
  }
}
