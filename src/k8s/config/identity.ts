/** Who a user is: what goes into `Authorization`, and a client certificate with its key. */
export interface Identity {
  readonly authorization?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** How an identity is asked for. */
export interface IdentityRequest {
  /** The last one was refused: look whether there is another. */
  readonly renew: boolean;
  /** Which one was refused. What another caller got meanwhile was not. */
  readonly isRefused?: ((identity: Identity) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Gives the identity in force now. */
export type IdentitySource = (request: IdentityRequest) => Promise<Identity>;

/** Whether a header can carry it, without spaces around it. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
