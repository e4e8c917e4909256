import { exactNumbersExist } from "../exact-number.js";
import { ExactNumber, isObject, type Json, objectOf } from "../json.js";

/**
 * The value with the nearest double in place of each ExactNumber: JSONata computes with doubles. What holds none is given as
 * it is, not copied.
 */
export function withDoubles(value: Json): Json {
  return exactNumbersExist() ? convert(value) : value;
}

function convert(value: Json): Json {
  if (value instanceof ExactNumber) return Number(value.text);
  if (Array.isArray(value)) {
    let copy: Json[] | undefined;
    for (const [index, item] of value.entries()) {
      const converted = convert(item);
      if (converted === item) continue;
      copy ??= [...value];
      copy[index] = converted;
    }
    return copy ?? value;
  }
  if (!isObject(value)) return value;
  let changed = false;
  const members = Object.entries(value).map(([name, member]): [string, Json] => {
    const converted = convert(member);
    if (converted !== member) changed = true;
    return [name, converted];
  });
  return changed ? objectOf(members) : value;
}
