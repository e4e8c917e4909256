import { Sha256 } from "../../sha256.js";
import type { HttpMessage } from "../http/exchange.js";
import type { AwsCredentials } from "./credentials.js";

export interface Signing {
  /** `execute-api`, `sts`, … */
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
}

/** The request with an AWS signature (Signature Version 4) in its headers. */
export async function signed(message: HttpMessage, signing: Signing): Promise<HttpMessage> {
  const request = await (await signer(signing)).sign(requestOf(message));
  return { ...message, headers: request.headers };
}

/** The address with a signature in its query, which anybody may call for so many seconds. */
export async function presigned(message: HttpMessage, signing: Signing, seconds: number): Promise<string> {
  const request = requestOf(message);
  const { query = {} } = await (await signer(signing)).presign(request, {
    expiresIn: seconds,
    // All of them: whoever calls the address sends them, too.
    unhoistableHeaders: new Set(Object.keys(request.headers)),
  });
  const url = new URL(message.url.pathname, message.url);
  for (const [name, value] of Object.entries(query)) {
    for (const text of Array.isArray(value) ? value : [value ?? ""]) url.searchParams.append(name, text);
  }
  return url.href;
}

async function signer({ service, region, credentials }: Signing) {
  const { SignatureV4 } = await import("@smithy/signature-v4");
  return new SignatureV4({ service, region, credentials, sha256: Sha256 });
}

function requestOf({ method, url, headers, body }: HttpMessage) {
  const plain: Record<string, string> = { host: url.host };
  for (const [name, value] of Object.entries(headers)) {
    plain[name.toLowerCase()] = typeof value === "string" ? value : value.join(",");
  }
  const names = new Set(url.searchParams.keys());
  return {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: url.pathname,
    query: Object.fromEntries([...names].map((name) => [name, url.searchParams.getAll(name)])),
    headers: plain,
    ...(body === undefined ? {} : { body }),
  };
}
