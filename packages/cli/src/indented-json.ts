import { printable } from "./screen.js";

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * A JSON text indented for reading: token by token, so that numbers, the order of keys and names that stand twice are shown
 * as they are. A text that is no JSON stays as it is.
 */
export function indentedJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return printable(text);
  }
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  let shown = "";
  tokens.forEach((token, index) => {
    const opens = token === "{" || token === "[";
    const closes = token === "}" || token === "]";
    const before = tokens[index - 1];
    const isEmpty = closes && (before === "{" || before === "[");
    if (closes) depth -= 1;
    if (closes && !isEmpty) shown += newLine(depth);
    shown += token === ":" ? ": " : token;
    if (opens) depth += 1;
    const after = tokens[index + 1];
    if (token === "," || (opens && after !== "}" && after !== "]")) shown += newLine(depth);
  });
  return printable(shown);
}

function newLine(depth: number): string {
  return `\n${"  ".repeat(depth)}`;
}
