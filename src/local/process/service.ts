import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { stat } from "node:fs/promises";
import process from "node:process";
import { Process, type ProcessInput, type PTY, Signal, type StartRequest } from "../../../gen/process/process_pb.ts";
import type { Account } from "../accounts.ts";
import { afterDelay, deadlineExceeded, timeoutKey } from "../deadline.ts";
import { keepaliveMs } from "../keepalive.ts";
import { PathError, resolvePath } from "../paths.ts";
import { requestAccount } from "../request_user.ts";
import type { RuntimeState } from "../runtime_state.ts";
import type { Child } from "./child.ts";
import { processEnvironment } from "./environment.ts";
import { launch } from "./launch.ts";
import type { ProcessTable } from "./process_table.ts";
import type { TerminalSize } from "./pty_child.ts";
import type { RunningProcess } from "./running_process.ts";
import type { ProcessEvent, Subscription } from "./subscription.ts";

/** Adds `process.Process`. */
export function registerProcess(
  router: ConnectRouter,
  state: RuntimeState,
  table: ProcessTable,
): void {
  router.service(Process, {
    list: () => ({
      processes: table.list().map(({ config, pid, tag }) => ({
        ...(config ? { config } : {}),
        pid,
        ...(tag === undefined ? {} : { tag }),
      })),
    }),

    async *start(request, context) {
      const account = requestAccount(context.requestHeader, state);
      const cwd = await workingDirectory(request, account, state);
      const timeoutMs = context.values.get(timeoutKey);
      if (timeoutMs !== undefined && timeoutMs <= 0) throw deadlineExceeded();
      const child = await launch({
        cmd: request.process?.cmd ?? "",
        args: request.process?.args ?? [],
        envs: processEnvironment(account, state, request.process?.envs ?? {}),
        cwd,
        stdin: !(state.newer && request.stdin === false),
        pty: request.pty && sizeOf(request.pty),
        account,
      }, state.newer);
      if (state.signal.aborted) {
        killUnwanted(child);
        throw new ConnectError("the runtime is closing", Code.Unavailable);
      }
      const running = table.add(child, request.process, request.tag);
      const subscription = running.subscribe(context.signal);
      if (timeoutMs !== undefined) running.limit(timeoutMs, subscription);
      yield* stream(subscription, context);
    },

    async *connect(request, context) {
      const exited = state.newer ? table.selectExited(request.process) : undefined;
      if (exited) {
        yield { event: { event: { case: "start", value: { pid: exited.pid } } } };
        yield { event: { event: { case: "end", value: exited.end } } };
        return;
      }
      const running = table.select(request.process);
      const timeoutMs = context.values.get(timeoutKey);
      if (timeoutMs !== undefined && timeoutMs <= 0) throw deadlineExceeded();
      const subscription = running.subscribe(context.signal);
      if (timeoutMs !== undefined) {
        context.signal.addEventListener(
          "abort",
          afterDelay(timeoutMs, () => subscription.expire()),
          { once: true },
        );
      }
      yield* stream(subscription, context);
    },

    update(request) {
      const running = table.select(request.process);
      if (request.pty) {
        const { cols, rows } = sizeOf(request.pty);
        running.resize(cols, rows);
      }
      return {};
    },

    async streamInput(requests) {
      let selected: RunningProcess | undefined;
      for await (const { event } of requests) {
        switch (event.case) {
          case "start":
            selected = table.select(event.value.process);
            break;
          case "data":
            if (!selected) {
              throw new ConnectError(
                "data before start",
                Code.InvalidArgument,
              );
            }
            await write(selected, event.value.input);
            break;
          case "keepalive":
            break;
          default:
            throw new ConnectError(
              "invalid event type <nil>",
              Code.Unimplemented,
            );
        }
      }
      return {};
    },

    async sendInput(request) {
      await write(table.select(request.process), request.input);
      return {};
    },

    sendSignal(request) {
      const running = table.select(request.process);
      switch (request.signal) {
        case Signal.SIGTERM:
          running.kill("SIGTERM");
          return {};
        case Signal.SIGKILL:
          running.kill("SIGKILL");
          return {};
        default:
          throw new ConnectError(
            `invalid signal: ${request.signal || "SIGNAL_UNSPECIFIED"}`,
            Code.Unimplemented,
          );
      }
    },

    closeStdin(request) {
      table.select(request.process).closeInput();
      return {};
    },
  });
}

/** The whole response stream of one subscription. */
async function* stream(
  subscription: Subscription,
  context: HandlerContext,
): AsyncGenerator<{ event: ProcessEvent }, void> {
  for await (const event of subscription.read(keepaliveMs(context.requestHeader))) yield { event };
}

async function workingDirectory(
  request: StartRequest,
  account: Account,
  state: RuntimeState,
): Promise<string> {
  const cwd = resolveCwd(request.process?.cwd ?? "", account, state);
  try {
    await stat(cwd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new ConnectError(
      `cwd '${cwd}' does not exist`,
      Code.InvalidArgument,
    );
  }
  return cwd;
}

function resolveCwd(
  cwd: string,
  account: Account,
  state: RuntimeState,
): string {
  try {
    return resolvePath(cwd, account, state);
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    throw new ConnectError(error.message, Code.InvalidArgument);
  }
}

/** A size that is missing is 0, and one that is too large is cut to 16 bits. */
function sizeOf({ size }: PTY): TerminalSize {
  const { cols = 0, rows = 0 } = size ?? {};
  return { cols: cols & 0xffff, rows: rows & 0xffff };
}

/** Ends what was started while the runtime closed down. */
function killUnwanted(child: Child): void {
  child.destroy();
  try {
    process.kill(child.pid, "SIGKILL");
  } catch {
    // It was faster.
  }
}

async function write(
  running: RunningProcess,
  input: ProcessInput | undefined,
): Promise<void> {
  switch (input?.input.case) {
    case "stdin":
    case "pty":
      return await running.write(input.input.case, input.input.value);
    default:
      throw new ConnectError("invalid input type <nil>", Code.Unimplemented);
  }
}
