import { timingSafeEqual } from "node:crypto";
import { ServiceError } from "@pawl/engine";
import { type AccessKey, keysById } from "./access-key.js";
import type { RequestSigner } from "./request-signer.js";
import { type RequestHead, readClaim, type SignatureClaim } from "./signature-claim.js";

/**
 * Lets only those call who sign with one of the access keys (Signature Version 4). The library of the AWS SDK signs each request
 * once more with the key that it names, and the signatures are compared.
 */
export class AccessCheck {
  readonly #keys: ReadonlyMap<string, AccessKey>;
  readonly #signer: RequestSigner;
  readonly #now: () => number;

  private constructor(keys: ReadonlyMap<string, AccessKey>, signer: RequestSigner, now: () => number) {
    this.#keys = keys;
    this.#signer = signer;
    this.#now = now;
  }

  /**
   * @param now milliseconds since the epoch
   * @throws ServerError where an id comes twice
   */
  static async create(keys: readonly AccessKey[], now: () => number = Date.now): Promise<AccessCheck> {
    // Loaded where it is needed: most servers ask for no signatures.
    const { RequestSigner } = await import("./request-signer.js");
    return new AccessCheck(keysById(keys), new RequestSigner(), now);
  }

  /**
   * What the head of a request tells without its body, so that nothing is kept of what a stranger sends.
   * @throws ServiceError as readClaim does, and UnrecognizedClientException
   */
  claim(head: RequestHead): SignatureClaim {
    const claim = readClaim(head, this.#now());
    // A session token would be one that another service gave out.
    const hasToken = claim.headers.has("x-amz-security-token") || claim.query.has("X-Amz-Security-Token");
    if (!this.#keys.has(claim.accessKeyId) || hasToken) {
      throw new ServiceError("UnrecognizedClientException", "The security token included in the request is invalid.");
    }
    return claim;
  }

  /**
   * @returns the key that signed the request
   * @throws ServiceError InvalidSignatureException
   */
  async verify(claim: SignatureClaim, head: RequestHead, body: Buffer | undefined): Promise<AccessKey> {
    const key = this.#keys.get(claim.accessKeyId);
    const signature = key && (await this.#signer.signature(key, claim, head, body));
    if (key === undefined || signature === undefined || !isEqual(signature, claim.signature)) {
      throw new ServiceError(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      );
    }
    return key;
  }
}

/** Takes as long for a signature that begins right as for any other. */
function isEqual(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
