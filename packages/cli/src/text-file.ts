import { readFile } from "node:fs/promises";
import { CommandError } from "./exit-code.js";

/**
 * A file's text without a byte order mark, which JSON does not have.
 * @throws CommandError where the file cannot be read.
 */
export async function readTextFile(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${readingFault(error as NodeJS.ErrnoException)}`);
  }
}

function readingFault({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "it is a folder";
    case "EACCES":
      return "access is denied";
    default:
      return message;
  }
}
