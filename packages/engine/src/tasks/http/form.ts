import { isObject, type Json, printJson } from "@pawl/asl";

/** How a list is written in a form or a query (`ArrayFormat` of an HTTP task). */
export const ARRAY_FORMATS = ["INDICES", "REPEAT", "COMMAS", "BRACKETS"] as const;
export type ArrayFormat = (typeof ARRAY_FORMATS)[number];

/**
 * `application/x-www-form-urlencoded`: members within members as `a[b]=1`, lists in the format that is wanted
 * (https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html, "URL encoding").
 */
export function printForm(value: Json, format: ArrayFormat = "INDICES"): string {
  return [...pairs(value, "", format)]
    .map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`)
    .join("&");
}

function* pairs(value: Json, name: string, format: ArrayFormat): Generator<[string, string]> {
  if (Array.isArray(value)) {
    if (format === "COMMAS") {
      yield [name, value.map((item) => textOf(item)).join(",")];
      return;
    }
    for (const [index, item] of value.entries()) {
      const suffix = format === "INDICES" ? `[${index}]` : format === "BRACKETS" ? "[]" : "";
      yield* pairs(item, `${name}${suffix}`, format);
    }
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      yield* pairs(member, name === "" ? key : `${name}[${key}]`, format);
    }
  } else {
    yield [name, textOf(value)];
  }
}

/** A value as it stands in a form, a query or a header. */
export function textOf(value: Json): string {
  if (value === null) return "";
  return typeof value === "string" ? value : printJson(value);
}
