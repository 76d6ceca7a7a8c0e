import type { CommandHandle } from "@kruise-agents/runtime";
import { readJson } from "./body.ts";
import type { Call } from "./call.ts";
import { EventStream } from "./event_stream.ts";
import { problemOf, refuseMisuse } from "./problem.ts";
import { runCall } from "./run_call.ts";

/**
 * `POST /tools/run`: runs a command, and answers with its output as it comes. What is wrong before it runs is a problem
 * response, what goes wrong later an `error` event. When the caller goes away, the command is killed.
 */
export async function run({ request, sandbox, heartbeatMs, ctx }: Call): Promise<Response> {
  const { command, ...options } = runCall(await readJson(request));
  const events = new EventStream(request.signal);
  // It does not get the signal: who starts a command must stay to hear its pid, or it could not be killed.
  const starting = sandbox.commands.start(command, { ...options, capture: false });
  // From here on, not only once it runs: without this the Worker ends together with its caller, and kills nothing.
  ctx.waitUntil(starting.then((handle) => follow(handle, events, heartbeatMs), () => {}).catch(report));
  await starting.catch(refuseMisuse);
  return new Response(events.body, {
    headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store, no-transform" },
  });
}

/** Nobody is left to be told that a command could not be killed, but the log. */
function report(error: unknown): void {
  console.error("A command may run on:", error);
}

/** Tells the caller about a command until it ends, and settles once it has ended. */
async function follow(handle: CommandHandle, events: EventStream, heartbeatMs: number): Promise<void> {
  await using command = handle; // leaving the function kills what still runs
  const heartbeat = setInterval(() => events.beat(), heartbeatMs);
  try {
    await Promise.race([tell(command, events), events.left]);
  } catch (error) {
    if (!events.hasLeft) await events.send("error", problemOf(error)).catch(() => {});
  } finally {
    clearInterval(heartbeat);
    await events.close();
  }
}

/** A caller who is slow keeps this waiting, and so the command, once a few megabytes lie between them. */
async function tell(command: CommandHandle, events: EventStream): Promise<void> {
  let sent = events.send("start", { pid: command.pid });
  for await (const event of command) {
    await sent;
    if (event.type !== "exit") {
      if (event.text !== "") sent = events.send(event.type, { text: event.text });
    } else {
      const { exitCode, signal, error } = event.result;
      sent = events.send("exit", { exitCode, signal, error });
    }
  }
  await sent;
}
