import { assertEquals } from "@std/assert";
import { type LocalRuntime, type LocalRuntimeOptions, startLocalRuntime } from "../../src/local/mod.ts";

/** The header of a {@linkcode form}. */
export const FORM_TYPE: Record<string, string> = { "content-type": "multipart/form-data; boundary=boundary" };

/** A form of files, by name and content. */
export function form(...files: [name: string, content: string][]): string {
  return files.map(([name, content]) =>
    `--boundary\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${content}\r\n`
  ).join("") + "--boundary--\r\n";
}

/** A runtime with a home of its own, and short ways to ask it. */
export class Box implements AsyncDisposable {
  readonly home: string;
  readonly #runtime: LocalRuntime;

  constructor(home: string, runtime: LocalRuntime) {
    this.home = home;
    this.#runtime = runtime;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.#runtime.url + path, init);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    // Left alone, `fetch` would ask for compression.
    const asked = { "accept-encoding": "identity", ...headers };
    return this.#runtime.fetch(`${this.#runtime.url}/files?username=user&path=${encodeURIComponent(path)}`, {
      headers: asked,
    });
  }

  post(query: string, body: BodyInit, headers: Record<string, string> = FORM_TYPE): Promise<Response> {
    return this.fetch(`/files?username=user&${query}`, { method: "POST", body, headers });
  }

  async put(path: string, content: string): Promise<void> {
    const response = await this.post(`path=${encodeURIComponent(path)}`, form(["f", content]));
    assertEquals(response.status, 200, await response.text());
  }

  // deno-lint-ignore no-explicit-any -- an answer in JSON
  async call(method: string, body: unknown): Promise<any> {
    const headers = { "content-type": "application/json", authorization: "Basic dXNlcjo=" };
    const response = await this.fetch(`/filesystem.Filesystem/${method}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    return JSON.parse(await response.text());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime.close();
    await Deno.remove(this.home, { recursive: true });
  }
}

/** Starts one. */
export async function startBox(options: LocalRuntimeOptions = {}): Promise<Box> {
  const home = await Deno.realPath(await Deno.makeTempDir());
  return new Box(home, await startLocalRuntime({ token: "", home, ...options }));
}
