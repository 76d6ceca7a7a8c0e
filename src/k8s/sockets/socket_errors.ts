import { DisconnectedError, SandboxError } from "../../../mod.ts";

/** The connection ended without a close frame. */
export function lostSocket(what: string, detail: string, cause?: unknown): DisconnectedError {
  return new DisconnectedError(`Cannot ${what}: ${detail}`, {
    code: "disconnected",
    hint: "Nobody knows how it ended: the node, the container's runtime, the API server or a proxy may have gone away",
    ...(cause !== undefined && { cause }),
  });
}

/** The other side does not speak WebSocket as it should. */
export function brokenProtocol(what: string, detail: string, cause?: unknown): SandboxError {
  return new SandboxError(`Cannot ${what}: ${detail}`, {
    code: "protocol",
    hint: "Another server or a proxy may have answered: check the server of the kubeconfig",
    ...(cause !== undefined && { cause }),
  });
}

/** For what is sent to a socket that has ended. */
export function endedSocket(what: string): DisconnectedError {
  return lostSocket(what, "the connection has ended");
}
