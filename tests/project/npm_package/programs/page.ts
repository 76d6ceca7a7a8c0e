/** The script of a page that uses a sandbox, as somebody writes it: compiled against the packed types, with the DOM's and not Node's. */

import { isSandboxError, type Progress, RuntimeClient, type RuntimeClientOptions, sh } from "@kruise-agents/runtime";

/** Where the sandbox is, of a form that leaves fields empty. */
export interface Target {
  readonly url: string;
  readonly token?: string | undefined;
  readonly user?: string | undefined;
}

/** A client, with everything a page can hand over. */
export function connect({ url, token, user }: Target, headers: Headers): RuntimeClient {
  const options: RuntimeClientOptions = {
    sandboxBaseUrl: url,
    runtimeToken: token,
    user,
    headers,
    fetch: (input, init) => globalThis.fetch(input, { ...init, credentials: "omit" }),
  };
  return new RuntimeClient(options);
}

/** Uploads what was dropped on the page, and counts its lines. */
export async function count(sandbox: RuntimeClient, file: File, bar: { value: number }): Promise<number> {
  const onProgress: Progress = ({ bytes, totalBytes }) => {
    bar.value = totalBytes === undefined ? 0 : bytes / totalBytes;
  };
  const { path } = await sandbox.files.write(file.name, file, { onProgress, signal: AbortSignal.timeout(60_000) });
  const { stdout } = await sandbox.commands.run(sh`wc -l ${path}`);
  return Number.parseInt(stdout);
}

/** Shows a file as it comes, or why it cannot be shown. */
export async function show(
  sandbox: RuntimeClient,
  path: string,
  element: { append(text: string): void },
): Promise<void> {
  try {
    const content = await sandbox.files.readStream(path, { range: { start: 0 } });
    const sink = new WritableStream<string>({ write: (text) => element.append(text) });
    await content.pipeThrough(new TextDecoderStream()).pipeTo(sink);
  } catch (error) {
    if (!isSandboxError(error, "file_not_found")) throw error;
    element.append(error.hint ?? error.message);
  }
}

/** Where a file's content can be linked to. */
export async function link(sandbox: RuntimeClient, path: string): Promise<string> {
  return URL.createObjectURL(await sandbox.files.readBlob(path));
}
