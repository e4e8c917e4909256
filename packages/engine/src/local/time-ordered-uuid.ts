import { randomFillSync } from "node:crypto";

/**
 * A UUID (RFC 9562, version 7) for an execution that is started without a name. Ordered by time, because the store keeps an
 * index of names: random names touch another page of it with every start, ordered ones the last.
 * @param now milliseconds since the epoch
 */
export function timeOrderedUuid(now: number): string {
  if (used + 10 > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  const time = now.toString(16).padStart(12, "0");
  const random = POOL.toString("hex", used, used + 10);
  used += 10;
  const variant = ((Number.parseInt(random.charAt(3), 16) & 3) | 8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

/** Random bytes are drawn for many at once: one draw costs as much as a hundred uses. */
const POOL = Buffer.alloc(4000);
let used = POOL.length;
