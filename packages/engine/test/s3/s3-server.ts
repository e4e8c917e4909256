import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server with as much of S3 as a map run needs, for the real client. What was asked of it is kept in `requests`. */
export class S3Server {
  /** Contents by `bucket/key`. */
  readonly objects = new Map<string, Buffer>();
  readonly requests: string[] = [];
  readonly uploads = new Map<string, Map<number, Buffer>>();
  /** Answers this error instead, to the requests that match. */
  fault:
    | { readonly matches: RegExp; readonly status: number; readonly code: string; readonly message: string }
    | undefined;
  /** False for a server that gives whole objects whatever range is asked for. */
  knowsRanges = true;
  pageSize = 1000;
  /** So many of the next bodies break off in the middle. */
  broken = 0;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #ids = 0;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  put(path: string, content: string | Uint8Array): void {
    this.objects.set(path, Buffer.from(content as string));
  }

  text(path: string): string {
    const content = this.objects.get(path);
    if (content === undefined) throw new Error(`there is no ${path}, but ${[...this.objects.keys()].join(", ")}`);
    return content.toString();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = decodeURIComponent(url.pathname.slice(1));
    const body = await bodyOf(request);
    const line = `${request.method} ${path}${url.search}${request.headers.range === undefined ? "" : ` ${request.headers.range}`}`;
    this.requests.push(line);
    response.setHeader("x-amz-request-id", "REQUEST");
    response.setHeader("x-amz-id-2", "EXTENDED");
    const { fault } = this;
    if (fault?.matches.test(line)) return fail(response, fault.status, fault.code, fault.message);
    switch (request.method) {
      case "GET":
        return url.searchParams.has("list-type") ? this.#list(url, path, response) : this.#get(request, path, response);
      case "PUT":
        return this.#put(url, path, body, response);
      case "POST":
        return this.#post(url, path, body, response);
      case "DELETE":
        this.uploads.delete(url.searchParams.get("uploadId") ?? "");
        response.writeHead(204).end();
    }
  }

  #get(request: IncomingMessage, path: string, response: ServerResponse): void {
    const content = this.objects.get(path);
    if (content === undefined) {
      fail(response, 404, "NoSuchKey", "The specified key does not exist.");
      return;
    }
    const etag = etagOf(content);
    if (request.headers["if-match"] !== undefined && request.headers["if-match"] !== etag) {
      const message = "At least one of the pre-conditions you specified did not hold";
      fail(response, 412, "PreconditionFailed", message);
      return;
    }
    response.setHeader("etag", etag);
    if (this.broken > 0 && content.length > 1) {
      this.broken--;
      const half = content.subarray(0, content.length >> 1);
      response.writeHead(206, {
        "content-range": `bytes 0-${content.length - 1}/${content.length}`,
        "content-length": content.length,
      });
      response.write(half, () => response.destroy());
      return;
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (range === null || !this.knowsRanges) {
      response.writeHead(200, { "content-length": content.length }).end(content);
      return;
    }
    const start = Number(range[1]);
    const end = Math.min(Number(range[2]) + 1, content.length);
    if (start >= content.length) {
      fail(response, 416, "InvalidRange", "The requested range is not satisfiable");
      return;
    }
    response
      .writeHead(206, { "content-range": `bytes ${start}-${end - 1}/${content.length}`, "content-length": end - start })
      .end(content.subarray(start, end));
  }

  #list(url: URL, path: string, response: ServerResponse): void {
    const bucket = path.replace(/\/$/, "");
    const prefix = `${bucket}/${url.searchParams.get("prefix") ?? ""}`;
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const start = Number(url.searchParams.get("continuation-token") ?? 0);
    const page = keys.slice(start, start + this.pageSize);
    const isTruncated = start + this.pageSize < keys.length;
    const contents = page.map((key) => {
      const content = this.objects.get(key) ?? Buffer.alloc(0);
      const fields = `<LastModified>2022-11-17T15:44:41.000Z</LastModified><ETag>${etagOf(content).replaceAll('"', "&quot;")}</ETag>`;
      return `<Contents><Key>${key.slice(bucket.length + 1)}</Key>${fields}<Size>${content.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const next = isTruncated ? `<NextContinuationToken>${start + this.pageSize}</NextContinuationToken>` : "";
    response.writeHead(200, { "content-type": "application/xml" });
    response.end(
      `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
    );
  }

  #put(url: URL, path: string, body: Buffer, response: ServerResponse): void {
    const upload = url.searchParams.get("uploadId");
    if (upload === null) this.objects.set(path, body);
    else this.uploads.get(upload)?.set(Number(url.searchParams.get("partNumber")), body);
    response.writeHead(200, { etag: etagOf(body) }).end();
  }

  #post(url: URL, path: string, body: Buffer, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/xml" });
    if (url.searchParams.has("uploads")) {
      const id = `upload-${++this.#ids}`;
      this.uploads.set(id, new Map());
      const xml = `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
      response.end(xml);
      return;
    }
    const id = url.searchParams.get("uploadId") ?? "";
    const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => Number(number));
    const parts = numbers.map((number) => this.uploads.get(id)?.get(number) ?? Buffer.alloc(0));
    this.objects.set(path, Buffer.concat(parts));
    this.uploads.delete(id);
    response.end("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>");
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function etagOf(content: Buffer): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}
