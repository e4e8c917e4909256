import { type Engine, ServiceError } from "@pawl/engine";
import type { AccessKey } from "./access/access-key.js";

/** Accounts and regions served at most: each stays in memory, and anybody can make one up. */
const mostHomes = 1000;
/** Credentials remembered as they stand in headers. */
const mostCredentials = 1000;

/**
 * The engines of the accounts and regions that callers sign for. The region is that of the credential's scope. The account is
 * that of the access key; where there are no access keys, or the key has none, the id itself where it is of 12 digits, and else
 * the server's own.
 */
export class CallerHomes {
  readonly #engine: Engine;
  readonly #homes = new Map<string, Engine>();
  readonly #byCredential = new Map<string, Engine>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#homes.set(`${engine.region}/${engine.accountId}`, engine);
  }

  /** For a request that was signed with this key. @throws ServiceError AccessDeniedException */
  ofKey(key: AccessKey, region: string): Engine {
    return this.#at(region, this.#accountOfKey(key));
  }

  /** True for a key of the server's own account, which may ask for what concerns all of them. */
  isOwner(key: AccessKey): boolean {
    return this.#accountOfKey(key) === this.#engine.accountId;
  }

  #accountOfKey({ id, accountId }: AccessKey): string {
    return accountId ?? accountOf(id) ?? this.#engine.accountId;
  }

  /** For a request whose signature nobody checks. @throws ServiceError AccessDeniedException */
  ofHeader(authorization: string | undefined): Engine {
    if (authorization === undefined) {
      return this.#engine;
    }
    const start = authorization.indexOf("Credential=") + 11;
    const end = authorization.indexOf("/states/", start);
    if (start < 11 || end < 0) {
      return this.#engine;
    }
    const credential = authorization.slice(start, end);
    return this.#byCredential.get(credential) ?? this.#ofCredential(credential);
  }

  /** `ID/DATE/REGION` */
  #ofCredential(credential: string): Engine {
    const [id = "", , region = ""] = credential.split("/");
    const isRegion = /^[a-z0-9-]{1,32}$/.test(region);
    const engine = this.#at(isRegion ? region : this.#engine.region, accountOf(id) ?? this.#engine.accountId);
    if (this.#byCredential.size >= mostCredentials) {
      this.#byCredential.clear();
    }
    this.#byCredential.set(credential, engine);
    return engine;
  }

  #at(region: string, accountId: string): Engine {
    const name = `${region}/${accountId}`;
    let engine = this.#homes.get(name);
    if (engine === undefined) {
      if (this.#homes.size >= mostHomes) {
        const most = `This server has been called for ${mostHomes} accounts and regions, and takes no more`;
        throw new ServiceError("AccessDeniedException", most);
      }
      engine = this.#engine.at({ region, accountId });
      this.#homes.set(name, engine);
    }
    return engine;
  }
}

function accountOf(id: string): string | undefined {
  return /^\d{12}$/.test(id) ? id : undefined;
}
