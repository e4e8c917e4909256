/**
 * ISO 8601 extended offset date-times, as Wait states and Choice rules take them: RFC 3339 with an upper-case `T` and an
 * upper-case `Z` or a numeric offset (spec, "Timestamps"; the service parses them with java.time's ISO_OFFSET_DATE_TIME).
 */
const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9})?)?)?(?:Z|([+-])(\d\d):(\d\d)(?::(\d\d))?)$/;

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A point in time: whole milliseconds since the epoch, and the nanoseconds beyond them (0 to 999,999). */
export interface Instant {
  readonly milliseconds: number;
  readonly nanoseconds: number;
}

/** The point in time that a text names; undefined where the text is no timestamp. */
export function parseTimestamp(text: string): Instant | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes, offsetSeconds] = match;
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const days = Number(month) === 2 && leap ? 29 : (DAYS[Number(month) - 1] ?? 0);
  if (Number(day) < 1 || Number(day) > days) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined;
  const offset = Number(offsetHours ?? 0) * 3600 + Number(offsetMinutes ?? 0) * 60 + Number(offsetSeconds ?? 0);
  if (Number(offsetMinutes ?? 0) > 59 || Number(offsetSeconds ?? 0) > 59 || offset > 18 * 3600) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second ?? 0));
  const nanoseconds = Number((fraction ?? "").padEnd(9, "0"));
  const milliseconds = date.getTime() - (sign === "-" ? -offset : offset) * 1000 + Math.floor(nanoseconds / 1e6);
  return { milliseconds, nanoseconds: nanoseconds % 1e6 };
}

/** Negative where `a` is earlier than `b`, 0 where they are the same point in time. */
export function compareInstants(a: Instant, b: Instant): number {
  return a.milliseconds - b.milliseconds || a.nanoseconds - b.nanoseconds;
}
