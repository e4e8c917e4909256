import type { SeededRandom } from "../simulation/random.js";

/** Values that break assumptions: about size, depth, encoding, numbers and names. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  -0,
  Number.MAX_SAFE_INTEGER,
  "",
  " ",
  "a",
  "$",
  "$.",
  "$$",
  "$.a[*].b",
  "{% $ %}",
  "{% ",
  "States.Format('{}', $.a)",
  "\u0000",
  "\ud800",
  "é😀",
  "constructor",
  "__proto__",
  "x".repeat(300),
  [],
  {},
  [[[[[[]]]]]],
  { a: { b: { c: null } } },
];

const ODD_NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "",
  "length",
  "Next",
  "States",
  "a.$",
  "$",
];

/** Pieces of texts that mean something to one of the languages. */
const PIECES = [
  ..."$ . .. [ ] ( ) { } * ? @ , : ; ' \" \\ / % & | ! = < > + - ~ ^ # ` 0 1 -1 1e9 a b ".split(" "),
  "$.",
  "$$.",
  "[*]",
  "[?(@.a)]",
  "{% ",
  " %}",
  "$states.input",
  "$map(",
  "function($x){",
  "States.",
  "\n",
  "\u2028",
  "\ud83d",
];

/** Changes a text in a few places: takes pieces out, puts others in, doubles some. */
export function mutateText(text: string, random: SeededRandom, pieces: readonly string[] = PIECES): string {
  let changed = text;
  for (let times = random.between(1, 4); times > 0; times--) {
    const from = random.below(changed.length + 1);
    const to = Math.min(changed.length, from + random.below(6));
    const middle = random.pick([
      () => "",
      () => random.pick(pieces),
      () => changed.slice(from, to).repeat(random.between(2, 20)),
      () => String.fromCharCode(random.below(0x10000)),
      () => random.pick(pieces) + changed.slice(from, to),
    ])();
    changed = (changed.slice(0, from) + middle + changed.slice(to)).slice(0, 20_000);
  }
  return changed;
}

/** A JSON value with a few members and items changed, removed, doubled or moved. */
export function mutateJson(value: unknown, random: SeededRandom): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  const holder = { root: copy };
  for (let times = random.between(1, 4); times > 0; times--) {
    const places = [...placesIn(holder)];
    const { object, key } = random.pick(places);
    const other = random.pick(places);
    const isRoot = object === holder;
    random.pick([
      () => setOwn(object, key, structuredClone(random.pick(ODD_VALUES))),
      () => {
        if (!isRoot && !Array.isArray(object)) Reflect.deleteProperty(object, key);
      },
      () => setOwn(object, key, JSON.parse(JSON.stringify(other.object[other.key] ?? null))),
      () => {
        if (!isRoot) setOwn(object, Array.isArray(object) ? object.length : random.pick(ODD_NAMES), object[key]);
      },
      () => {
        const text = object[key];
        if (typeof text === "string") setOwn(object, key, mutateText(text, random));
      },
      () => {
        if (!isRoot && !Array.isArray(object)) setOwn(object, mutateText(String(key), random), object[key]);
      },
    ])();
  }
  return holder.root;
}

type Holder = Record<string | number, unknown>;

function* placesIn(object: object): Iterable<{ object: Holder; key: string | number }> {
  for (const key of Object.keys(object)) {
    const holder = object as Holder;
    yield { object: holder, key };
    const value = holder[key];
    if (typeof value === "object" && value !== null) yield* placesIn(value);
  }
}

/** As JSON.parse sets members: `__proto__` is one like any other. */
function setOwn(object: Holder, key: string | number, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

export { ODD_NAMES, ODD_VALUES };
