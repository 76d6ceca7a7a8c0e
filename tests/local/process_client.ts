import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { Process, type ProcessEvent } from "../../gen/process/process_pb.ts";
import type { LocalRuntime } from "../../src/local/mod.ts";

/** A plain Connect client of a runtime's processes, as `root`. */
export function processClient(runtime: LocalRuntime): Client<typeof Process> {
  return createClient(
    Process,
    createConnectTransport({
      baseUrl: runtime.url,
      useBinaryFormat: true,
      interceptors: [(next) => (request) => {
        request.header.set("authorization", `Basic ${btoa("root:")}`);
        request.header.set("x-access-token", runtime.token);
        return next(request);
      }],
    }),
  );
}

/** The request for a shell script. */
export function script(text: string): { process: { cmd: string; args: string[] } } {
  return { process: { cmd: "/bin/sh", args: ["-c", text] } };
}

/** The next event of a stream that has one. */
export async function nextEvent(
  stream: AsyncIterator<{ event?: ProcessEvent | undefined }>,
): Promise<ProcessEvent["event"]> {
  const { value } = await stream.next();
  return value.event!.event;
}

/** The pid in the first event of a stream. */
export async function startedPid(
  stream: AsyncIterator<{ event?: ProcessEvent | undefined }>,
): Promise<number> {
  const event = await nextEvent(stream);
  if (event.case !== "start") throw new Error(`no start event, but ${event.case}`);
  return event.value.pid;
}

/** Everything that is left of a stream: its standard output, and its end. */
export async function rest(
  stream: AsyncIterator<{ event?: ProcessEvent | undefined }>,
): Promise<{ stdout: string; status: string | undefined }> {
  const decoder = new TextDecoder();
  let stdout = "";
  let status: string | undefined;
  for (let next = await stream.next(); !next.done; next = await stream.next()) {
    const event = next.value.event?.event;
    if (event?.case === "data" && event.value.output.case === "stdout") {
      stdout += decoder.decode(event.value.output.value, { stream: true });
    }
    if (event?.case === "end") status = event.value.status;
  }
  return { stdout, status };
}
