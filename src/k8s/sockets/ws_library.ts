/** What is used of the library `ws`. Its own types would be a dependency of everybody who reads ours. */
export interface WsSocket {
  readonly protocol: string;
  readonly bufferedAmount: number;
  readonly isPaused: boolean;
  on(event: "open" | "pong", listener: () => void): this;
  on(event: "message", listener: (data: Uint8Array, isBinary: boolean) => void): this;
  on(event: "close", listener: (code: number, reason: Uint8Array) => void): this;
  on(event: "error", listener: (error: Error & { readonly code?: unknown }) => void): this;
  on(event: "unexpected-response", listener: (request: unknown, answer: WsAnswer) => void): this;
  send(data: Uint8Array, sent: (error?: Error) => void): void;
  ping(): void;
  pause(): void;
  resume(): void;
  close(code: number): void;
  terminate(): void;
}

/** The answer of a server that opened no socket. */
export interface WsAnswer extends AsyncIterable<Uint8Array> {
  readonly statusCode?: number | undefined;
  readonly rawHeaders: readonly string[];
}

/** Makes a socket. */
export type WsConstructor = new (
  url: string,
  protocols: readonly string[],
  options: Readonly<Record<string, unknown>>,
) => WsSocket;

/** Loads the library. */
export async function loadWs(): Promise<WsConstructor> {
  const { WebSocket } = await import("ws");
  return WebSocket as unknown as WsConstructor;
}
