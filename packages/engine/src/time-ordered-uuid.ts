import { randomFillSync } from "node:crypto";

/**
 * A UUID (RFC 9562, version 7) for an execution that is started without a name. Ordered by time, because the store keeps an
 * index of names: random names touch another page of it with every start, ordered ones the last.
 * @param now milliseconds since the epoch
 */
export function timeOrderedUuid(now: number): string {
  if (now !== lastTime) {
    lastTime = now;
    const time = now.toString(16).padStart(12, "0");
    timePart = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  }
  if (used + DIGITS > random.length) {
    random = randomFillSync(POOL).toString("hex");
    used = 0;
  }
  const at = used;
  used += DIGITS;
  const variant = "89ab".charAt(Number.parseInt(random.charAt(at + 18), 16) & 3);
  return `${timePart}${random.slice(at, at + 3)}-${variant}${random.slice(at + 3, at + 6)}-${random.slice(at + 6, at + 18)}`;
}

/** Random hexadecimal digits of one UUID: 18 in it, one that chooses the variant. */
const DIGITS = 19;
/** Random digits are drawn for many at once: one draw costs as much as a hundred uses. */
const POOL = Buffer.alloc(3800);
let random = "";
let used = 0;
let lastTime = -1;
let timePart = "";
