import { type Command, type ContainerProcess, LaunchError } from "./container_process.ts";
import { lastWords, type Outcome } from "./exec_status.ts";
import type { Life } from "./nodes.ts";
import type { ServerSocket } from "./server_socket.ts";

/** Channels: the first byte of each message. */
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** The most that one message carries, in bytes. */
const MOST_BYTES = 32 * 1024;

/** What a command's socket does wrong. */
export interface ExecFaults {
  /** The socket ends well, but with no word of how the command did. */
  readonly losesStatus: boolean;
  /** The connection to the container's runtime breaks after so many bytes of output. */
  readonly loseRuntimeAfterBytes: number;
}

/** What to do on a WebSocket that is for a command. */
export interface ExecPlan {
  readonly protocol: string;
  readonly command: Pick<Command, "stdin" | "stdout" | "stderr" | "tty">;
  readonly faults: ExecFaults;
  readonly node: {
    readonly life: Life;
    /** Whether the API server goes on without it. */
    readonly translated: boolean;
  };
  /** Starts the command. Throws a LaunchError where it cannot be. */
  start(): Promise<ContainerProcess>;
  /** What to say instead, where it is not tried. */
  readonly refused?: string | undefined;
}

/** Speaks the protocol of exec on a WebSocket, until the command and the socket are done. */
export async function runExec(socket: ServerSocket, plan: ExecPlan): Promise<void> {
  const { stdout, stderr } = plan.command;
  const send = (channel: number, data: Uint8Array) => socket.send(Uint8Array.of(channel), data);
  // An empty message says that the connection stands.
  const lowest = stdout ? CHANNEL.stdout : stderr ? CHANNEL.stderr : CHANNEL.error;
  await send(lowest, new Uint8Array());
  const { life, translated } = plan.node;
  // With the node, its end of the connection is gone.
  void socket.closed.then(life.onEnd(() => translated || socket.destroy()));
  const words = await finalWords(socket, plan, send);
  if (words !== undefined && !plan.faults.losesStatus) await send(CHANNEL.error, new TextEncoder().encode(words));
  socket.close();
}

type Send = (channel: number, data: Uint8Array) => Promise<void>;

async function finalWords(socket: ServerSocket, plan: ExecPlan, send: Send): Promise<string | undefined> {
  if (plan.refused !== undefined) return plan.refused;
  const { faults, protocol } = plan;
  if (faults.loseRuntimeAfterBytes === 0) return lastWords(protocol, "lost");
  let running: ContainerProcess;
  try {
    running = await plan.start();
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    return lastWords(protocol, { failure: error.message });
  }
  void passInput(socket, running, protocol);
  return lastWords(protocol, await passOutput(running, plan, send));
}

/** Sends what a command prints. A client that is gone does not end it: the rest goes nowhere. */
async function passOutput(running: ContainerProcess, { faults, node }: ExecPlan, send: Send): Promise<Outcome> {
  let left = faults.loseRuntimeAfterBytes;
  let lose = () => {};
  const lost = new Promise<"lost">((resolve) => lose = () => resolve("lost"));
  const forget = node.life.onEnd(lose);
  if (node.life.isOver) lose();
  const pass = async (channel: number, output: AsyncIterable<Uint8Array> = nothing()) => {
    try {
      for await (const data of output) {
        for (let at = 0; at < data.byteLength; at += MOST_BYTES) {
          const part = data.subarray(at, Math.min(at + MOST_BYTES, data.byteLength)).subarray(0, left);
          left -= part.byteLength;
          if (part.byteLength > 0) await send(channel, part);
          if (left <= 0) return lose();
        }
      }
    } catch {
      // A pipe that breaks has ended.
    }
  };
  const outputs = Promise.all([pass(CHANNEL.stdout, running.stdout), pass(CHANNEL.stderr, running.stderr)]);
  const ended = Promise.all([running.exit, outputs]).then(([code]): Outcome => ({ code }));
  const outcome = await Promise.race([ended, lost]);
  forget();
  running.release();
  return outcome;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Gives a command what the client types, and the sizes of its terminal. */
async function passInput(socket: ServerSocket, running: ContainerProcess, protocol: string): Promise<void> {
  let isOpen = true;
  try {
    for await (const message of socket.messages()) {
      const data = message.subarray(1);
      switch (message[0]) {
        case CHANNEL.stdin:
          if (isOpen && data.byteLength > 0) await running.write(data);
          break;
        case CHANNEL.resize:
          resize(running, data);
          break;
        case CHANNEL.close:
          // Other channels cannot be closed, and older protocols close none.
          if (protocol !== "v5.channel.k8s.io" || data[0] !== CHANNEL.stdin) break;
          isOpen = false;
          running.endInput();
      }
    }
  } finally {
    running.endInput();
  }
}

function resize(running: ContainerProcess, data: Uint8Array): void {
  try {
    const { Width: cols, Height: rows } = JSON.parse(new TextDecoder().decode(data));
    if ([cols, rows].every((size) => Number.isInteger(size) && size > 0 && size < 65536)) running.resize(cols, rows);
  } catch {
    // What is no size is not heard.
  }
}
