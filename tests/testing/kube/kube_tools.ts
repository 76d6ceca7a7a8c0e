import { assertEquals } from "@std/assert";
import type { KubeConfig, KubeObject } from "../../../src/k8s/mod.ts";
import type { FakeKube } from "../../../src/testing/mod.ts";

/** Where Sandboxes of a namespace are. */
export const SANDBOXES = "/apis/agents.kruise.io/v1alpha1/namespaces/default/sandboxes";

/** A Sandbox, as a client or a test would write it. */
export function sandbox(
  name: string,
  more: Readonly<Record<string, unknown>> = {},
  metadata: Readonly<Record<string, unknown>> = {},
): KubeObject & Record<string, unknown> {
  const object = { apiVersion: "agents.kruise.io/v1alpha1", kind: "Sandbox", spec: {} };
  return { ...object, metadata: { name, ...metadata }, ...more };
}

/** What was answered: its status and its JSON. */
export interface Said {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- tests look at what they know to be there.
  readonly body: any;
  readonly headers: Headers;
}

/** Asks as the fake's first user. */
export async function ask(
  kube: FakeKube,
  method: string,
  path: string,
  body?: unknown,
  type = "application/json",
): Promise<Said> {
  const response = await kube.fetch(`https://kube.test${path}`, {
    method,
    headers: { authorization: `Bearer ${tokenOf(kube)}`, "user-agent": "test/1", "content-type": type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

/** The token of a fake's user. */
export function tokenOf(kube: FakeKube, config: KubeConfig = kube.config): string {
  const [user] = config["users"] as readonly { user: { token: string } }[];
  return user?.user.token ?? "";
}

/** A patch that merges. */
export function merge(kube: FakeKube, path: string, body: unknown): Promise<Said> {
  return ask(kube, "PATCH", path, body, "application/merge-patch+json");
}

/** An applied object. */
export function apply(kube: FakeKube, path: string, manager: string, body: unknown, more = ""): Promise<Said> {
  return ask(kube, "PATCH", `${path}?fieldManager=${manager}${more}`, body, "application/apply-patch+yaml");
}

/** Says what a Status says. */
export function assertStatus({ status, body }: Said, code: number, reason: string, message: RegExp): void {
  assertEquals([status, body.kind, body.code, body.reason], [code, "Status", code, reason], body.message);
  assertEquals(message.test(body.message), true, body.message);
}

/** The events of a watch, one after the other. */
export class Lines {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor(body: ReadableStream<Uint8Array> | null) {
    this.#reader = (body ?? new ReadableStream()).getReader();
  }

  /** The next event, or nothing at the end. */
  // deno-lint-ignore no-explicit-any -- tests look at what they know to be there.
  async next(): Promise<any> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return JSON.parse(line);
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#rest += this.#decoder.decode(value, { stream: true });
    }
  }

  /** The types of the next events, and the names of their objects. */
  async names(count: number): Promise<readonly string[]> {
    const names: string[] = [];
    while (names.length < count) {
      const { type, object } = await this.next();
      names.push(`${type} ${object.metadata?.name ?? object.reason ?? ""}`.trim());
    }
    return names;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

/** Watches Sandboxes. */
export async function watch(kube: FakeKube, query: string, signal?: AbortSignal): Promise<Lines> {
  const response = await kube.fetch(`https://kube.test${SANDBOXES}?watch=true&${query}`, {
    headers: { authorization: `Bearer ${tokenOf(kube)}` },
    ...(signal === undefined ? {} : { signal }),
  });
  assertEquals(response.status, 200);
  return new Lines(response.body);
}
