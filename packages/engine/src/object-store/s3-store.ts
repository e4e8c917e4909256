import type { GetObjectCommandOutput, S3 } from "@aws-sdk/client-s3";
import type { JsonObject } from "@pawl/asl";
import {
  type ListedObject,
  type ObjectPlace,
  type ObjectStore,
  ObjectStoreError,
  type ObjectWriter,
  type Reading,
  type StoredObject,
} from "./object-store.js";

/** The operations of a client of S3 that are called here. */
export type S3Client = Pick<
  S3,
  | "getObject"
  | "listObjectsV2"
  | "putObject"
  | "createMultipartUpload"
  | "uploadPart"
  | "completeMultipartUpload"
  | "abortMultipartUpload"
>;

/** Objects in buckets of S3, or of whatever speaks its API. */
export function s3Store(client: () => Promise<S3Client>): ObjectStore {
  return {
    open: ({ bucket, key, more }, reading) =>
      told(async () => {
        const request = { ...more, Bucket: bucket, Key: key };
        const api = await client();
        return new S3Object(api, request, reading, await firstPart(api, request, reading));
      }),
    async *list({ bucket, prefix, more }, signal) {
      const api = await told(client);
      const request = { ...more, Bucket: bucket, ...(prefix === "" ? {} : { Prefix: prefix }) };
      let token: string | undefined;
      do {
        const page = await told(() =>
          api.listObjectsV2(
            { ...request, ...(token === undefined ? {} : { ContinuationToken: token }) },
            { abortSignal: signal },
          ),
        );
        if (page.Contents !== undefined && page.Contents.length > 0) yield page.Contents.map(listed);
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },
    create: (place, signal) => new S3Writer(client, place, signal),
  };
}

interface GetRequest extends JsonObject {
  Bucket: string;
  Key: string;
}

interface FirstPart {
  readonly etag: string;
  readonly size: number | undefined;
  /** The part; undefined where the whole object comes as a stream, because the server knows no ranges. */
  readonly bytes: Uint8Array | undefined;
  readonly body: GetObjectCommandOutput["Body"];
}

/**
 * Objects are read in ranges, each whole: a connection that stands open while the children of a map run are at work would be cut
 * off, and a part that got lost is asked for once more by the client.
 */
async function firstPart(api: S3Client, request: GetRequest, { partSize, signal, etag }: Reading): Promise<FirstPart> {
  const condition = etag === undefined ? {} : { IfMatch: etag };
  const options = { abortSignal: signal };
  let answer: GetObjectCommandOutput;
  try {
    answer = await api.getObject({ ...request, ...condition, Range: `bytes=0-${partSize - 1}` }, options);
  } catch (error) {
    // An empty object has no ranges.
    if ((error as { name?: unknown }).name !== "InvalidRange") throw error;
    answer = await api.getObject({ ...request, ...condition }, options);
  }
  const size = /^bytes \d+-\d+\/(\d+)$/.exec(answer.ContentRange ?? "")?.[1];
  const found = { etag: answer.ETag ?? "", body: answer.Body };
  if (size === undefined) return { ...found, size: answer.ContentLength, bytes: undefined };
  return { ...found, size: Number(size), bytes: await bytesOf(answer) };
}

class S3Object implements StoredObject {
  readonly etag: string;
  readonly size: number | undefined;
  readonly #api: S3Client;
  readonly #request: GetRequest;
  readonly #reading: Reading;
  #first: FirstPart | undefined;

  constructor(api: S3Client, request: GetRequest, reading: Reading, first: FirstPart) {
    this.#api = api;
    this.#request = request;
    this.#reading = reading;
    this.#first = first;
    this.etag = first.etag;
    this.size = first.size;
  }

  async *parts(): AsyncIterable<Uint8Array> {
    const first = this.#first;
    this.#first = undefined;
    if (first?.bytes === undefined) {
      yield* streamed(first?.body);
      return;
    }
    yield first.bytes;
    const size = this.size ?? 0;
    for (let start = first.bytes.length; start < size; ) {
      const part = await this.range(start, Math.min(start + this.#reading.partSize, size));
      if (part.length === 0) throw new ObjectStoreError("S3 gave less of the object than it has.");
      yield part;
      start += part.length;
    }
  }

  range(start: number, end: number): Promise<Uint8Array> {
    return told(async () => {
      const answer = await this.#api.getObject(
        { ...this.#request, ...(this.etag === "" ? {} : { IfMatch: this.etag }), Range: `bytes=${start}-${end - 1}` },
        { abortSignal: this.#reading.signal },
      );
      if (answer.ContentRange !== undefined) return bytesOf(answer);
      destroy(answer.Body);
      throw new ObjectStoreError("What answers for S3 cannot give a range of an object, which this InputType needs.");
    });
  }

  async close(): Promise<void> {
    if (this.#first?.bytes === undefined) destroy(this.#first?.body);
    this.#first = undefined;
  }
}

async function* streamed(body: GetObjectCommandOutput["Body"]): AsyncIterable<Uint8Array> {
  if (body === undefined) return;
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw storeError(error);
  }
}

function destroy(body: GetObjectCommandOutput["Body"]): void {
  (body as { destroy?: () => void } | undefined)?.destroy?.();
}

async function bytesOf({ Body }: GetObjectCommandOutput): Promise<Uint8Array> {
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

function listed(object: {
  ETag?: string | undefined;
  Key?: string | undefined;
  LastModified?: Date | undefined;
  Size?: number | undefined;
  StorageClass?: string | undefined;
}): ListedObject {
  return {
    etag: object.ETag ?? "",
    key: object.Key ?? "",
    lastModified: object.LastModified?.getTime() ?? 0,
    size: object.Size ?? 0,
    storageClass: object.StorageClass ?? "STANDARD",
  };
}

/** Parts of an upload have at least 5 MB; with this size, 10,000 of them are more than an object may have. */
const PART_BYTES = 8 * 1024 * 1024;

/** Small objects go in one request, larger ones in parts: no more than one part is kept in memory. */
class S3Writer implements ObjectWriter {
  readonly #client: () => Promise<S3Client>;
  readonly #target: GetRequest;
  readonly #options: { readonly abortSignal: AbortSignal };
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #uploadId: string | undefined;
  readonly #parts: { readonly ETag: string; readonly PartNumber: number }[] = [];

  constructor(client: () => Promise<S3Client>, { bucket, key, more }: ObjectPlace, signal: AbortSignal) {
    this.#client = client;
    this.#target = { ...more, Bucket: bucket, Key: key };
    this.#options = { abortSignal: signal };
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= PART_BYTES) await told(() => this.#uploadPart());
  }

  close(): Promise<void> {
    return told(async () => {
      const api = await this.#client();
      if (this.#uploadId === undefined) {
        await api.putObject({ ...this.#target, Body: this.#take() }, this.#options);
        return;
      }
      if (this.#waitingBytes > 0) await this.#uploadPart();
      const upload = { ...this.#target, UploadId: this.#uploadId, MultipartUpload: { Parts: this.#parts } };
      await api.completeMultipartUpload(upload, this.#options);
    });
  }

  async abort(): Promise<void> {
    this.#waiting = [];
    if (this.#uploadId === undefined) return;
    const api = await this.#client();
    // Not with the signal of the writing, which may be why it ends.
    await api.abortMultipartUpload({ ...this.#target, UploadId: this.#uploadId }).catch(() => {});
  }

  async #uploadPart(): Promise<void> {
    const api = await this.#client();
    if (this.#uploadId === undefined) {
      const { UploadId } = await api.createMultipartUpload(this.#target, this.#options);
      if (UploadId === undefined) throw new ObjectStoreError("S3 began no upload.");
      this.#uploadId = UploadId;
    }
    const PartNumber = this.#parts.length + 1;
    const part = { ...this.#target, UploadId: this.#uploadId, PartNumber, Body: this.#take() };
    const { ETag } = await api.uploadPart(part, this.#options);
    this.#parts.push({ ETag: ETag ?? "", PartNumber });
  }

  #take(): Uint8Array {
    const body = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return body;
  }
}

async function told<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw storeError(error);
  }
}

/** As the service reports an error of the SDK: its text, and in brackets what identifies the answer. */
function storeError(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof ObjectStoreError || thrown.name === "AbortError") return thrown;
  const { $metadata: metadata } = thrown as {
    $metadata?: { httpStatusCode?: number; requestId?: string; extendedRequestId?: string };
  };
  const { httpStatusCode, requestId, extendedRequestId } = metadata ?? {};
  if (httpStatusCode === undefined) return new ObjectStoreError(`Unable to execute HTTP request: ${thrown.message}`);
  const details = [
    "Service: S3",
    `Status Code: ${httpStatusCode}`,
    `Request ID: ${requestId}`,
    ...(extendedRequestId === undefined ? [] : [`Extended Request ID: ${extendedRequestId}`]),
  ];
  return new ObjectStoreError(`${thrown.message} (${details.join(", ")})`);
}
