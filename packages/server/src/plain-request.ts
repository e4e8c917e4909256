/** A request in the form that clients of the API send, as far as an answer needs it. Absent headers are undefined. */
export interface PlainRequest {
  readonly host: string | undefined;
  readonly target: string | undefined;
  readonly contentType: string | undefined;
  readonly authorization: string | undefined;
  readonly traceId: string | undefined;
  readonly body: string;
  /** How many bytes it has, head and body. */
  readonly length: number;
}

const start = "POST / HTTP/1.1\r\n";

/** Longest head that is read here. */
const longestHead = 8 * 1024;

/** Fields as RFC 9112 has them (section 5), without the bytes above ASCII and the line breaks that it lets a server refuse. */
const fields = /^(?:[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e]*\r\n)+$/;

/**
 * Reads the request at the beginning of these bytes; undefined where it is not whole, or anything about it is unusual: another
 * method or path, a body in chunks, a connection that is to end, a header twice, a byte that is not plain. Those are for Node's
 * own parser, which decides what they are.
 *
 * @param maxBodyBytes a longer body is unusual
 */
export function readPlainRequest(bytes: Buffer, maxBodyBytes: number): PlainRequest | undefined {
  const text = bytes.toString("latin1", 0, longestHead);
  const end = text.indexOf("\r\n\r\n");
  if (end < start.length || !text.startsWith(start) || !fields.test(text.slice(start.length, end + 2))) {
    return undefined;
  }
  const found: [host?: string, target?: string, contentType?: string, authorization?: string, traceId?: string] = [];
  let length: string | undefined;
  for (let at = start.length; at < end; ) {
    const colon = text.indexOf(":", at);
    const lineEnd = text.indexOf("\r\n", colon);
    const place = placeOf(text.slice(at, colon).toLowerCase());
    at = lineEnd + 2;
    if (place === ofNoConcern) continue;
    const value = text.slice(colon + 1, lineEnd).trim();
    if (place === keptAlive) {
      if (value.toLowerCase() !== "keep-alive") return undefined;
    } else if (place === contentLength) {
      if (length !== undefined) return undefined;
      length = value;
    } else {
      if (place === unusual || found[place] !== undefined) return undefined;
      found[place] = value;
    }
  }
  if (length === undefined || !/^\d{1,9}$/.test(length)) {
    return undefined;
  }
  const bodyStart = end + 4;
  const bodyEnd = bodyStart + Number(length);
  if (bodyEnd > bytes.length || bodyEnd - bodyStart > maxBodyBytes) {
    return undefined;
  }
  const [host, target, contentType, authorization, traceId] = found;
  const body = bytes.toString("utf8", bodyStart, bodyEnd);
  return { host, target, contentType, authorization, traceId, body, length: bodyEnd };
}

const unusual = -1;
const ofNoConcern = -2;
const contentLength = -3;
const keptAlive = -4;

/** What a header means here: a place in what was found, or one of the above. */
function placeOf(name: string): number {
  switch (name) {
    case "host":
      return 0;
    case "x-amz-target":
      return 1;
    case "content-type":
      return 2;
    case "authorization":
      return 3;
    case "x-amzn-trace-id":
      return 4;
    case "content-length":
      return contentLength;
    case "connection":
    case "proxy-connection":
      return keptAlive;
    case "transfer-encoding":
    case "expect":
    case "upgrade":
    case "trailer":
    case "te":
      return unusual;
    default:
      return ofNoConcern;
  }
}
