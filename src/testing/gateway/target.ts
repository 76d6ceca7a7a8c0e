/** What a request asks the gateway for, read off it as the real one reads it. */

/** The port of a sandbox's daemon, which is meant where none is named. */
export const RUNTIME_PORT = 49983;

const PREFIX = "/kruise";
const HOST_FORM = /^(\d+)-([a-zA-Z0-9-]+)\./;

/** A sandbox, a port of it, and the path to ask it for. */
export interface Target {
  readonly sandboxId: string;
  /** Any integer: whether it is a port is found out later. */
  readonly port: number;
  readonly path: string;
}

/** The parts of a request that say where it goes. */
export interface Routed {
  /** Path and query, as sent. */
  readonly path: string;
  readonly host: string | undefined;
  /** `e2b-sandbox-id`. */
  readonly sandboxId: string | undefined;
  /** `e2b-sandbox-port`. */
  readonly sandboxPort: string | undefined;
}

/** Finds the sandbox: by the path, else by headers, else by the host. `undefined` where none is named. */
export function targetOf(request: Routed): Target | undefined {
  // Seven characters decide, with or without a slash behind them.
  if (request.path.startsWith(PREFIX)) return fromPath(request.path);
  const { sandboxId, path } = request;
  if (sandboxId) return target(sandboxId, request.sandboxPort || String(RUNTIME_PORT), path);
  const [, port, id] = HOST_FORM.exec(request.host ?? "") ?? [];
  return port === undefined || id === undefined ? undefined : target(id, port, path);
}

/** The id is everything up to the next slash, and the query is a part of what follows: `/kruise/id/80?x` has no port. */
function fromPath(path: string): Target | undefined {
  const [sandboxId, port, ...rest] = path.slice(PREFIX.length + 1).split("/");
  if (sandboxId === undefined || port === undefined) return undefined;
  return target(sandboxId, port, `/${rest.join("/")}`);
}

function target(sandboxId: string, port: string, path: string): Target | undefined {
  // As Go reads an integer: a sign and leading zeros are fine, spaces and fractions are not.
  if (!/^[+-]?\d+$/.test(port)) return undefined;
  return { sandboxId, port: Number(port), path };
}
