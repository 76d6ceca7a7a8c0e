/** Clients of servers that are a function, in a time that passes only while someone sleeps. */

import { createKubeClient, type KubeClient } from "../../../src/k8s/client/kube_client.ts";
import type { Clock } from "../../../src/k8s/client/limits.ts";
import type { KubeAccess } from "../../../src/k8s/config/kube_access.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";

/** Never to be seen in an error. */
export const TOKEN = "s3cret-Token.of/the+tests==";

/** What a request was. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: unknown;
  readonly text: string;
  readonly signal: AbortSignal;
}

/** Answers requests. */
export type Handler = (request: Seen, index: number) => Response | Promise<Response>;

/** A client of a function, and what the function was asked. */
export interface Scripted {
  readonly kube: KubeClient;
  readonly seen: Seen[];
  readonly clock: TestClock;
}

/** Makes a client of a function. */
export function scripted(
  handler: Handler,
  options: { clock?: TestClock; access?: Partial<KubeAccess> } = {},
): Scripted {
  const clock = options.clock ?? new TestClock();
  const seen: Seen[] = [];
  const access: KubeAccess = {
    server: "https://kube.test/prefix",
    namespace: "mine",
    tls: { insecure: false },
    compress: true,
    credentials: () => Promise.resolve({ headers: [["Authorization", `Bearer ${TOKEN}`]] }),
    ...options.access,
  };
  const transport = kubeFetch(access, async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const text = await request.text();
    const one: Seen = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      text,
      body: parsed(text),
      signal: request.signal,
    };
    seen.push(one);
    return await handler(one, seen.length - 1);
  });
  return { kube: createKubeClient(access, transport, clock), seen, clock };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A time in which only pauses pass. They are over at once, and counted. */
export class TestClock implements Clock {
  readonly pauses: number[] = [];
  #now = 0;

  now(): number {
    return this.#now;
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }

  random(): number {
    return 0;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.pauses.push(milliseconds);
    this.#now += milliseconds;
    await Promise.resolve();
  }
}

/** An answer in JSON. */
export function json(value: unknown, status: number = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json", ...headers } });
}

/** An answer that is a failure. */
export function failure(code: number, reason: string, more: Record<string, unknown> = {}): Response {
  return json(status(code, reason, more), code);
}

/** A `Status` of a failure. */
export function status(code: number, reason: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message: reason, reason, code, ...more };
}

/** A sandbox of a name and a version. */
export function sandbox(name: string, resourceVersion: string, uid: string = `uid-${name}`): TestSandbox {
  const metadata = { name, namespace: "mine", uid, resourceVersion };
  return { apiVersion: "agents.kruise.io/v1alpha1", kind: "Sandbox", metadata, spec: {} };
}

/** As the type of the package, with everything that the tests look at. */
export interface TestSandbox {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string };
  spec: Record<string, unknown>;
}

/** A page of a list. */
export function list(items: readonly unknown[], resourceVersion: string, next?: string): Response {
  const metadata = { resourceVersion, ...(next === undefined ? {} : { continue: next }) };
  return json({ apiVersion: "agents.kruise.io/v1alpha1", kind: "SandboxList", metadata, items });
}

/** The answer to a watch that ends after these events. */
export function events(...lines: readonly (readonly [type: string, object: unknown])[]): Response {
  const text = lines.map(([type, object]) => `${JSON.stringify({ type, object })}\n`).join("");
  return new Response(text, { headers: { "content-type": "application/json" } });
}

/** A bookmark. */
export function bookmark(resourceVersion: string): readonly [string, unknown] {
  return ["BOOKMARK", { kind: "Sandbox", metadata: { resourceVersion } }];
}

/** A body that stays open until it is cancelled or its signal fires. */
export function openBody(text: string, signal: AbortSignal): { response: Response; closed: Promise<void> } {
  let close: () => void;
  const closed = new Promise<void>((resolve) => close = resolve);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (text !== "") controller.enqueue(new TextEncoder().encode(text));
      signal.addEventListener("abort", () => {
        close();
        controller.error(signal.reason);
      });
    },
    cancel: () => close(),
  });
  return { response: new Response(body, { headers: { "content-type": "application/json" } }), closed };
}

/** The first events of a watch; then it is left. */
export async function take<T>(iterable: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const one of iterable) {
    taken.push(one);
    if (taken.length === count) break;
  }
  return taken;
}
