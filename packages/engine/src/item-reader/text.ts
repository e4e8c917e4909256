import { ItemReaderFault } from "./fault.js";

/** Bytes that are decoded at a time. */
const STEP = 64 * 1024;

/** The text that the bytes are in UTF-8, without a byte order mark, in pieces that end between characters. */
export async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const part of bytes) {
    for (let start = 0; start < part.length; start += STEP) {
      const text = decode(() => decoder.decode(part.subarray(start, start + STEP), { stream: true }));
      if (text !== "") yield text;
    }
  }
  const rest = decode(() => decoder.decode());
  if (rest !== "") yield rest;
}

function decode(step: () => string): string {
  try {
    return step();
  } catch {
    throw new ItemReaderFault("The dataset is not text in UTF-8.");
  }
}
