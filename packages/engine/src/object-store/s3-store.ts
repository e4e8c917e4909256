import type { JsonObject } from "@pawl/asl";
import type { AwsClient } from "../tasks/aws/aws-clients.js";
import { sdkFailure } from "../tasks/aws/service-failure.js";
import { TaskError } from "../tasks/task-handler.js";
import {
  type ListedObject,
  type ObjectPlace,
  type ObjectStore,
  ObjectStoreError,
  type ObjectWriter,
  type Reading,
  type StoredObject,
} from "./object-store.js";

/** Objects in buckets of S3, or of whatever stands in for it. */
export function s3Store(client: () => AwsClient): ObjectStore {
  const api: S3Api = async (action, input, signal) => call(client, action, input, signal);
  return {
    async open({ bucket, key, more }, reading) {
      const request = { ...more, Bucket: bucket, Key: key };
      return new S3Object(api, request, reading, await firstPart(api, request, reading));
    },
    async *list({ bucket, prefix, more }, signal) {
      const request = { ...more, Bucket: bucket, ...(prefix === "" ? {} : { Prefix: prefix }) };
      let token: string | undefined;
      do {
        const next = token === undefined ? {} : { ContinuationToken: token };
        const page = (await api("listObjectsV2", { ...request, ...next }, signal)) as ListPage;
        if (page.Contents !== undefined && page.Contents.length > 0) yield page.Contents.map(listed);
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },
    create: (place, signal) => new S3Writer(api, place, signal),
  };
}

/** Calls an action with members as the API has them. @throws ObjectStoreError in the service's words */
type S3Api = (action: string, input: object, signal: AbortSignal | undefined) => Promise<object>;

async function call(
  client: () => AwsClient,
  name: string,
  input: object,
  signal: AbortSignal | undefined,
): Promise<object> {
  let s3: AwsClient | undefined;
  try {
    s3 = client();
    const action = s3.action(name);
    if (action === undefined) throw new ObjectStoreError(`The installed client of S3 has no action ${name}.`);
    return (await s3.send(action, input, { signal })).output;
  } catch (error) {
    signal?.throwIfAborted();
    throw storeError(error, s3);
  }
}

/** As tasks report what S3 says, and the name of the error, which decides what is done about it. */
function storeError(error: unknown, s3: AwsClient | undefined): unknown {
  if (error instanceof ObjectStoreError) return error;
  const failure = sdkFailure(error, "S3", s3?.package);
  if (!(failure instanceof TaskError)) return failure;
  return new S3Fault(failure.cause ?? failure.message, error instanceof Error ? error.name : "");
}

class S3Fault extends ObjectStoreError {
  /** The error's code, such as `NoSuchKey`. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** Members of the answers, as far as they are read here. */
interface GetAnswer {
  readonly Body?: AsyncIterable<Uint8Array> & {
    transformToByteArray(): Promise<Uint8Array>;
    destroy?(): void;
  };
  readonly ETag?: string;
  readonly ContentLength?: number;
  readonly ContentRange?: string;
}

interface ListPage {
  readonly Contents?: readonly ListedS3Object[];
  readonly IsTruncated?: boolean;
  readonly NextContinuationToken?: string;
}

interface ListedS3Object {
  readonly ETag?: string;
  readonly Key?: string;
  readonly LastModified?: Date;
  readonly Size?: number;
  readonly StorageClass?: string;
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
  readonly body: GetAnswer["Body"];
}

/**
 * Objects are read in ranges, each whole: a connection that stands open while the children of a map run are at work would be cut
 * off, and a part that got lost can be asked for once more.
 */
async function firstPart(api: S3Api, request: GetRequest, { partSize, signal, etag }: Reading): Promise<FirstPart> {
  const conditional = { ...request, ...(etag === undefined ? {} : { IfMatch: etag }) };
  return whole(signal, async () => {
    let answer: GetAnswer;
    try {
      answer = await api("getObject", { ...conditional, Range: `bytes=0-${partSize - 1}` }, signal);
    } catch (error) {
      // An empty object has no ranges.
      if (!(error instanceof S3Fault) || error.code !== "InvalidRange") throw error;
      answer = await api("getObject", conditional, signal);
    }
    const size = /^bytes \d+-\d+\/(\d+)$/.exec(answer.ContentRange ?? "")?.[1];
    const found = { etag: answer.ETag ?? "", body: answer.Body };
    if (size === undefined) return { ...found, size: answer.ContentLength, bytes: undefined };
    return { ...found, size: Number(size), bytes: await bytesOf(answer) };
  });
}

/** A body that broke off, which the client does not ask for again by itself as it does for answers. */
class BrokenBody extends ObjectStoreError {}

const ATTEMPTS = 3;

async function whole<Result>(signal: AbortSignal, get: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await get();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof BrokenBody) || attempt === ATTEMPTS) throw error;
    }
  }
}

class S3Object implements StoredObject {
  readonly etag: string;
  readonly size: number | undefined;
  readonly #api: S3Api;
  readonly #request: GetRequest;
  readonly #reading: Reading;
  #first: FirstPart | undefined;

  constructor(api: S3Api, request: GetRequest, reading: Reading, first: FirstPart) {
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
    const { signal } = this.#reading;
    const same = this.etag === "" ? {} : { IfMatch: this.etag };
    const request = { ...this.#request, ...same, Range: `bytes=${start}-${end - 1}` };
    return whole(signal, async () => {
      const answer: GetAnswer = await this.#api("getObject", request, signal);
      if (answer.ContentRange !== undefined) return bytesOf(answer);
      answer.Body?.destroy?.();
      throw new ObjectStoreError("What answers for S3 cannot give a range of an object, which this InputType needs.");
    });
  }

  async close(): Promise<void> {
    if (this.#first?.bytes === undefined) this.#first?.body?.destroy?.();
    this.#first = undefined;
  }
}

async function* streamed(body: GetAnswer["Body"]): AsyncIterable<Uint8Array> {
  if (body === undefined) return;
  try {
    yield* body;
  } catch (error) {
    throw storeError(error, undefined);
  }
}

async function bytesOf({ Body }: GetAnswer): Promise<Uint8Array> {
  try {
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    throw new BrokenBody(`What S3 sent of the object broke off: ${(error as Error).message}`);
  }
}

function listed(object: ListedS3Object): ListedObject {
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
  readonly #api: S3Api;
  readonly #target: GetRequest;
  readonly #signal: AbortSignal;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #uploadId: string | undefined;
  readonly #parts: { readonly ETag: string; readonly PartNumber: number }[] = [];

  constructor(api: S3Api, { bucket, key, more }: ObjectPlace, signal: AbortSignal) {
    this.#api = api;
    this.#target = { ...more, Bucket: bucket, Key: key };
    this.#signal = signal;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= PART_BYTES) await this.#uploadPart();
  }

  async close(): Promise<void> {
    if (this.#uploadId === undefined) {
      await this.#api("putObject", { ...this.#target, Body: this.#take() }, this.#signal);
      return;
    }
    if (this.#waitingBytes > 0) await this.#uploadPart();
    const upload = { ...this.#target, UploadId: this.#uploadId, MultipartUpload: { Parts: this.#parts } };
    await this.#api("completeMultipartUpload", upload, this.#signal);
  }

  async abort(): Promise<void> {
    this.#waiting = [];
    if (this.#uploadId === undefined) return;
    // Not with the signal of the writing, which may be why it ends.
    const upload = { ...this.#target, UploadId: this.#uploadId };
    await this.#api("abortMultipartUpload", upload, undefined).catch(() => {});
  }

  async #uploadPart(): Promise<void> {
    if (this.#uploadId === undefined) {
      const { UploadId }: { UploadId?: string } = await this.#api("createMultipartUpload", this.#target, this.#signal);
      if (UploadId === undefined) throw new ObjectStoreError("S3 began no upload.");
      this.#uploadId = UploadId;
    }
    const PartNumber = this.#parts.length + 1;
    const part = { ...this.#target, UploadId: this.#uploadId, PartNumber, Body: this.#take() };
    const { ETag = "" }: { ETag?: string } = await this.#api("uploadPart", part, this.#signal);
    this.#parts.push({ ETag, PartNumber });
  }

  #take(): Uint8Array {
    const body = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return body;
  }
}
