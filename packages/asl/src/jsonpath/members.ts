import { isObject, type Json } from "../json.js";

/**
 * Reads members of objects. Names that every object inherits (`constructor`, `__proto__`, …) are looked up as own members;
 * for all others a plain read is right and several times as fast. Values of JSON are never undefined, so undefined means
 * that there is no such member.
 */
export function memberReader(name: string): (place: Json) => Json | undefined {
  if (isInherited(name)) return (place) => (isObject(place) && Object.hasOwn(place, name) ? place[name] : undefined);
  return (place) => (isObject(place) ? place[name] : undefined);
}

/** Reads a member of a member of …; the commonest paths have one to three names and get a closure without a loop. */
export function membersReader(names: readonly string[]): (place: Json) => Json | undefined {
  const [a, b, c] = names;
  if (a === undefined) return (place) => place;
  if (names.some(isInherited)) {
    const readers = names.map(memberReader);
    return (start) => {
      let place: Json | undefined = start;
      for (const read of readers) {
        place = read(place);
        if (place === undefined) return undefined;
      }
      return place;
    };
  }
  if (b === undefined) return (place) => (isObject(place) ? place[a] : undefined);
  if (c === undefined) {
    return (place) => {
      const first = isObject(place) ? place[a] : undefined;
      return isObject(first) ? first[b] : undefined;
    };
  }
  if (names.length === 3) {
    return (place) => {
      const first = isObject(place) ? place[a] : undefined;
      const second = isObject(first) ? first[b] : undefined;
      return isObject(second) ? second[c] : undefined;
    };
  }
  return (start) => {
    let place: Json | undefined = start;
    for (const name of names) {
      if (!isObject(place)) return undefined;
      place = place[name];
    }
    return place;
  };
}

function isInherited(name: string): boolean {
  return name in Object.prototype;
}
