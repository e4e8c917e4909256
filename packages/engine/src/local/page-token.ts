import type { Page, PageRequest } from "../engine.js";
import { ServiceError } from "../service-error.js";
import type { ListPlace } from "../store/store.js";

/** Tokens of paged listings: opaque to callers, bound to the listing they came from. */

/** @param listing what is listed, with all that must stay the same between pages */
export function printPageToken(listing: string, position: string): string {
  return Buffer.from(JSON.stringify([listing, position])).toString("base64url");
}

/** The position of the token. @throws ServiceError InvalidToken where it is not a token of this listing */
export function parsePageToken(listing: string, token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(parsed) && parsed.length === 2 && parsed[0] === listing && typeof parsed[1] === "string") {
      return parsed[1];
    }
  } catch {
    // Not a token at all.
  }
  throw invalidToken();
}

/** The position of the token as a number. @throws ServiceError InvalidToken */
export function parseNumberToken(listing: string, token: string | undefined): number | undefined {
  const position = parsePageToken(listing, token);
  if (position === undefined) return undefined;
  if (!/^\d{1,15}$/.test(position)) throw invalidToken();
  return Number(position);
}

const invalidToken = (): ServiceError => new ServiceError("InvalidToken", "Invalid Token: 'Invalid token'");

/** One page of a listing that is ordered by creation date and ARN. */
export async function pageByCreation<Row extends ListPlace, Item>(
  listing: string,
  { maxResults, nextToken }: PageRequest,
  read: (limit: number, after?: ListPlace) => Promise<Row[]>,
  itemOf: (row: Row) => Item | Promise<Item>,
): Promise<Page<Item>> {
  // One more than asked for tells whether there is another page.
  const rows = await read(maxResults + 1, parsePlace(parsePageToken(listing, nextToken)));
  const page = rows.slice(0, maxResults);
  const items = await Promise.all(page.map(itemOf));
  const last = page.at(-1);
  if (rows.length <= maxResults || last === undefined) return { items };
  const { creationDate, arn } = last;
  return { items, nextToken: printPageToken(listing, `${creationDate} ${arn}`) };
}

function parsePlace(position: string | undefined): ListPlace | undefined {
  if (position === undefined) return undefined;
  const [, creationDate, arn] = /^(\d{1,15}) (.+)$/.exec(position) ?? [];
  if (creationDate === undefined || arn === undefined) throw invalidToken();
  return { creationDate: Number(creationDate), arn };
}

/**
 * One page of a listing that is in memory as a whole.
 * @param keyOf a text for each row that grows from row to row: a page begins after the key of the last one before it
 */
export function pageOfAll<Row, Item>(
  listing: string,
  { maxResults, nextToken }: PageRequest,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  itemOf: (row: Row) => Item,
): Page<Item> {
  const position = parsePageToken(listing, nextToken);
  const rest = position === undefined ? rows : rows.filter((row) => keyOf(row) > position);
  const page = rest.slice(0, maxResults);
  const last = page.at(-1);
  const items = page.map(itemOf);
  return rest.length > maxResults && last !== undefined
    ? { items, nextToken: printPageToken(listing, keyOf(last)) }
    : { items };
}
