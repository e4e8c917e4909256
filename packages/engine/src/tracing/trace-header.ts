import { createHash } from "node:crypto";

/** What a header `X-Amzn-Trace-Id` says (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader). */
export interface TraceHeader {
  /** 32 hexadecimal digits: the root without its version and hyphens, as OpenTelemetry has trace ids. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span that the work belongs to. */
  readonly parentId: string | undefined;
  /** Undefined where it is left to the one who reads it. */
  readonly sampled: boolean | undefined;
}

const ROOT = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i;

/** Undefined where the text has no root that is one. */
export function parseTraceHeader(text: string): TraceHeader | undefined {
  let traceId: string | undefined;
  let parentId: string | undefined;
  for (const part of text.split(";")) {
    const [name, value = ""] = part.trim().split("=", 2);
    const key = name?.toLowerCase();
    if (key === "root") {
      const [, epoch, unique] = ROOT.exec(value.trim()) ?? [];
      traceId = epoch === undefined || unique === undefined ? undefined : (epoch + unique).toLowerCase();
    } else if (key === "parent" && /^[0-9a-f]{16}$/i.test(value.trim())) {
      parentId = value.trim().toLowerCase();
    }
  }
  return traceId === undefined ? undefined : { traceId, parentId, sampled: sampledOf(text) };
}

export function printTraceHeader({ traceId, parentId, sampled }: TraceHeader): string {
  const parent = parentId === undefined ? "" : `;Parent=${parentId}`;
  const decision = sampled === undefined ? "" : `;Sampled=${sampled ? 1 : 0}`;
  return `Root=${rootOf(traceId)}${parent}${decision}`;
}

/** `1-5759e988-bd862e3fe1be46a994272793` for `5759e988bd862e3fe1be46a994272793`. */
export function rootOf(traceId: string): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

export interface TracedStart {
  readonly arn: string;
  /** Milliseconds since the epoch. */
  readonly startDate: number;
  readonly traceHeader: string | undefined;
}

/**
 * The trace of an execution: that of its header or, where it has none or one that is malformed, a fresh one. A fresh one is made of the
 * execution's ARN and start, so it is the same whenever it is asked for and nothing has to be kept.
 */
export function traceOf({ arn, startDate, traceHeader }: TracedStart): TraceHeader {
  const given = traceHeader === undefined ? undefined : parseTraceHeader(traceHeader);
  if (given !== undefined) return given;
  const epoch = Math.floor(startDate / 1000)
    .toString(16)
    .padStart(8, "0");
  const traceId = epoch.slice(-8) + createHash("sha256").update(`trace of ${arn}`).digest("hex").slice(0, 24);
  return { traceId, parentId: undefined, sampled: traceHeader === undefined ? undefined : sampledOf(traceHeader) };
}

/** The header that calls of the execution carry where nothing is traced: what it was given, with a trace that is one. */
export function handedOn(execution: TracedStart): string | undefined {
  const { traceHeader } = execution;
  if (traceHeader === undefined || parseTraceHeader(traceHeader) !== undefined) return traceHeader;
  return printTraceHeader(traceOf(execution));
}

function sampledOf(text: string): boolean | undefined {
  const [, value] = /(?:^|;)\s*sampled\s*=\s*([01])\s*(?:;|$)/i.exec(text) ?? [];
  return value === undefined ? undefined : value === "1";
}
