import { RE2JS, RE2JSException } from "re2js";

/**
 * A regular expression of a user. It runs on RE2, whose time grows with the text's length and never explodes; look-around
 * and back-references, which cannot be had at that price, are not understood.
 */
export interface RegularExpression {
  /** The work of matching one character in the worst case: a number of automaton states. */
  readonly size: number;
  /** True where the expression matches the whole text. */
  matches(text: string): boolean;
}

/** Bounds of an expression: parsing takes time of its own, and matching takes size × length in the worst case. */
const MAX_LENGTH = 2_000;
const MAX_SIZE = 2_000;

/** Java's embedded flags (java.util.regex.Pattern): those left out here (`d`, `u`, `U`) change nothing in RE2. */
const FLAGS: Record<string, () => number> = {
  i: () => RE2JS.CASE_INSENSITIVE,
  s: () => RE2JS.DOTALL,
  m: () => RE2JS.MULTILINE,
  d: () => 0,
  u: () => 0,
  U: () => 0,
};

/**
 * @param flags letters as in Java: `i`, `s`, `m`, `d`, `u`, `U`
 * @throws SyntaxError where the expression is wrong, too large, or needs what RE2 does not have.
 */
export function compileRegularExpression(source: string, flags = ""): RegularExpression {
  if (source.length > MAX_LENGTH) throw new SyntaxError(`a regular expression has at most ${MAX_LENGTH} characters`);
  let bits = 0;
  for (const flag of flags) {
    const bit = Object.hasOwn(FLAGS, flag) ? FLAGS[flag] : undefined;
    if (bit === undefined) throw new SyntaxError(`'${flag}' is not a flag of a regular expression`);
    bits |= bit();
  }
  const expression = compile(source, bits);
  const size = expression.programSize();
  if (size > MAX_SIZE) throw new SyntaxError("the regular expression is too large");
  return { size, matches: (text) => expression.testExact(text) };
}

function compile(source: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(source, flags);
  } catch (error) {
    if (error instanceof RE2JSException) throw new SyntaxError(error.message);
    throw error;
  }
}
