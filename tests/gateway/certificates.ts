/** Certificates made while a test runs: no key of them is kept anywhere. */

// The next one's own dependency needs it, and leaves it to whoever imports.
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const KEYS = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;

/** A certificate and its private key, both in PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate is to say. */
export interface IdentityOptions {
  /** Host names and addresses. */
  readonly names: readonly string[];
  /** The last day it is good for. */
  readonly notAfter?: Date;
  /** Whether it is a client's, rather than a server's. */
  readonly client?: boolean;
}

/** An authority that nobody trusts until told to. */
export interface Authority {
  /** Its certificate, in PEM. */
  readonly cert: string;
  /** Issues a server's or a client's certificate. */
  issue(options: IdentityOptions): Promise<Identity>;
}

/** Makes an authority. */
export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(KEYS, true, ["sign", "verify"]);
  const root = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 2 * DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    signingAlgorithm: KEYS,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { cert: root.toString("pem"), issue: (options) => issue(root, keys.privateKey, options) };
}

async function issue(root: X509Certificate, signingKey: CryptoKey, options: IdentityOptions): Promise<Identity> {
  const { names, notAfter = new Date(Date.now() + DAY_MS) } = options;
  const keys = await crypto.subtle.generateKey(KEYS, true, ["sign", "verify"]);
  const cert = await X509CertificateGenerator.create({
    subject: `CN=${names[0]}`,
    issuer: root.subject,
    notBefore: new Date(notAfter.getTime() - 2 * DAY_MS),
    notAfter,
    signingAlgorithm: KEYS,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([options.client ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: /^[\d.]+$/.test(value) ? "ip" as const : "dns" as const, value })),
      ),
    ],
  });
  return { cert: cert.toString("pem"), key: pem(await crypto.subtle.exportKey("pkcs8", keys.privateKey)) };
}

function pem(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return `-----BEGIN PRIVATE KEY-----\n${text.replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}
