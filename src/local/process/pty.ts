import { Code, ConnectError } from "@connectrpc/connect";
import type { Child } from "./child.ts";
import { type BunGlobal, startBun } from "./pty_bun.ts";
import type { PtyLaunch } from "./pty_child.ts";
import { startNative } from "./pty_native.ts";

/**
 * Starts a process on a pseudo-terminal.
 *
 * @throws {ConnectError} `internal`, where this engine has none and none can be loaded
 */
export async function startPty(launch: PtyLaunch): Promise<Child> {
  const { Bun: bun } = globalThis as { Bun?: BunGlobal };
  if (bun?.Terminal !== undefined) return startBun(bun, launch);
  try {
    return await startNative(launch);
  } catch (error) {
    throw new ConnectError(
      `a PTY takes the package "@lydell/node-pty" and its binary for this system: ${error}`,
      Code.Internal,
    );
  }
}
