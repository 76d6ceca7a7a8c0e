/** What every call that can wait takes. */
export interface CallOptions {
  /** Aborts the call, which then rejects with the signal's own reason. An aborted one makes no request. */
  signal?: AbortSignal | undefined;
  /** The limit of this request in milliseconds, instead of the client's; 0: none. */
  requestTimeoutMs?: number | undefined;
}

/** The options of a call that is made as an account of the sandbox. */
export interface UserOptions extends CallOptions {
  /** The account, instead of the client's. */
  user?: string | undefined;
}
