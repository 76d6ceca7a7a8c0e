import wire from "../../wire/kubernetes.json" with { type: "json" };

/** An exchange with a real API server, as tests/wire/README.md describes it. */
export interface KubeExchange {
  readonly name: string;
  readonly about: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
    readonly body?: unknown;
    readonly text?: string;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly text?: string;
    readonly base64?: string;
    readonly events?: readonly { readonly type: string; readonly object: Record<string, unknown> }[];
    readonly gzipMembers?: readonly string[];
    readonly frames?: readonly unknown[];
  };
}

/** All of them, in the order in which they were recorded. */
export const EXCHANGES: readonly KubeExchange[] = wire.exchanges as unknown as readonly KubeExchange[];

/** What was recorded of an answer, as an answer. Compressed bytes are decoded, as `fetch` does. */
export function answerOf({ response }: KubeExchange): Response {
  const { status, body, text, base64, events, gzipMembers } = response;
  const headers = new Headers(response.headers as Record<string, string>);
  for (const name of ["content-length", "transfer-encoding", "content-encoding"]) headers.delete(name);
  let content: string | Uint8Array<ArrayBuffer>;
  if (events) content = events.map(({ type, object }) => `${JSON.stringify({ type, object })}\n`).join("");
  else if (gzipMembers) content = gzipMembers.join("");
  else if (base64 !== undefined) content = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  else content = text ?? (body === null || body === undefined ? "" : `${JSON.stringify(body)}\n`);
  return new Response(content, { status, headers });
}
