import { ServerError } from "../server-error.js";

/** One who may call: knows the secret that belongs to the id. */
export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  /** The account whose resources it sees, 12 digits; absent: the server's own account, or the id where that is 12 digits. */
  readonly accountId?: string;
}

/**
 * Reads access keys: `ID:SECRET` or `ID:SECRET:ACCOUNT`, with white space or commas between them; what follows a `#` at the
 * beginning of a line is a comment.
 *
 * @param from what the text is, for messages; they never show the text itself
 * @throws ServerError
 */
export function parseAccessKeys(text: string, from: string): AccessKey[] {
  const words = text
    .replace(/^\s*#.*$/gm, "")
    .split(/[\s,]+/)
    .filter((word) => word !== "");
  return words.map((word, index) => {
    const [id = "", secret = "", accountId, ...more] = word.split(":");
    const which = `Access key ${index + 1} of ${from}`;
    if (!/^[\w.-]{1,128}$/.test(id) || secret === "" || more.length > 0) {
      throw new ServerError(`${which} is not of the form ID:SECRET or ID:SECRET:ACCOUNT`);
    }
    if (accountId !== undefined && !/^\d{12}$/.test(accountId)) {
      throw new ServerError(`${which} has an account that is not of 12 digits`);
    }
    return accountId === undefined ? { id, secret } : { id, secret, accountId };
  });
}

/** @throws ServerError where an id comes twice */
export function keysById(keys: readonly AccessKey[]): ReadonlyMap<string, AccessKey> {
  const byId = new Map<string, AccessKey>();
  for (const key of keys) {
    if (byId.has(key.id)) {
      throw new ServerError(`The access key ${key.id} is given twice`);
    }
    byId.set(key.id, key);
  }
  return byId;
}
