import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** What one side of AutoMTLS shows: its private key in PEM, its certificate in PEM and in DER. */
export interface OwnCertificate {
  readonly key: string;
  readonly cert: string;
  readonly der: Buffer;
}

const DAY = 24 * 3600 * 1000;

/**
 * Makes a key (P-256, the cheapest that Go and Node both have) and a self-signed certificate for `localhost`, good for a year: longer than any
 * process that shows it. Its caller knows it by its bytes, so it holds only what must be there (RFC 5280, section 4.1).
 * Written here, because Node makes keys and signatures but no certificates, and the packages that do take longer to load than all
 * the rest of this provider.
 */
export function createCertificate(now = Date.now()): OwnCertificate {
  const pair = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const name = sequence(set(sequence(oid("550403"), der(0x0c, Buffer.from("localhost")))));
  const subjectAltName = extension("551d11", sequence(der(0x82, Buffer.from("localhost"))));
  // For servers and for clients, as those of go-plugin.
  const usage = extension("551d25", sequence(oid("2b06010505070301"), oid("2b06010505070302")));
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    // A serial number is positive: the byte before the random ones.
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(16)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(utcTime(now - DAY), utcTime(now + 365 * DAY)),
    name,
    pair.publicKey,
    der(0xa3, sequence(subjectAltName, usage)),
  );
  const signature = sign("sha256", content, createPrivateKey(pair.privateKey));
  const certificate = sequence(content, ECDSA_WITH_SHA256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString("base64").replace(/.{64}(?!$)/g, "$&\n");
  return {
    key: pair.privateKey,
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    der: certificate,
  };
}

/** One value in DER: tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const set = (part: Buffer): Buffer => der(0x31, part);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), der(0x04, value));
const ECDSA_WITH_SHA256 = sequence(oid("2a8648ce3d040302"));

/** UTCTime has two digits for the year, which is what certificates have until 2049. */
const utcTime = (time: number): Buffer =>
  der(0x17, Buffer.from(`${new Date(time).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));
