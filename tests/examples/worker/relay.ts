/** What happens to a request on its way to the runtime: passed on by `pass`, as it is, or answered otherwise. */
export type Hook = (request: Request, pass: () => Promise<Response>) => Promise<Response>;

/** Stands between a Worker and the runtime, and does to requests what a test wants. */
export interface Relay extends AsyncDisposable {
  readonly url: string;
  /** From now on; absent: passes everything on. */
  hook: Hook | undefined;
}

/** Starts a relay to a runtime. */
export function startRelay(target: string): Relay {
  const relay = {
    hook: undefined as Hook | undefined,
    url: "",
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {}, onError: cut }, (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers, body, signal } = request;
    const pass = () => fetch(target + pathname + search, { method, headers, body, signal });
    return relay.hook === undefined ? pass() : relay.hook(request, pass);
  });
  relay.url = `http://127.0.0.1:${server.addr.port}`;
  return relay;
}

/** A request that its sender gave up fails here, too. */
function cut(): Response {
  return new Response("cut", { status: 502 });
}
