/** Each answer that a real API server gave goes into the client: by the call that would have asked for it. */

import { assert, assertEquals } from "@std/assert";
import { isSandboxError, KubeStatusError } from "../../../mod.ts";
import type {
  KubeClient,
  KubeObject,
  ListPageOptions,
  Resource,
  ResourceEvent,
  SelectorOptions,
} from "../../../src/k8s/mod.ts";
import { openBody, scripted, type Seen } from "../client/scripted.ts";
import { BY_REQUEST, isWebSocket } from "./left_out.ts";
import { answerOf, EXCHANGES, type KubeExchange } from "./recording.ts";

/** What a path names. */
interface Target {
  readonly resource: Resource<KubeObject>;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

const PATH = /^\/(?:api|apis\/([^/]+))\/(v\w+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

function targetOf(kube: KubeClient, path: string): Target {
  const [, group = "", version = "", namespace, plural = "", name, subresource] = PATH.exec(path)!;
  const api = { group, version, plural, namespaced: true };
  return { resource: kube.resource(api, namespace ?? ""), name, subresource };
}

/** Makes the call that asks what was asked. */
async function call(kube: KubeClient, { name: exchange, request }: KubeExchange): Promise<unknown> {
  const url = new URL(request.path, "http://kube.test");
  const query = Object.fromEntries(url.searchParams);
  const { method } = request;
  const contentType = String(request.headers["Content-Type"] ?? "");
  if (Object.hasOwn(BY_REQUEST, exchange)) {
    const response = await kube.request(request.path, {
      method,
      body: request.text ?? request.body,
      contentType: contentType || undefined,
      accept: String(request.headers["Accept"] ?? "application/json"),
    });
    return await response.text();
  }
  const { resource, name, subresource } = targetOf(kube, url.pathname);
  const body = request.body as KubeObject;
  const { dryRun, fieldManager, force, limit, ...rest } = query;
  const write = { dryRun: dryRun === "All" || undefined, fieldManager, subresource };
  if (method === "GET") {
    if (name !== undefined) return await resource.get(name);
    return await resource.list({ ...rest as ListPageOptions, ...(limit && { limit: Number(limit) }) });
  }
  if (method === "POST") return await resource.create(body, write);
  if (method === "PUT") return await resource.update(body, write);
  if (method === "PATCH") {
    if (contentType === "application/apply-patch+yaml") {
      return await resource.apply(body, { ...write, fieldManager: fieldManager!, force: force === "true" });
    }
    const type = contentType === "application/json-patch+json"
      ? "json"
      : contentType.startsWith("application/strategic")
      ? "strategic"
      : "merge";
    return await resource.patch(name!, body, { ...write, type });
  }
  if (name === undefined) return await resource.deleteCollection(rest as SelectorOptions);
  const { apiVersion: _, kind: __, ...options } = (request.body ?? {}) as Record<string, unknown>;
  return await resource.delete(name, options);
}

function isWatch({ name, request, response }: KubeExchange): boolean {
  return request.path.includes("watch=true") && !Object.hasOwn(BY_REQUEST, name) && response.status !== 101;
}

/** What was sent is what was recorded. */
function assertSent(seen: Seen, { request }: KubeExchange): void {
  const url = new URL(request.path, "http://kube.test");
  assertEquals([seen.method, seen.path], [request.method, url.pathname]);
  assertEquals(Object.fromEntries(seen.query), Object.fromEntries(url.searchParams));
  if (request.text !== undefined) assertEquals(seen.text, request.text);
  else assertEquals(seen.body, request.body ?? undefined);
  for (const name of ["Accept", "Content-Type"]) {
    if (seen.text === "" && name === "Content-Type") continue;
    assertEquals(seen.headers.get(name), String(request.headers[name] ?? "application/json"), name);
  }
}

/** What came of it is what was answered. */
function assertTold(result: unknown, exchange: KubeExchange): void {
  const { response, request } = exchange;
  if (typeof result === "string") {
    if (response.body !== undefined) assertEquals(JSON.parse(result), response.body);
    else if (response.text !== undefined) assertEquals(result, response.text);
    else assertEquals(result, response.gzipMembers?.join("") ?? lines(exchange));
  } else if (request.method === "DELETE") {
    assertEquals(result, undefined);
  } else {
    assertEquals(result, response.body);
  }
}

function assertRefused(error: unknown, { name, response }: KubeExchange): void {
  assert(isSandboxError(error, "kube_status"), `${name}: ${error}`);
  assert(error instanceof KubeStatusError);
  assertEquals(error.status, response.status);
  assert(error.message.startsWith("Cannot "));
  const { body } = response as { body?: { reason?: string; message?: string } };
  if (body === undefined) return;
  assertEquals(error.kubeStatus, body);
  assertEquals(error.reason, body.reason ?? "");
  assert(error.message.endsWith(body.message ?? ""));
}

function lines({ response }: KubeExchange): string {
  return response.events!.map(({ type, object }) => `${JSON.stringify({ type, object })}\n`).join("");
}

for (const exchange of EXCHANGES) {
  if (isWebSocket(exchange.name) || isWatch(exchange)) continue;
  Deno.test(`replayed: ${exchange.name}`, async () => {
    const { kube, seen } = scripted(() => answerOf(exchange), { access: { server: "http://kube.test" } });
    const outcome = await call(kube, exchange).then((result) => ({ result }), (error) => ({ error }));
    for (const one of seen) assertSent(one, exchange);
    const isAgain = exchange.response.headers["retry-after"] !== undefined;
    assertEquals(seen.length, isAgain ? 10 : 1);
    if ("error" in outcome) assertRefused(outcome.error, exchange);
    else assertTold(outcome.result, exchange);
    assertEquals("error" in outcome, exchange.response.status >= 300);
  });
}

for (const exchange of EXCHANGES.filter(isWatch)) {
  Deno.test(`replayed: ${exchange.name}`, async () => {
    const { response, request } = exchange;
    const given = new URL(request.path, "http://kube.test");
    const controller = new AbortController();
    const done = new Error("that was all");
    const recorded = response.events?.filter(({ type }) =>
      type === "ADDED" || type === "MODIFIED" || type === "DELETED"
    );
    const { kube, seen } = scripted(({ signal }, index) => {
      if (index === 0 || response.status !== 200) return answerOf(exchange);
      controller.abort(done);
      return openBody("", signal).response;
    }, { access: { server: "http://kube.test" } });
    const told: ResourceEvent<KubeObject>[] = [];
    const { resource } = targetOf(kube, given.pathname);
    const { resourceVersion, labelSelector, fieldSelector } = Object.fromEntries(given.searchParams);
    const watch = resource.watch({ resourceVersion, labelSelector, fieldSelector, signal: controller.signal });
    const failure = await (async () => {
      for await (const event of watch) told.push(event);
    })().catch((error) => error);
    const { timeoutSeconds: _, ...asked } = Object.fromEntries(given.searchParams);
    for (const [name, value] of Object.entries(asked)) assertEquals(seen[0]!.query.get(name), value, name);
    assertEquals(seen[0]!.path, given.pathname);
    if (response.status !== 200) return assertRefused(failure, exchange);
    assertEquals(failure, done);
    assertEquals(told as unknown, recorded!.map(({ type, object }) => ({ type, object })));
    const last = response.events!.at(-1) as
      | { type: string; object: { metadata: { resourceVersion: string } } }
      | undefined;
    if (last?.type === "ERROR") {
      assertEquals(seen[1]!.query.has("watch"), false, "a version that is too old is a reason to list again");
    } else {
      assertEquals(seen[1]!.query.get("resourceVersion"), last?.object.metadata.resourceVersion ?? resourceVersion);
    }
  });
}

Deno.test("what is sent by request is all there, and has a call of its own otherwise", () => {
  const names = new Set(EXCHANGES.map(({ name }) => name));
  for (const name of Object.keys(BY_REQUEST)) assert(names.has(name), name);
});
