import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { endianness } from "node:os";

/**
 * Looks for damage in a write-ahead log (https://www.sqlite.org/fileformat2.html#the_write_ahead_log). SQLite takes a log up to its first frame
 * that is not whole, as a crash leaves one, and says nothing of what follows. But each commit is on the disk before the next one is
 * written: where a commit that was begun after another stands behind such a frame, no crash has done that, and something that was
 * acknowledged would be lost.
 *
 * @returns the offset of the frame in the file; undefined where the log, or all that a crash can have left of it, is whole
 */
export function damageOfLog(file: string): number | undefined {
  const first = look(file);
  // While another process writes, what was read is of two moments. It would have to come to rest.
  return first?.offset !== undefined && look(file)?.state === first.state ? first.offset : undefined;
}

const HEADER = 32;
const FRAME_HEADER = 24;
/** SQLite sums words as the machine has them that began the log, and says so in its first four bytes. Data that moves to another kind is not looked at. */
const MAGIC = endianness() === "LE" ? 0x377f0682 : 0x377f0683;
/** That the store has; a damaged header cannot say it. */
const PAGE_SIZE = 4096;
const FRAME = FRAME_HEADER + PAGE_SIZE;
/** 1 MB. */
const FRAMES_AT_ONCE = 255;

function look(file: string): { readonly offset: number | undefined; readonly state: string } | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch {
    // There is none, or whoever opens the database hears what is wrong with it.
    return undefined;
  }
  try {
    const { size, mtimeMs } = fstatSync(descriptor);
    return { offset: firstDamage(descriptor, size), state: `${size} ${mtimeMs}` };
  } finally {
    closeSync(descriptor);
  }
}

function firstDamage(descriptor: number, size: number): number | undefined {
  const header = Buffer.alloc(HEADER);
  if (size < HEADER || readSync(descriptor, header, 0, HEADER, 0) < HEADER) return undefined;
  const block = Buffer.from(new ArrayBuffer(FRAMES_AT_ONCE * FRAME));
  const words = new Int32Array(block.buffer);
  const headerSums = sumsOf(new Int32Array(new Uint8Array(header).buffer), 0, 6, [0, 0]);
  const isHeaderWhole = header.readUInt32BE(0) === MAGIC && isAt(header, 24, headerSums);
  if (isHeaderWhole && header.readUInt32BE(8) !== PAGE_SIZE) return undefined;
  let salt = isHeaderWhole ? header.toString("latin1", 16, 24) : undefined;
  let sums = isHeaderWhole ? headerSums : undefined;
  let damage = isHeaderWhole ? undefined : 0;
  /** Of the frames that follow each other whole: whether one of them ends a commit. */
  let hasCommit = false;
  for (let offset = HEADER; offset + FRAME <= size; offset += block.length) {
    const read = readSync(descriptor, block, 0, block.length, offset);
    for (let at = 0; at + FRAME <= read; at += FRAME) {
      const own = block.toString("latin1", at + 8, at + 16);
      salt ??= own;
      const word = at / 4;
      const isWhole =
        own === salt &&
        sums !== undefined &&
        isAt(block, at + 16, sumsOf(words, word + 6, word + FRAME / 4, sumsOf(words, word, word + 2, sums)));
      if (isWhole) {
        if (damage !== undefined && hasCommit) return damage;
        hasCommit ||= block.readUInt32BE(at + 4) > 0;
      } else {
        damage ??= offset + at;
        hasCommit = false;
      }
      sums = [block.readUInt32BE(at + 16), block.readUInt32BE(at + 20)];
    }
  }
  return undefined;
}

type Sums = readonly [number, number];

function sumsOf(words: Int32Array, from: number, to: number, [start0, start1]: Sums): Sums {
  let sum0 = start0 | 0;
  let sum1 = start1 | 0;
  for (let at = from; at < to; at += 2) {
    sum0 = (sum0 + (words[at] as number) + sum1) | 0;
    sum1 = (sum1 + (words[at + 1] as number) + sum0) | 0;
  }
  return [sum0 >>> 0, sum1 >>> 0];
}

function isAt(bytes: Buffer, offset: number, [sum0, sum1]: Sums): boolean {
  return bytes.readUInt32BE(offset) === sum0 && bytes.readUInt32BE(offset + 4) === sum1;
}
