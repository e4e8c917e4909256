import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Clock } from "../clock.js";
import type { Page, PageRequest } from "../engine.js";
import { ServiceError } from "../service-error.js";

/**
 * Tokens of paged listings. Callers learn nothing from them and cannot make or change one: each is sealed (AES-256-GCM, which
 * authenticates what it hides) for the listing that it came from, with the time when it ends: after 24 hours, as on the service
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html).
 */
export class PageTokens {
  readonly #key: Uint8Array;
  readonly #clock: Clock;
  readonly #home: string;

  /**
   * @param key 32 secret bytes; tokens are good for those who have the same key
   * @param home whose listings they are of, as {@link homePrefix} writes it
   */
  constructor(key: Uint8Array, clock: Clock, home: string) {
    this.#key = key;
    this.#clock = clock;
    this.#home = home;
  }

  /** @param listing what is listed, with all that must stay the same between pages */
  print(listing: string, position: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(this.#bound(listing));
    const sealed = cipher.update(`${this.#clock.now() + LIFE_MILLISECONDS} ${position}`, "utf8");
    return Buffer.concat([nonce, sealed, cipher.final(), cipher.getAuthTag()]).toString("base64url");
  }

  /** The position of the token. @throws ServiceError InvalidToken where it is none of this listing, or too old */
  parse(listing: string, token: string | undefined): string | undefined {
    if (token === undefined) return undefined;
    const [, end, position] = /^(\d+) (.*)$/s.exec(this.#open(listing, token) ?? "") ?? [];
    if (end === undefined || position === undefined || Number(end) < this.#clock.now()) throw invalidToken();
    return position;
  }

  /** What was sealed; undefined where it was not sealed here for this listing. */
  #open(listing: string, token: string): string | undefined {
    const bytes = Buffer.from(token, "base64url");
    // Of several texts that decode to the same bytes one alone is the token.
    if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString("base64url") !== token) return undefined;
    const tag = bytes.subarray(-TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(this.#bound(listing)).setAuthTag(tag);
    try {
      return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
    } catch {
      return undefined;
    }
  }

  #bound(listing: string): Buffer {
    return Buffer.from(`${this.#home} ${listing}`);
  }

  /** The position of the token as a number. @throws ServiceError InvalidToken */
  parseNumber(listing: string, token: string | undefined): number | undefined {
    const position = this.parse(listing, token);
    return position === undefined ? undefined : Number(position);
  }

  /** One page of a listing that is ordered by ARN. */
  async pageByArn<Row extends { readonly arn: string }, Item>(
    listing: string,
    { maxResults, nextToken }: PageRequest,
    read: (limit: number, after?: string) => Promise<Row[]>,
    itemOf: (row: Row) => Item | Promise<Item>,
  ): Promise<Page<Item>> {
    // One more than asked for tells whether there is another page.
    const rows = await read(maxResults + 1, this.parse(listing, nextToken));
    const page = rows.slice(0, maxResults);
    const items = await Promise.all(page.map(itemOf));
    const last = page.at(-1);
    if (rows.length <= maxResults || last === undefined) return { items };
    return { items, nextToken: this.print(listing, last.arn) };
  }

  /**
   * One page of a listing that is in memory as a whole.
   * @param keyOf a text for each row that grows from row to row: a page begins after the key of the last one before it
   */
  pageOfAll<Row, Item>(
    listing: string,
    { maxResults, nextToken }: PageRequest,
    rows: readonly Row[],
    keyOf: (row: Row) => string,
    itemOf: (row: Row) => Item,
  ): Page<Item> {
    const position = this.parse(listing, nextToken);
    const rest = position === undefined ? rows : rows.filter((row) => keyOf(row) > position);
    const page = rest.slice(0, maxResults);
    const last = page.at(-1);
    const items = page.map(itemOf);
    return rest.length > maxResults && last !== undefined
      ? { items, nextToken: this.print(listing, keyOf(last)) }
      : { items };
  }
}

/** A new key for {@link PageTokens}. */
export const newPageTokenKey = (): Uint8Array => randomBytes(PAGE_TOKEN_KEY_BYTES);
export const PAGE_TOKEN_KEY_BYTES = 32;

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LIFE_MILLISECONDS = 86_400_000;

const invalidToken = (): ServiceError => new ServiceError("InvalidToken", "Invalid Token: 'Invalid token'");
