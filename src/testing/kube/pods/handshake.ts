import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Header, Outgoing } from "../wire.ts";
import { ServerSocket, type SocketFaults } from "./server_socket.ts";
import { BEARER } from "./shown_token.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Whether a request wants to become a WebSocket. */
export function wantsSocket(headers: Headers): boolean {
  return /\bupgrade\b/i.test(headers.get("connection") ?? "") && headers.get("upgrade")?.toLowerCase() === "websocket";
}

/** The sub-protocols that a client offers, in its order, without the one that shows a token. */
export function offered(headers: Headers): readonly string[] {
  const names = (headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  return names.filter((name) => name !== "" && !name.startsWith(BEARER));
}

/** The sub-protocol that the server takes; nothing where it knows none of them. */
export function negotiate(offer: readonly string[], known: readonly string[], first?: string): string | undefined {
  if (offer.length === 0) return "";
  if (first !== undefined && offer.includes(first)) return first;
  return offer.find((name) => known.includes(name));
}

/** What the server answers to sub-protocols that it does not know: nothing but the number. */
export const UNKNOWN_PROTOCOL: Outgoing = { status: 403, headers: [], body: new Uint8Array() };

/** The answer that makes a WebSocket of a connection, and what is done on it then. */
export function switching(
  headers: Headers,
  protocol: string,
  faults: SocketFaults,
  serve: (socket: ServerSocket) => Promise<void>,
): Outgoing {
  const key = headers.get("sec-websocket-key") ?? "";
  const lines: Header[] = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", createHash("sha1").update(key + GUID).digest("base64")],
    ["Sec-WebSocket-Protocol", protocol],
  ];
  const upgrade = (stream: Duplex, head: Uint8Array) => {
    const socket = new ServerSocket(stream, head, faults);
    // Nothing but a defect of the fake itself rejects; the client is to see a broken connection then.
    serve(socket).catch(() => socket.destroy());
  };
  return { status: 101, headers: lines, body: new Uint8Array(), upgrade };
}
