import * as zlib from "node:zlib";
import { type Compressors, type FileMetaData, snappyUncompress } from "hyparquet";
import { ItemReaderFault } from "./fault.js";

/** What a page may be told to become: a whole row group. */
const MAX_PAGE = 256 * 1024 * 1024;

/** Node has zstd from 22.15 on. */
type Zlib = typeof zlib & {
  readonly zstdDecompressSync?: (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
};

/** What decompresses the pages of this file. */
export async function compressorsFor({ row_groups }: FileMetaData): Promise<Compressors> {
  const usesZstd = row_groups.some(({ columns }) => columns.some(({ meta_data }) => meta_data?.codec === "ZSTD"));
  const compressors: Compressors = {
    SNAPPY: bounded((input, length) => {
      const output = new Uint8Array(length);
      snappyUncompress(input, output);
      return output;
    }),
    GZIP: bounded((input, maxOutputLength) => zlib.gunzipSync(input, { maxOutputLength })),
    BROTLI: bounded((input, maxOutputLength) => zlib.brotliDecompressSync(input, { maxOutputLength })),
  };
  return usesZstd ? { ...compressors, ZSTD: bounded(await zstd()) } : compressors;
}

type Decompress = (input: Uint8Array, length: number) => Uint8Array;

async function zstd(): Promise<Decompress> {
  const { zstdDecompressSync } = zlib as Zlib;
  if (zstdDecompressSync !== undefined)
    return (input, maxOutputLength) => zstdDecompressSync(input, { maxOutputLength });
  const { decompress } = await import("fzstd");
  return (input, length) => decompress(input, new Uint8Array(length));
}

function bounded(decompress: Decompress): Decompress {
  return (input, length) => {
    if (length > MAX_PAGE) throw new ItemReaderFault("A page of the Parquet file is larger than a row group may be.");
    // Zero is a limit that zlib does not take.
    return length === 0 ? new Uint8Array() : decompress(input, length);
  };
}
