/**
 * A pattern of StringMatches: `*` stands for any number of characters, `\*` for an asterisk, `\\` for a backslash. The
 * test takes time linear in the text for each literal of the pattern: there is nothing to backtrack over, because the
 * first place where a literal between two asterisks fits is as good as any other.
 */
export function compileStringPattern(pattern: string): (text: string) => boolean {
  const literals = [""];
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    if (character === "*") literals.push("");
    else {
      const next = pattern.charAt(index + 1);
      const escaped = character === "\\" && (next === "*" || next === "\\");
      if (escaped) index++;
      literals[literals.length - 1] += escaped ? next : character;
    }
  }
  const first = literals[0] ?? "";
  if (literals.length === 1) return (text) => text === first;
  const last = literals[literals.length - 1] ?? "";
  const inner = literals.slice(1, -1).filter((literal) => literal !== "");
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    const end = text.length - last.length;
    for (const literal of inner) {
      const found = text.indexOf(literal, from);
      if (found === -1 || found + literal.length > end) return false;
      from = found + literal.length;
    }
    return true;
  };
}
