import { randomInt } from "node:crypto";

/**
 * Names that are made here end as Terraform's own do: 18 digits of time, 8 hexadecimal ones of a counter. So a name's prefix
 * can be read back from it, whichever provider made it.
 */
const SUFFIX_LENGTH = 26;

/** The longest prefix that leaves room for the rest of an 80-character name. */
export const MAX_PREFIX_LENGTH = 80 - SUFFIX_LENGTH;

/** The prefix where neither a name nor a prefix is configured. */
export const DEFAULT_PREFIX = "terraform-";

// The counter starts anywhere, because the next process may come in the same tenth of a millisecond.
let counter = randomInt(0x1_0000_0000);

export function generatedName(prefix: string, now: Date = new Date()): string {
  const digits = now.toISOString().replace(/\D/g, "");
  counter = (counter + 1) % 0x1_0000_0000;
  return `${prefix}${digits}0${counter.toString(16).padStart(8, "0")}`;
}

/** The prefix of a name that was made of one; empty for other names. */
export function prefixOf(name: string): string {
  return /^[0-9a-f]{26}$/i.test(name.slice(-SUFFIX_LENGTH)) ? name.slice(0, -SUFFIX_LENGTH) : "";
}
