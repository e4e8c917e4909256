import { ExactNumber, type Json, objectOf, parseJson } from "@pawl/asl";
import type { SchemaElement, SchemaTree } from "hyparquet";

/** Makes JSON of a value as the library gives it. */
export type Convert = (value: unknown) => Json;

/** What makes JSON of a value of this column, or of a part of it. */
export function converterOf(node: SchemaTree, isList = node.element.repetition_type === "REPEATED"): Convert {
  const { element, children } = node;
  const inner = element.converted_type === "LIST" ? children[0] : undefined;
  let convert: Convert;
  if (inner !== undefined) {
    const item = inner.children.length === 1 && inner.children[0] !== undefined ? inner.children[0] : inner;
    convert = listOf(converterOf(item, false));
  } else if (element.converted_type === "MAP" && children[0]?.children[1] !== undefined) {
    const member = converterOf(children[0].children[1]);
    convert = (value) => objectOf(Object.entries(value as object).map(([key, each]) => [key, member(each)]));
  } else if (children.length > 0) {
    const members = children.map((child) => [child.element.name, converterOf(child)] as const);
    convert = (value) =>
      objectOf(members.map(([name, of]) => [name, of((value as Readonly<Record<string, unknown>>)[name])]));
  } else {
    convert = leafConverter(element);
  }
  if (isList) convert = listOf(convert);
  return (value) => (value === null || value === undefined ? null : convert(value));
}

function listOf(convert: Convert): Convert {
  return (value) => Array.from(value as ArrayLike<unknown>, convert);
}

function leafConverter(element: SchemaElement): Convert {
  const { converted_type: type, logical_type: logical, scale = 0 } = element;
  if (type === "DECIMAL" || logical?.type === "DECIMAL") {
    // Taken away from the element, so that what is read is the digits, not the nearest double.
    delete element.converted_type;
    delete element.logical_type;
    const places = logical?.type === "DECIMAL" ? logical.scale : scale;
    return (value) =>
      decimal(value instanceof Uint8Array ? integerOf(value) : BigInt(value as number | bigint), places);
  }
  if (logical?.type === "TIME" || type === "TIME_MILLIS" || type === "TIME_MICROS") {
    const unit = logical?.type === "TIME" ? logical.unit : type === "TIME_MILLIS" ? "MILLIS" : "MICROS";
    return (value) => timeOfDay(BigInt(value as number | bigint), unit);
  }
  return scalar;
}

function scalar(value: unknown): Json {
  if (value instanceof ExactNumber || Array.isArray(value)) return value;
  switch (typeof value) {
    case "bigint":
      return parseJson(String(value));
    case "number":
      // JSON has no infinity.
      return Number.isFinite(value) ? value : String(value);
    case "string":
    case "boolean":
      return value;
  }
  return value instanceof Uint8Array ? textOrBase64(value) : parseJson(JSON.stringify(value) ?? "null");
}

/** Files of older writers do not say which bytes are texts. */
function textOrBase64(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString("base64");
  }
}

/** Big endian, two's complement. */
function integerOf(bytes: Uint8Array): bigint {
  const value = bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  return BigInt.asIntN(bytes.length * 8, value);
}

function decimal(unscaled: bigint, scale: number): Json {
  if (scale <= 0) return parseJson(String(unscaled * 10n ** BigInt(-scale)));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  return parseJson(`${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`);
}

const FRACTION_DIGITS = { MILLIS: 3, MICROS: 6, NANOS: 9 };

function timeOfDay(value: bigint, unit: keyof typeof FRACTION_DIGITS): string {
  const digits = FRACTION_DIGITS[unit];
  const perSecond = 10n ** BigInt(digits);
  const seconds = Number(value / perSecond);
  const part = (number: number): string => String(number).padStart(2, "0");
  const time = `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
  return time + fraction(value % perSecond, digits);
}

/** ISO 8601 with as many digits of a second as the time has. */
function instant(units: bigint, digits: number): string {
  const perSecond = 10n ** BigInt(digits);
  let seconds = units / perSecond;
  let rest = units % perSecond;
  if (rest < 0n) {
    seconds -= 1n;
    rest += perSecond;
  }
  const milliseconds = Number(seconds) * 1000;
  // Beyond what a date can be: the number itself.
  if (Math.abs(milliseconds) > 8.64e15) return String(units);
  return `${new Date(milliseconds).toISOString().slice(0, -5)}${fraction(rest, digits)}Z`;
}

function fraction(units: bigint, digits: number): string {
  return units === 0n ? "" : `.${String(units).padStart(digits, "0").replace(/0+$/, "")}`;
}

/** How the library is to read what has a meaning beyond its type. It asks for values that are not there, too. */
export const PARSERS = {
  timestampFromMilliseconds: there((value: bigint) => instant(BigInt(value), 3)),
  timestampFromMicroseconds: there((value: bigint) => instant(BigInt(value), 6)),
  timestampFromNanoseconds: there((value: bigint) => instant(BigInt(value), 9)),
  dateFromDays: there((days: number) => instant(BigInt(days) * 86_400n, 0).slice(0, -"T00:00:00Z".length)),
  jsonFromBytes: there((bytes: Uint8Array) => parseJson(textOrBase64(bytes))),
  stringFromBytes: there(textOrBase64),
  // As they are: well-known binary.
  geometryFromBytes: there((bytes: Uint8Array) => bytes),
  geographyFromBytes: there((bytes: Uint8Array) => bytes),
};

function there<Value, Result>(parse: (value: Value) => Result): (value: Value) => Result | undefined {
  return (value) => (value === undefined || value === null ? undefined : parse(value));
}
