/** Messages on the pipe between Pawl and a process that runs a Node handler: a length, a kind and a text. */
export interface Frame {
  readonly kind: FrameKind;
  readonly text: string;
}

/**
 * `invoke`: an event for the handler. `ready`: it was loaded. `returned`, `failed`: what became of the event, as JSON text.
 * `broken`: as `failed`, and the process ends.
 */
export type FrameKind = keyof typeof CODES;

const CODES = { invoke: 1, ready: 2, returned: 3, failed: 4, broken: 5 } as const;
const KINDS = Object.fromEntries(Object.entries(CODES).map(([kind, code]) => [code, kind])) as Record<
  number,
  FrameKind
>;
const HEAD_BYTES = 5;

export function frame(kind: FrameKind, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const buffer = Buffer.allocUnsafe(HEAD_BYTES + length);
  buffer.writeUInt32BE(length, 0);
  buffer.writeUInt8(CODES[kind], 4);
  buffer.write(text, HEAD_BYTES);
  return buffer;
}

/** Takes the bytes as they come and gives whole frames. */
export function frameReader(receive: (frame: Frame) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let size = 0;
  let needed = HEAD_BYTES;
  return (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    // A large frame comes in many chunks: nothing is joined before there is something to read.
    if (size < needed) return;
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      needed = HEAD_BYTES;
      if (bytes.length < needed) break;
      needed += bytes.readUInt32BE(0);
      if (bytes.length < needed) break;
      const kind = KINDS[bytes.readUInt8(4)];
      const text = bytes.toString("utf8", HEAD_BYTES, needed);
      bytes = bytes.subarray(needed);
      if (kind !== undefined) receive({ kind, text });
    }
    chunks = bytes.length === 0 ? [] : [bytes];
    size = bytes.length;
  };
}

/** What an `invoke` frame holds: the head as JSON on the first line, then the payload. */
export interface InvocationHead {
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly invokedFunctionArn: string;
  readonly traceHeader?: string | undefined;
  /** Base64 of JSON. */
  readonly clientContext?: string | undefined;
}
