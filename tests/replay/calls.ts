import type { CommandHandle, RuntimeClient } from "../../mod.ts";
import { type Exchange, header, messageOf } from "./recording.ts";
import { recordedUpload } from "./request.ts";
import { readRecorded } from "./watch.ts";
import { type RecordedTerminal, resizeCall, terminalCall, typeCall } from "./terminals.ts";

/** What a caller of the public API does that makes the client send a request. */
export type Call = (sandbox: RuntimeClient) => Promise<unknown>;

/** The call behind a recorded request; undefined where there is none. `pid` is that of a recorded `${…}`. */
export function callOf(exchange: Exchange, resolve: (value: unknown) => unknown): Call | undefined {
  const { method, path } = exchange.send;
  const { pathname, searchParams } = new URL(path, "http://recorded");
  const key = `${method} ${pathname}`;
  if (key === "GET /health") return (sandbox) => sandbox.health();
  if (key === "GET /metrics") return (sandbox) => sandbox.metrics();
  if (key === "GET /envs") return (sandbox) => sandbox.envs();
  const user = searchParams.get("username");
  const file = searchParams.get("path") ?? "";
  if (key === "GET /files" && user) {
    const range = rangeOf(header(exchange, "range"));
    if (range !== "none of ours") return ({ files }) => files.read(file, { user, range });
  }
  if (key === "POST /files" && user && searchParams.has("path")) {
    return ({ files }) => files.write(file, recordedUpload(exchange), { user });
  }
  const options = { user: userOf(exchange) };
  const message = messageOf(exchange.send.body as never);
  switch (pathname.split("/").at(-1)) {
    case "Stat":
      return ({ files }) => files.getInfo(`${message.path ?? ""}`, options);
    case "ListDir":
      return ({ files }) => files.list(`${message.path ?? ""}`, { ...options, depth: message.depth as number });
    case "MakeDir":
      return ({ files }) => files.makeDir(`${message.path}`, options);
    case "Move":
      return ({ files }) => files.rename(`${message.source}`, `${message.destination}`, options);
    case "Remove":
      return ({ files }) => files.remove(`${message.path}`, options);
    case "WatchDir":
      return ({ files }) => readRecorded(files, exchange, options);
    case "CreateWatcher":
      return ({ files }) => files.watchDir(`${message.path}`, { ...options, polling: true });
    default:
      return method === "POST" ? processCall(exchange, options, resolve) : undefined;
  }
}

function processCall(
  exchange: Exchange,
  options: { user: string | undefined },
  resolve: (value: unknown) => unknown,
): Call | undefined {
  const { path, body } = exchange.send;
  const [frame] = (typeof body === "object" ? body?.frames : undefined) ?? [];
  const message = messageOf(frame ?? body as never);
  const pid = resolve((message.process as { pid?: unknown } | undefined)?.pid) as number | undefined;
  switch (path) {
    case "/process.Process/List":
      return ({ commands }) => commands.list();
    case "/process.Process/Start":
      return startCall(exchange, message, options);
    case "/process.Process/Connect":
      return pid === undefined ? undefined : ({ commands }) => commands.connectToProcess(pid);
    case "/process.Process/SendSignal":
      if (pid === undefined) return undefined;
      if (message.signal === "SIGNAL_SIGTERM") return ({ commands }) => commands.sendSignal(pid, "SIGTERM");
      return ({ commands }) => commands.kill(pid);
    case "/process.Process/SendInput": {
      const { stdin, pty } = message.input as { stdin?: string; pty?: string };
      if (pid !== undefined && pty !== undefined) return typeCall(pid, Uint8Array.fromBase64(pty));
      if (pid === undefined || stdin === undefined) return undefined;
      return ({ commands }) => commands.sendStdin(pid, Uint8Array.fromBase64(stdin));
    }
    case "/process.Process/Update": {
      const { size } = (message.pty ?? {}) as Partial<RecordedTerminal["pty"]>;
      return size === undefined ? undefined : resizeCall(pid!, size);
    }
    case "/process.Process/CloseStdin":
      return ({ commands }) => commands.closeStdin(pid!);
    default:
      return undefined;
  }
}

interface RecordedStart {
  readonly cmd: string;
  readonly args?: string[];
  readonly envs?: Record<string, string>;
  readonly cwd?: string;
}

function startCall(
  exchange: Exchange,
  message: Record<string, unknown>,
  account: { user: string | undefined },
): Call | undefined {
  const { cmd, args = [], envs, cwd } = (message.process ?? {}) as RecordedStart;
  if (!cmd) return undefined;
  if (message.pty !== undefined) {
    return terminalCall(exchange, message as unknown as RecordedTerminal, account.user);
  }
  const ours = cmd === "/bin/bash" && args[0] === "-l" && args[1] === "-c";
  const command = ours ? args[2]! : [cmd, ...args];
  const options = { ...account, envs, cwd, tag: message.tag as string | undefined };
  if (exchange.background) return ({ commands }) => commands.start(command, { ...options, stdin: true });
  return async ({ commands }): Promise<unknown> => {
    const handle: CommandHandle = await commands.start(command, options);
    return await handle.wait({ check: false });
  };
}

function rangeOf(value: string | undefined): { start: number; end?: number } | undefined | "none of ours" {
  if (value === undefined) return undefined;
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(value) ?? [];
  if (start === undefined) return "none of ours";
  return end ? { start: Number(start), end: Number(end) + 1 } : { start: Number(start) };
}

/** Whether it is a call that is made as an account. */
export function takesUser({ send }: Exchange): boolean {
  return send.path === "/process.Process/Start" || send.path.startsWith("/filesystem.Filesystem/");
}

/** The account of a recorded Basic header. */
function userOf(exchange: Exchange): string | undefined {
  const basic = header(exchange, "authorization")?.slice("Basic ".length);
  return basic === undefined ? undefined : atob(basic).split(":")[0];
}
