/** A date of the service as states have it: RFC 3339, in whole seconds. */
export function timestamp(date: Date | undefined): string {
  return date === undefined ? "" : `${date.toISOString().slice(0, 19)}Z`;
}
