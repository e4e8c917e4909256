/** Where a JSON text's values stand. Offsets count from 0. */
export interface Outline {
  readonly at: number;
  /** Of an object, in order; a name that stands twice is there twice. */
  readonly members: Member[];
  /** Of an array. */
  readonly elements: Outline[];
}

export interface Member {
  readonly name: string;
  /** Where the name stands. */
  readonly at: number;
  readonly value: Outline;
}

/** A text that is no JSON. */
export class JsonFault extends Error {
  /** Where the first character stands that cannot be there; the text's end where something is missing. */
  readonly offset: number;

  constructor(offset: number) {
    super(`no JSON at offset ${offset}`);
    this.offset = offset;
  }
}

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
const STRING_START = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/**
 * Outlines a JSON text. Nesting costs memory, not stack.
 * @throws JsonFault
 */
export function outlineJson(text: string): Outline {
  const open: { readonly value: Outline; readonly closer: "}" | "]" }[] = [];
  let position = 0;
  let root: Outline | undefined;
  let pending: { readonly name: string; readonly at: number } | undefined;

  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    const match = pattern.exec(text)?.[0];
    position += match?.length ?? 0;
    return match;
  };
  const takeCharacter = (character: string): boolean => {
    take(SPACE);
    const found = text[position] === character;
    position += found ? 1 : 0;
    return found;
  };
  const takeString = (): string | undefined => {
    const start = take(STRING_START);
    if (start !== undefined && text[position] !== '"') throw new JsonFault(position);
    position += start === undefined ? 0 : 1;
    return start && `${start}"`;
  };
  const takeName = (): void => {
    take(SPACE);
    const at = position;
    const name = takeString();
    if (name === undefined || !takeCharacter(":")) throw new JsonFault(position);
    pending = { name: JSON.parse(name) as string, at };
  };
  const place = (value: Outline): void => {
    const parent = open.at(-1)?.value;
    if (parent === undefined) root = value;
    else if (pending === undefined) parent.elements.push(value);
    else parent.members.push({ ...pending, value });
    pending = undefined;
  };
  /** Takes a scalar, or the start of an object or array; true where a value must come next. */
  const takeValue = (): boolean => {
    take(SPACE);
    const value: Outline = { at: position, members: [], elements: [] };
    const opener = text[position];
    if (opener !== "{" && opener !== "[") {
      if ((takeString() ?? take(NUMBER) ?? take(WORD)) === undefined) throw new JsonFault(position);
      place(value);
      return false;
    }
    position += 1;
    place(value);
    const closer = opener === "{" ? "}" : "]";
    if (takeCharacter(closer)) return false;
    open.push({ value, closer });
    if (opener === "{") takeName();
    return true;
  };
  /** Takes what follows a value: closers, and a comma before the next one. True where a value must come next. */
  const takeSeparator = (): boolean => {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (takeCharacter(",")) {
        if (top.closer === "}") takeName();
        return true;
      }
      if (!takeCharacter(top.closer)) throw new JsonFault(position);
      open.pop();
    }
    return false;
  };

  while (takeValue() || takeSeparator());
  take(SPACE);
  if (root === undefined || position < text.length) throw new JsonFault(position);
  return root;
}
