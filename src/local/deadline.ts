import { Code, ConnectError, type ContextKey, createContextKey } from "@connectrpc/connect";

/** The `Connect-Timeout-Ms` of a call, for its handler. Zero and less have passed. */
export const timeoutKey: ContextKey<number | undefined> = createContextKey<
  number | undefined
>(undefined);

/** The error of a call whose time is over. */
export function deadlineExceeded(): ConnectError {
  return new ConnectError("context deadline exceeded", Code.DeadlineExceeded);
}

/**
 * Reads `Connect-Timeout-Ms` as the daemon does.
 *
 * @throws {ConnectError} `invalid_argument`
 */
export function parseTimeout(header: string | null): number | undefined {
  if (!header) return undefined;
  if (header.length > 10) {
    throw new ConnectError(
      `parse timeout: "${header}" has >10 digits`,
      Code.InvalidArgument,
    );
  }
  if (!/^[+-]?[0-9]+$/.test(header)) {
    throw new ConnectError(
      `parse timeout: strconv.ParseInt: parsing "${header}": invalid syntax`,
      Code.InvalidArgument,
    );
  }
  return Number(header);
}

/** What a timer holds; a longer delay would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back after any time, 115 days included. Returns the way to cancel. */
export function afterDelay(ms: number, callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const arm = (left: number) => {
    const step = Math.min(left, LONGEST_TIMER_MS);
    timer = setTimeout(
      () => left > step ? arm(left - step) : callback(),
      step,
    );
  };
  arm(ms);
  return () => clearTimeout(timer);
}
