import { type Json, objectOf } from "@pawl/asl";
import {
  type DecodedArray,
  type FileMetaData,
  parquetMetadata,
  parquetScan,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { ItemReaderFault } from "./fault.js";
import { compressorsFor } from "./parquet-compression.js";
import { type Convert, converterOf, PARSERS } from "./parquet-values.js";

/** "256MB is the maximum row-group size, and 5MB is the maximum footer size" (page "ItemReader (Map)"). */
const MAX_ROW_GROUP = 256 * 1024 * 1024;
const MAX_FOOTER = 5 * 1024 * 1024;

/** Rows that are made at a time. */
const STEP = 1000;

/** Gives the bytes from `start` to before `end`. */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

/**
 * The rows of a Parquet file. One row group is in memory at a time, as columns. What JSON has no form for is written as follows: dates and
 * times in ISO 8601, bytes that are no text in base64; numbers keep all their digits.
 */
export async function* parquetRows(size: number, readRange: ReadRange): AsyncIterable<readonly Json[]> {
  const file = {
    byteLength: size,
    slice(start: number, end = size): Promise<ArrayBuffer> {
      const bytes = readRange(start, end).then(bufferOf);
      // The library fetches ahead, and forgets what it fetched when something else fails first.
      bytes.catch(() => {});
      return bytes;
    },
  };
  const metadata = await within(async () => parquetMetadata(await footerOf(file)));
  const columns = parquetSchema(metadata).children;
  if (columns.length === 0) throw notParquet("it has no columns");
  const converters = columns.map((column) => converterOf(column));
  const options = { file, metadata, compressors: await compressorsFor(metadata), parsers: PARSERS, utf8: false };
  // Each group by itself, or what was read would be kept for the next one.
  for (let group = 0, first = 0; group < metadata.row_groups.length; group++) {
    const rows = Number(metadata.row_groups[group]?.num_rows ?? 0);
    checkSize(metadata, group);
    const scan = await within(() => parquetScan({ ...options }));
    const range = { rowStart: first, rowEnd: first + rows };
    const data = await within(() =>
      Promise.all(columns.map(({ element }) => scan.readColumn({ column: element.name, ...range }))),
    );
    if (data.some(({ length }) => length !== rows))
      throw notParquet(`row group ${group} has not as many rows as it says`);
    for (let start = 0; start < rows; start += STEP) {
      yield rowsOf(columns, converters, data, start, Math.min(start + STEP, rows));
    }
    first += rows;
  }
}

function checkSize({ row_groups }: FileMetaData, group: number): void {
  const bytes = Number(row_groups[group]?.total_byte_size ?? 0);
  if (bytes > MAX_ROW_GROUP) {
    throw new ItemReaderFault(
      `Row group ${group} of the Parquet file has ${bytes} bytes, more than the maximum of 256 MB.`,
    );
  }
}

/** The metadata at the end of the file, and what ends it: its length and the letters PAR1. */
async function footerOf(file: {
  byteLength: number;
  slice(start: number): Promise<ArrayBuffer>;
}): Promise<ArrayBuffer> {
  const { byteLength } = file;
  if (byteLength < 12) throw notParquet("it is too short");
  const tail = new DataView(await file.slice(byteLength - 8));
  if (tail.getUint32(4, true) !== MAGIC) throw notParquet("it does not end with PAR1");
  const length = tail.getUint32(0, true);
  if (length > byteLength - 12) throw notParquet("its footer would begin before it");
  if (length > MAX_FOOTER)
    throw new ItemReaderFault("The footer of the Parquet file is larger than the maximum of 5 MB.");
  return file.slice(byteLength - length - 8);
}

/** "PAR1" */
const MAGIC = 0x31524150;

function rowsOf(
  columns: readonly SchemaTree[],
  converters: readonly Convert[],
  data: readonly DecodedArray[],
  start: number,
  end: number,
): Json[] {
  const rows: Json[] = [];
  for (let row = start; row < end; row++) {
    rows.push(
      objectOf(
        columns.map(({ element }, column) => [element.name, (converters[column] as Convert)(data[column]?.[row])]),
      ),
    );
  }
  return rows;
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength) return buffer;
  return bytes.slice().buffer as ArrayBuffer;
}

async function within<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ItemReaderFault) throw error;
    throw notParquet((error as Error).message);
  }
}

function notParquet(reason: string): ItemReaderFault {
  return new ItemReaderFault(`The dataset is not a Parquet file that can be read: ${reason}.`);
}
