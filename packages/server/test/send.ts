import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Certificates to trust, for HTTPS. */
  readonly ca?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Sends a request with these headers and no others but those of HTTP itself, on a connection of its own. */
export function send(url: string, { method = "POST", path = "/", headers = {}, body, ca }: Sent): Promise<Answer> {
  const { protocol, hostname, port } = new URL(url);
  const request = protocol === "https:" ? httpsRequest : httpRequest;
  const options: RequestOptions = {
    host: hostname.replace(/^\[|\]$/g, ""),
    port,
    method,
    path,
    headers,
    agent: false,
    ...(ca !== undefined && { ca }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
