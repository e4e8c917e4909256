// What the language needs of the platform: browsers and Node both have it, the ECMAScript library does not declare it.

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

declare class TextDecoder {
  constructor(encoding: "utf-8", options: { readonly ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

/** One byte a character, as `atob` and `btoa` have it. */
declare function btoa(binary: string): string;
declare function atob(base64: string): string;
