/** What no input may touch: the objects that everything else is made of, and the globals of the process. */
const PROTOTYPES = [Object, Array, Function, String, Number, Boolean, RegExp, Map, Set, Promise, Error, Date].map(
  ({ name, prototype }) => ({ name, prototype: prototype as object }),
);

/** @returns a function that throws where something has changed since */
export function watchIntegrity(): () => void {
  const before = snapshot();
  return () => {
    const now = snapshot();
    const changed = [...now].filter(([name, keys]) => before.get(name) !== keys).map(([name]) => name);
    if (changed.length > 0) throw new Error(`an input has changed ${changed.join(", ")}`);
  };
}

function snapshot(): Map<string, string> {
  const keys = (object: object): string => Reflect.ownKeys(object).map(String).sort().join(" ");
  return new Map([
    ...PROTOTYPES.map(({ name, prototype }) => [`${name}.prototype`, keys(prototype)] as const),
    // Node itself adds symbols, the first time that something is fetched.
    ["globalThis", Object.getOwnPropertyNames(globalThis).sort().join(" ")],
    ["process.env", keys(process.env)],
  ]);
}
