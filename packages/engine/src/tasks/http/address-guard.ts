import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Which addresses HTTP tasks may call. */
export interface HttpRules {
  /**
   * What may be called, where not everything may: hosts (`api.example.com`, `*.example.com`, `localhost:8080`), or addresses that
   * a called one begins with (`https://api.example.com/v1/`).
   */
  readonly allow?: readonly string[] | undefined;
  /** Also link-local addresses, such as those where clouds give out the credentials of a machine. */
  readonly allowLinkLocal?: boolean | undefined;
}

/** An address that may not be called, in a sentence. */
export class AddressRefused extends Error {}

/**
 * Link-local addresses, and those outside of them where clouds have their metadata: 169.254.169.254 and fd00:ec2::254 of AWS,
 * 169.254.170.2 of ECS, 100.100.100.200 of Alibaba, 168.63.129.16 of Azure, 192.0.0.192 of Oracle.
 */
const METADATA = new BlockList();
METADATA.addSubnet("169.254.0.0", 16, "ipv4");
METADATA.addSubnet("fe80::", 10, "ipv6");
METADATA.addAddress("fd00:ec2::254", "ipv6");
METADATA.addAddress("fd00:ec2::23", "ipv6");
METADATA.addAddress("fd20:ce::254", "ipv6");
METADATA.addAddress("100.100.100.200", "ipv4");
METADATA.addAddress("168.63.129.16", "ipv4");
METADATA.addAddress("192.0.0.192", "ipv4");

/** True for an IP address, also an IPv4 one written as IPv6 (`::ffff:169.254.169.254`, NAT64). */
function isMetadata(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (family === 4) return METADATA.check(address, "ipv4");
  const inner = embeddedIpv4(address);
  return METADATA.check(address, "ipv6") || (inner !== undefined && METADATA.check(inner, "ipv4"));
}

/**
 * The IPv4 address in one of IPv6 that stands for it: mapped (::ffff:0:0/96), compatible (::/96), translated (64:ff9b::/96,
 * 64:ff9b:1::/48, ::ffff:0:0:0/96) or in 6to4 (2002::/16).
 */
function embeddedIpv4(address: string): string | undefined {
  const [plain = ""] = address.split("%", 1);
  // The URL parser writes an address out in one form, with the last 32 bits as two groups.
  const groups = new URL(`http://[${plain}]/`).hostname.slice(1, -1);
  const match =
    /^(?:::ffff:(?:0:)?|64:ff9b:(?:1:[0-9a-f:]*)?:|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(groups) ??
    /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/.exec(groups);
  if (match === null) return undefined;
  const high = Number.parseInt(match[1] ?? "0", 16);
  const low = Number.parseInt(match[2] ?? "0", 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** @throws AddressRefused where the rules do not let the address be called */
export function checkAddress(url: URL, { allow, allowLinkLocal = false }: HttpRules): void {
  if (allow !== undefined && !allow.some((rule) => matches(rule, url))) {
    throw new AddressRefused(
      `${url.origin} is not among the addresses that HTTP tasks may call: add it to http.allow in the configuration`,
    );
  }
  checkHost(url.hostname, { allowLinkLocal });
}

/** The part of the rules that holds for every call. @throws AddressRefused where the host is a link-local address */
export function checkHost(hostname: string, { allowLinkLocal = false }: HttpRules): void {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (!allowLinkLocal && isMetadata(host)) throw linkLocal(host);
}

function matches(rule: string, url: URL): boolean {
  if (/^https?:\/\//.test(rule)) {
    const allowed = new URL(rule);
    return allowed.origin === url.origin && isWithin(url.pathname, allowed.pathname);
  }
  const [host = "", port] = rule.toLowerCase().split(/:(?=\d+$)/);
  if (port !== undefined && port !== (url.port || (url.protocol === "https:" ? "443" : "80"))) return false;
  const name = url.hostname.toLowerCase();
  return host === "*" || (host.startsWith("*.") ? name.endsWith(host.slice(1)) : name === host);
}

/** `/v1` holds `/v1`, `/v1/` and `/v1/users`, and not `/v10`. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/**
 * Resolves names like Node, and refuses what a name must not lead to. Whoever connects with this cannot be led astray by a name
 * that means another address each time it is asked.
 */
export function guardedLookup({ allowLinkLocal = false }: HttpRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "", 0);
      const refused = allowLinkLocal ? undefined : addresses.find(({ address }) => isMetadata(address));
      if (refused !== undefined) return callback(linkLocal(`${hostname} (${refused.address})`), "", 0);
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first?.address ?? "", first?.family ?? 0);
    });
  };
}

function linkLocal(host: string): AddressRefused {
  return new AddressRefused(
    `${host} is a link-local address, where machines give out their credentials: HTTP tasks may call it with http.allowLinkLocal in the configuration only`,
  );
}
