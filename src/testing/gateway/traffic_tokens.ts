import { type CryptoKey, generateKeyPair, jwtVerify, SignJWT } from "jose";

const ALGORITHM = "ES256";
const ISSUER = "fake-gateway";
const SKEW_SECONDS = 60;
const CLAIM = "sandbox";

/** The sandbox a traffic token is for. */
export interface TrafficTokenSubject {
  readonly sandboxId: string;
  readonly uid: string;
}

/** Issues and verifies traffic tokens: JWTs with an asymmetric signature, under a key made for one gateway. */
export class TrafficTokens {
  readonly #private: CryptoKey;
  readonly #public: CryptoKey;

  private constructor(pair: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey }) {
    this.#private = pair.privateKey;
    this.#public = pair.publicKey;
  }

  /** Makes a key. */
  static async create(): Promise<TrafficTokens> {
    return new TrafficTokens(await generateKeyPair(ALGORITHM));
  }

  /** Signs a token. */
  async issue({ sandboxId, uid }: TrafficTokenSubject, expiresAt: Date): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return await new SignJWT({ [CLAIM]: { sandboxId, sandboxUid: uid } })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setSubject(sandboxId)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(Math.floor(expiresAt.getTime() / 1000))
      .sign(this.#private);
  }

  /** The sandbox a token is for, or undefined where the token is no good. */
  async verify(token: string | undefined): Promise<TrafficTokenSubject | undefined> {
    if (token === undefined) return undefined;
    try {
      const { payload } = await jwtVerify(token, this.#public, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        requiredClaims: ["exp", "iat", "nbf", "sub", CLAIM],
        clockTolerance: SKEW_SECONDS,
      });
      const { sandboxId, sandboxUid } = payload[CLAIM] as Record<string, unknown>;
      return { sandboxId: String(sandboxId), uid: String(sandboxUid) };
    } catch {
      return undefined;
    }
  }
}
