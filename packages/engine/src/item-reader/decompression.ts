import { type Duplex, pipeline, Readable } from "node:stream";
import * as zlib from "node:zlib";
import { ItemReaderFault } from "./fault.js";

/** The bytes as they are before compression, which the object's name tells: `.gz`, `.gzip`, `.zst`, `.zstd`. */
export function decompressed(key: string, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (/\.gz(ip)?$/i.test(key)) return through(bytes, zlib.createGunzip());
  if (/\.zstd?$/i.test(key)) return unpackedZstd(bytes);
  return bytes;
}

async function* through(bytes: AsyncIterable<Uint8Array>, transform: Duplex): AsyncIterable<Uint8Array> {
  let failure: unknown;
  const source = Readable.from(
    guarded(bytes, (error) => (failure = error)),
    { objectMode: false, highWaterMark: 1 },
  );
  // What fails is thrown by the loop below; the callback is there so that it is not thrown twice.
  pipeline(source, transform, () => {});
  try {
    yield* transform as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw failure ?? new ItemReaderFault(`The data cannot be decompressed: ${(error as Error).message}`);
  }
}

/** Tells of what the source throws, which is no fault of the compression. */
async function* guarded(bytes: AsyncIterable<Uint8Array>, failed: (error: unknown) => void): AsyncIterable<Uint8Array> {
  try {
    for await (const part of bytes) {
      for (let start = 0; start < part.length; start += STEP) yield part.subarray(start, start + STEP);
    }
  } catch (error) {
    failed(error);
    throw error;
  }
}

const STEP = 64 * 1024;

/** Node has zstd from 22.15 on. */
type Zlib = typeof zlib & { readonly createZstdDecompress?: () => Duplex };

async function* unpackedZstd(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { createZstdDecompress } = zlib as Zlib;
  if (createZstdDecompress !== undefined) {
    yield* through(bytes, createZstdDecompress());
    return;
  }
  const { Decompress } = await import("fzstd");
  let ready: Uint8Array[] = [];
  const decompressor = new Decompress((part) => {
    // The decompressor uses its memory again.
    ready.push(part.slice());
  });
  let any = false;
  for await (const part of bytes) {
    // A block of 128 KB can come from four bytes: in small steps, so that what they make fits into memory.
    for (let start = 0; start < part.length; start += ZSTD_STEP) {
      any = true;
      unpack(() => decompressor.push(part.subarray(start, start + ZSTD_STEP)));
      yield* ready;
      ready = [];
    }
  }
  if (any) unpack(() => decompressor.push(new Uint8Array(), true));
  yield* ready;
}

const ZSTD_STEP = 4 * 1024;

function unpack(step: () => void): void {
  try {
    step();
  } catch (error) {
    throw new ItemReaderFault(`The data cannot be decompressed: ${(error as Error).message}`);
  }
}
