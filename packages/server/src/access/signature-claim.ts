import { ServiceError } from "@pawl/engine";

/** The head of a request, as far as a signature concerns it. */
export interface RequestHead {
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
}

/** Who a request says has signed it, and how. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly region: string;
  /** When it was signed, such as `20260102T030405Z`. */
  readonly date: string;
  /** Names of headers in small letters, as they were listed. */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits, where it is one at all. */
  readonly signature: string;
  readonly headers: Headers;
  readonly query: Query;
}

/** Values by name in small letters; those of several of one name with commas between them. */
export type Headers = ReadonlyMap<string, string>;
export type Query = ReadonlyMap<string, readonly string[]>;

/** The name of the service in the scope of a credential. */
export const signingService = "states";

export const signingAlgorithm = "AWS4-HMAC-SHA256";
const skewMinutes = 15;
const longestSeconds = 7 * 24 * 3600;

/**
 * Reads the signature of a request, from its Authorization header or its query
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html). The checks stand in the order in which the service
 * makes them, and have its sentences. Whether the signature is right is not checked here.
 *
 * @param now milliseconds since the epoch
 * @throws ServiceError MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException
 */
export function readClaim(head: RequestHead, now: number): SignatureClaim {
  const query = queryOf(head.url ?? "/");
  const headers = headersOf(head);
  const authorization = headers.get("authorization");
  const isPresigned = query.has("X-Amz-Algorithm");
  if (authorization !== undefined && isPresigned) {
    const both = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
    throw new ServiceError("InvalidSignatureException", both);
  }
  if (!isPresigned && authorization?.startsWith("AWS4-") !== true) {
    throw new ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const parts = isPresigned ? partsOfQuery(query) : partsOfHeader(authorization ?? "", headers.get("x-amz-date"));
  const expiresIn = isPresigned ? parseExpiry(query.get("X-Amz-Expires")?.[0]) : undefined;
  checkTime(parts.date, parseDate(parts.date), now, expiresIn);
  const signedHeaders = parts.signedHeaders.toLowerCase().split(";");
  requireSigned(signedHeaders, "host", "'Host' or ':authority'");
  if (headers.has("x-amz-target")) {
    // Otherwise whoever sees the request could make another operation of it.
    requireSigned(signedHeaders, "x-amz-target", "'X-Amz-Target'");
  }
  if (parts.algorithm !== signingAlgorithm) {
    const only = `Unsupported AWS 'algorithm': '${parts.algorithm}' (only ${signingAlgorithm} for now). `;
    throw new ServiceError("IncompleteSignatureException", only);
  }
  const { accessKeyId, region } = parseCredential(parts.credential, parts.date);
  return { accessKeyId, region, date: parts.date, signedHeaders, signature: parts.signature, headers, query };
}

function headersOf({ rawHeaders }: RequestHead): Headers {
  const headers = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const value = rawHeaders[index + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

interface Parts {
  readonly algorithm: string;
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string;
}

/** As SDKs write it. */
const usualHeader = /^(AWS4-HMAC-SHA256) Credential=([^ ,]+), ?SignedHeaders=([^ ,]+), ?Signature=([^ ,]+)$/;

function partsOfHeader(authorization: string, date: string | undefined): Parts {
  const [, usual, usualCredential, usualSignedHeaders, usualSignature] = usualHeader.exec(authorization) ?? [];
  if (usual && usualCredential && usualSignedHeaders && usualSignature && date) {
    return {
      algorithm: usual,
      credential: usualCredential,
      signedHeaders: usualSignedHeaders,
      signature: usualSignature,
      date,
    };
  }
  const [name = "", ...words] = authorization.split(/[ ,]+/);
  const given = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals > 0) {
      const part = word.slice(0, equals);
      // Two signatures, of which somebody else may take the other one.
      if (given.has(part)) {
        throw new ServiceError(
          "IncompleteSignatureException",
          `Authorization header has '${part.slice(0, 20)}' twice.`,
        );
      }
      given.set(part, word.slice(equals + 1));
    }
  }
  const { Credential, Signature, SignedHeaders } = Object.fromEntries(given) as Record<string, string | undefined>;
  const missing = Object.entries({ Credential, Signature, SignedHeaders }).flatMap(([part, value]) =>
    value === undefined || value === "" ? [`Authorization header requires '${part}' parameter.`] : [],
  );
  if (date === undefined || date === "") {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (missing.length > 0) {
    // The service repeats the header here. It may hold a signature that is good for something: nothing repeats it.
    throw new ServiceError("IncompleteSignatureException", missing.join(" "));
  }
  return {
    algorithm: name,
    credential: Credential ?? "",
    signature: Signature ?? "",
    signedHeaders: SignedHeaders ?? "",
    date: date ?? "",
  };
}

function partsOfQuery(query: Query): Parts {
  const value = (name: string): string => query.get(name)?.[0] ?? "";
  const names = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];
  const missing = names.filter((name) => value(name) === "");
  if (missing.length > 0) {
    const sentences = missing.map((name) => `AWS query-string parameters must include '${name}'.`);
    sentences.push("Re-examine the query-string parameters.");
    throw new ServiceError("IncompleteSignatureException", sentences.join(" "));
  }
  return {
    algorithm: value("X-Amz-Algorithm"),
    credential: value("X-Amz-Credential"),
    signedHeaders: value("X-Amz-SignedHeaders"),
    signature: value("X-Amz-Signature"),
    date: value("X-Amz-Date"),
  };
}

const noQuery: Query = new Map();

function queryOf(url: string): Query {
  const start = url.indexOf("?");
  if (start < 0) {
    return noQuery;
  }
  const query = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    const values = query.get(name);
    if (values === undefined) {
      query.set(name, [value]);
    } else {
      values.push(value);
    }
  }
  return query;
}

/** @returns milliseconds since the epoch */
function parseDate(text: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) {
    const basic = `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`;
    throw new ServiceError("IncompleteSignatureException", basic);
  }
  return time;
}

function parseExpiry(text: string | undefined): number {
  const seconds = Number(text);
  if (text === undefined || !/^\d{1,6}$/.test(text) || seconds < 1 || seconds > longestSeconds) {
    const limits = `X-Amz-Expires must be a number between 1 and ${longestSeconds}.`;
    throw new ServiceError("IncompleteSignatureException", limits);
  }
  return seconds;
}

function checkTime(text: string, date: number, now: number, expiresIn: number | undefined): void {
  const ahead = now + skewMinutes * 60_000;
  if (date > ahead) {
    const later = `${basicDate(ahead)} (${basicDate(now)} + ${skewMinutes} min.)`;
    throw new ServiceError(
      "InvalidSignatureException",
      `Signature not yet current: ${text} is still later than ${later}`,
    );
  }
  const goodMinutes = expiresIn === undefined ? skewMinutes : expiresIn / 60;
  const behind = now - goodMinutes * 60_000;
  if (date < behind) {
    const earlier = `${basicDate(behind)} (${basicDate(now)} - ${Number(goodMinutes.toFixed(2))} min.)`;
    throw new ServiceError("InvalidSignatureException", `Signature expired: ${text} is now earlier than ${earlier}`);
  }
}

function basicDate(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

function requireSigned(signedHeaders: readonly string[], name: string, shown: string): void {
  if (!signedHeaders.includes(name)) {
    const must = `${shown} must be a 'SignedHeader' in the AWS Authorization.`;
    throw new ServiceError("InvalidSignatureException", must);
  }
}

/** `ID/DATE/REGION/SERVICE/aws4_request` */
function parseCredential(credential: string, date: string): { accessKeyId: string; region: string } {
  const elements = credential.split("/");
  const [accessKeyId = "", day, region = "", service, terminator] = elements;
  if (elements.length !== 5) {
    const five = `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`;
    throw new ServiceError("IncompleteSignatureException", five);
  }
  const faults: string[] = [];
  if (!/^[a-z0-9-]{1,32}$/.test(region)) {
    faults.push(`Credential should be scoped to a valid region, not '${region}'. `);
  }
  if (service !== signingService) {
    faults.push(`Credential should be scoped to correct service: '${signingService}'. `);
  }
  if (terminator !== "aws4_request") {
    faults.push(`Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'. `);
  }
  if (day !== date.slice(0, 8)) {
    const other = `'${day}' != '${date.slice(0, 8)}', from '${date}'.`;
    faults.push(`Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ${other}`);
  }
  if (faults.length > 0) {
    throw new ServiceError("InvalidSignatureException", faults.join(""));
  }
  return { accessKeyId, region };
}
