import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StoreError } from "../store/store-error.js";
import { newPageTokenKey, PAGE_TOKEN_KEY_BYTES } from "./page-token.js";

/**
 * The key of a data folder's page tokens: the file `page-token.key`, for this user alone, made where it does not exist. Call it when
 * the folder is open, so that no other process makes one, too.
 * @throws StoreError where it can be neither read nor made
 */
export async function pageTokenKey(folder: string): Promise<Uint8Array> {
  const file = join(resolve(folder), "page-token.key");
  try {
    const known = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      return undefined;
    });
    if (known?.length === PAGE_TOKEN_KEY_BYTES) return known;
    // A key that is not whole comes to nothing but tokens that must be asked for again.
    const key = newPageTokenKey();
    const arriving = `${file}.new`;
    await rm(arriving, { force: true });
    await writeFile(arriving, key, { mode: 0o600, flag: "wx", flush: true });
    await rename(arriving, file);
    return key;
  } catch (error) {
    throw new StoreError("unwritable", `The key file ${file} cannot be used: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
