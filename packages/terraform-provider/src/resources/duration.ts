/** Milliseconds of the units that Terraform's timeouts are written in: Go's durations, such as `30s`, `5m` or `1h30m`. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds, undefined where the text is no duration or one that goes back. */
export function parseDuration(text: string): number | undefined {
  const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/y;
  let total = 0;
  let at = text.startsWith("+") ? 1 : 0;
  if (at === text.length) return undefined;
  if (text.slice(at) === "0") return 0;
  while (at < text.length) {
    part.lastIndex = at;
    const match = part.exec(text);
    if (match === null) return undefined;
    const [whole, amount = "", unit = ""] = match;
    total += Number(amount) * (UNITS[unit] ?? 0);
    at += whole.length;
  }
  return total;
}
