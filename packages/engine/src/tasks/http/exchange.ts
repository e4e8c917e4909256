import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { checkAddress, guardedLookup, type HttpRules } from "./address-guard.js";

export interface HttpMessage {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | undefined;
  /** Certificates (PEM) that the server's may be signed with, instead of those that are known everywhere. */
  readonly ca?: string | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  /** In the letters that they came in, those of one name together. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

/** No whole answer came: the connection could not be made, broke, or took too long. */
export class SocketFault extends Error {}

/** The answer is larger than a state can take. */
export class AnswerTooLarge extends Error {}

/** How long a call takes at most (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html, "quotas"). */
const TIMEOUT = 60_000;
/** What a state can take. */
export const MAX_ANSWER_BYTES = 262_144;

/**
 * Sends requests over HTTP within the rules. Redirects are not followed: they are answers. Each host has connections of its own,
 * as many as are needed, so that a slow one holds up nobody else.
 */
export class HttpExchange {
  readonly #rules: HttpRules;
  readonly #agents: { readonly "http:": HttpAgent; readonly "https:": HttpsAgent };
  readonly #timeout: number;

  constructor(rules: HttpRules, timeout = TIMEOUT) {
    this.#rules = rules;
    this.#timeout = timeout;
    const options = { keepAlive: true, timeout: 30_000, scheduling: "lifo" } as const;
    this.#agents = { "http:": new HttpAgent(options), "https:": new HttpsAgent(options) };
  }

  /**
   * @throws AddressRefused where the address may not be called
   * @throws SocketFault where no whole answer came
   * @throws AnswerTooLarge
   */
  send(message: HttpMessage, signal: AbortSignal): Promise<HttpAnswer> {
    checkAddress(message.url, this.#rules);
    const limit = AbortSignal.timeout(this.#timeout);
    const either = AbortSignal.any([signal, limit]);
    return this.#send(message, either).catch((error: unknown) => {
      if (limit.aborted && !signal.aborted) throw new SocketFault(`no answer within ${this.#timeout / 1000} seconds`);
      throw error;
    });
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #send(message: HttpMessage, signal: AbortSignal, isSecond = false): Promise<HttpAnswer> {
    const { method, url, headers, body, ca } = message;
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException): void => {
        // An idle connection was closed just when it was used again: the request was not seen.
        if (request.reusedSocket && error.code === "ECONNRESET" && !isSecond && !request.res) {
          this.#send(message, signal, true).then(resolve, reject);
          return;
        }
        reject(error.code === undefined || error.name === "AbortError" ? error : new SocketFault(error.message));
      };
      const isSecure = url.protocol === "https:";
      const options = {
        method,
        signal,
        headers: { ...headers, ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }) },
        lookup: guardedLookup(this.#rules),
        ...(ca === undefined ? {} : { ca }),
      };
      const request: ReturnType<typeof httpRequest> & { res?: IncomingMessage } = isSecure
        ? httpsRequest(url, { ...options, agent: this.#agents["https:"] })
        : httpRequest(url, { ...options, agent: this.#agents["http:"] });
      request.on("error", fail);
      request.on("response", (response) => {
        readBody(response).then(
          (text) =>
            resolve({
              status: response.statusCode ?? 0,
              statusText: response.statusMessage ?? "",
              headers: headersOf(response),
              body: text,
            }),
          reject,
        );
      });
      request.end(body);
    });
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      // Leaving the loop ends the connection.
      if (size > MAX_ANSWER_BYTES) throw new AnswerTooLarge();
    }
  } catch (error) {
    if (error instanceof AnswerTooLarge || (error as Error).name === "AbortError") throw error;
    throw new SocketFault((error as Error).message);
  }
  return Buffer.concat(chunks).toString();
}

function headersOf({ rawHeaders }: IncomingMessage): Record<string, string[]> {
  const headers = new Map<string, [name: string, values: string[]]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
    const known = headers.get(name.toLowerCase());
    if (known === undefined) headers.set(name.toLowerCase(), [name, [value]]);
    else known[1].push(value);
  }
  return Object.fromEntries(headers.values());
}
