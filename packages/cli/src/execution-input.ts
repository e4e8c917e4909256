import { text } from "node:stream/consumers";
import { CommandError } from "./exit-code.js";
import { readTextFile } from "./text-file.js";

/**
 * The input that `--input` names: a JSON text itself, `@file` for a file's content, `-` for standard input; `{}` where
 * the flag is absent, as the API has it.
 * @throws CommandError where it cannot be read or is no JSON.
 */
export async function readInput(flag: string | undefined): Promise<string> {
  if (flag === undefined) {
    return "{}";
  }
  const [content, from] = await contentOf(flag);
  try {
    JSON.parse(content);
  } catch (error) {
    throw new CommandError(`The input${from} is no JSON: ${(error as SyntaxError).message}`);
  }
  return content;
}

async function contentOf(flag: string): Promise<[content: string, from: string]> {
  if (flag === "-") {
    return [await text(process.stdin), " from standard input"];
  }
  if (!flag.startsWith("@")) {
    return [flag, ""];
  }
  const file = flag.slice(1);
  return [await readTextFile(file), ` in ${file}`];
}
