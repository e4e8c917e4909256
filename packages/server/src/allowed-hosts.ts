import { isIPv4 } from "node:net";

/** Host names kept in memory that were found to be allowed. */
const mostRemembered = 100;

/**
 * Which Host headers are served. A page in a browser can make its own name point to this machine (DNS rebinding), and then
 * reads what a server here answers; its requests bear that name. Allowed are the names of this machine for itself, the address
 * that is listened on, and names that were given; each with or without the `sync-` that SDKs put in front for some operations.
 */
export class AllowedHosts {
  readonly #names: ReadonlySet<string>;
  /** Hosts as they came, for the next request's sake. */
  readonly #remembered = new Set<string>();

  /** @param names as in a URL, without port; an IPv6 address with or without its brackets */
  constructor(names: readonly string[]) {
    this.#names = new Set(names.map((name) => bare(name.toLowerCase())));
  }

  /**
   * @param host the header
   * @param connection its end here: the address of this machine that the caller reached
   */
  allows(host: string | undefined, connection: { readonly localAddress?: string | undefined }): boolean {
    if (host === undefined) {
      return false;
    }
    if (this.#remembered.has(host)) {
      return true;
    }
    const name = bare(hostName(host).toLowerCase());
    const { localAddress } = connection;
    const isAllowed = this.#isAllowed(name, localAddress) || this.#isAllowed(name.replace(/^sync-/, ""), localAddress);
    if (isAllowed && this.#remembered.size < mostRemembered) {
      this.#remembered.add(host);
    }
    return isAllowed;
  }

  #isAllowed(name: string, localAddress: string | undefined): boolean {
    return (
      name === "localhost" ||
      name === "::1" ||
      (isIPv4(name) && name.startsWith("127.")) ||
      name === localAddress?.replace(/^::ffff:/, "") ||
      this.#names.has(name)
    );
  }
}

function hostName(host: string): string {
  const [, name = ""] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host) ?? [];
  return name;
}

/** Without the brackets of an IPv6 address and the dot that may end a name. */
function bare(name: string): string {
  return name.startsWith("[") ? name.slice(1, -1) : name.replace(/\.$/, "");
}
