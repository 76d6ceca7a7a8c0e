/** What goes wrong, as typed errors; what is asked again, and what is not. */

import { assert, assertEquals, assertFalse, assertRejects, assertStringIncludes } from "@std/assert";
import { isSandboxError, KubeStatusError, SandboxError } from "../../../mod.ts";
import * as k8s from "../../../src/k8s/mod.ts";
import { failure, json, list, sandbox, scripted, status, TOKEN } from "./scripted.ts";

const PREDICATES = {
  isNotFound: k8s.isNotFound,
  isAlreadyExists: k8s.isAlreadyExists,
  isConflict: k8s.isConflict,
  isGone: k8s.isGone,
  isForbidden: k8s.isForbidden,
  isUnauthorized: k8s.isUnauthorized,
  isInvalid: k8s.isInvalid,
} as const;

async function errorOf(response: () => Response, method: "get" | "create" = "get"): Promise<SandboxError> {
  const { kube } = scripted(response);
  return await assertRejects(
    () => method === "get" ? kube.sandboxes().get("one") : kube.sandboxes().create(sandbox("one", "1")),
    SandboxError,
  );
}

function holds(error: unknown): string[] {
  return Object.entries(PREDICATES).filter(([, is]) => is(error)).map(([name]) => name);
}

Deno.test("each reason has its predicate, and no other", async () => {
  for (
    const [code, reason, name] of [
      [404, "NotFound", "isNotFound"],
      [409, "AlreadyExists", "isAlreadyExists"],
      [409, "Conflict", "isConflict"],
      [410, "Expired", "isGone"],
      [410, "Gone", "isGone"],
      [403, "Forbidden", "isForbidden"],
      [401, "Unauthorized", "isUnauthorized"],
      [422, "Invalid", "isInvalid"],
    ] as const
  ) {
    const error = await errorOf(() => failure(code, reason));
    assert(error instanceof KubeStatusError);
    assertEquals(holds(error), [name]);
    assertEquals([error.code, error.status, error.reason, error.retryable], ["kube_status", code, reason, false]);
    assertEquals(error.message, `Cannot get sandboxes "one" in "mine": ${reason}`);
  }
});

Deno.test("a reason decides over the code, and the code where the reason is unknown", async () => {
  assertEquals(holds(await errorOf(() => failure(404, "Conflict"))), ["isConflict"]);
  assertEquals(holds(await errorOf(() => failure(404, "SomethingNew"))), ["isNotFound"]);
  assertEquals(holds(await errorOf(() => failure(410, ""))), ["isGone"]);
  assertEquals(holds(new Error("x")).concat(holds(undefined), holds({ reason: "NotFound" })), []);
});

Deno.test("a Status of other types is a failure without what is of a wrong one", async () => {
  for (const [odd, words] of [[{ message: { a: 1 } }, "Odd"], [{ message: "m", reason: 7, code: "x" }, "m"]] as const) {
    const error = await errorOf(() => json({ kind: "Status", status: "Failure", reason: "Odd", ...odd }, 404));
    assert(error instanceof KubeStatusError);
    assertEquals([error.status, error.message], [404, `Cannot get sandboxes "one" in "mine": ${words}`]);
    assertEquals(error.reason, "reason" in odd ? "" : "Odd");
  }
});

Deno.test("the whole Status is kept", async () => {
  const details = { name: "one", causes: [{ reason: "FieldValueInvalid", field: "spec.a", message: "…" }] };
  const error = await errorOf(() =>
    failure(422, "Invalid", { details, metadata: { continue: "x" } })
  ) as KubeStatusError;
  assertEquals(error.kubeStatus, status(422, "Invalid", { details, metadata: { continue: "x" } }) as object);
});

Deno.test("text that is no Status becomes one, and the missing resource is named", async () => {
  const text = (status: number) => () => new Response("404 page not found\n", { status });
  const missing = await errorOf(text(404));
  assert(k8s.isNotFound(missing));
  assertEquals(missing.message, 'Cannot get sandboxes "one" in "mine": 404 page not found');
  assertStringIncludes(missing.hint ?? "", "CustomResourceDefinition");
  assertEquals(holds(await errorOf(text(409), "create")), ["isAlreadyExists"]);
  assertEquals(holds(await errorOf(text(409))), ["isConflict"]);
  const empty = await errorOf(() => new Response(null, { status: 500 }));
  assertEquals(empty.message, 'Cannot get sandboxes "one" in "mine": InternalError');
  assert(empty.retryable);
});

Deno.test("a page for people is no API server", async () => {
  const page = "<html><body>Bad gateway</body></html>";
  for (const headers of [{ "content-type": "text/html" }, { "content-type": "application/octet" }]) {
    const error = await errorOf(() => new Response(page, { status: 502, headers }));
    assert(isSandboxError(error, "protocol"));
    assertEquals([error.status, error.retryable], [502, true]);
    assertStringIncludes(error.hint ?? "", "proxy");
  }
  const notFound = await errorOf(() => new Response(page, { status: 404, headers: { "content-type": "text/html" } }));
  assertFalse(k8s.isNotFound(notFound), "a proxy does not know what there is");
  const ok = await errorOf(() => new Response(page, { headers: { "content-type": "text/html" } }));
  assert(isSandboxError(ok, "protocol"));
  assertStringIncludes(ok.message, "a page for people");
});

Deno.test("a success that is none", async () => {
  const inside = await errorOf(() => json(status(404, "NotFound")));
  assert(k8s.isNotFound(inside));
  const cut = await errorOf(() => new Response('{"kind": "Sand'));
  assert(isSandboxError(cut, "protocol"));
  assertEquals(cut.message, 'Cannot get sandboxes "one" in "mine": the answer is no object in JSON');
  for (const none of [null, 1, [sandbox("one", "1")]]) {
    assert(isSandboxError(await errorOf(() => json(none)), "protocol"));
  }
  const { kube } = scripted(() => json(sandbox("one", "1")));
  await assertRejects(
    () => kube.sandboxes().list(),
    SandboxError,
    'Cannot list sandboxes in "mine": the answer is no list',
  );
});

Deno.test("a 403 says what to grant", async () => {
  const message =
    'sandboxes.agents.kruise.io is forbidden: User "dev" cannot list resource "sandboxes" in API group "agents.kruise.io"';
  const { kube } = scripted(({ path }) =>
    failure(403, "Forbidden", {
      message: message + (path.includes("mine") ? ' in the namespace "mine"' : " at the cluster scope"),
    })
  );
  const error = await assertRejects(() => kube.sandboxes().list(), KubeStatusError);
  assertEquals(error.message, `Cannot list sandboxes in "mine": ${message} in the namespace "mine"`);
  assertEquals(
    error.hint,
    'Grant the verb "list" on sandboxes.agents.kruise.io in the namespace "mine" to "dev", by a Role and a RoleBinding',
  );
  const wide = await assertRejects(() => kube.sandboxes("").list(), KubeStatusError);
  assertEquals(
    wide.hint,
    'Grant the verb "list" on sandboxes.agents.kruise.io to "dev", by a ClusterRole and a ClusterRoleBinding',
  );
  const anonymous = await errorOf(() =>
    failure(403, "Forbidden", { message: message.replace("dev", "system:anonymous") + ' in the namespace "mine"' })
  );
  assertStringIncludes(anonymous.hint ?? "", "No credential reached the server");
  const quota = await errorOf(() => failure(403, "Forbidden", { message: "exceeded quota" }));
  assertEquals(quota.hint, undefined);
});

Deno.test("a list of what are no objects is a protocol error", async () => {
  for (const item of [null, 1, {}, { metadata: null }]) {
    const { kube } = scripted(() => list([sandbox("a", "1"), item], "1"));
    const error = await assertRejects(() => kube.sandboxes().list(), SandboxError, "the answer is no list");
    assertEquals(error.code, "protocol");
  }
});

Deno.test("a token that a server repeats is not shown", async () => {
  const words = `you sent Bearer ${TOKEN}`;
  for (
    const response of [
      () => failure(400, "BadRequest", { message: words, details: { echo: words } }),
      () => new Response(words, { status: 400 }),
      () => json(status(400, "BadRequest", { message: words })),
    ]
  ) {
    const error = await errorOf(response);
    for (const shown of [error.message, error.stack, JSON.stringify(error), Deno.inspect(error)]) {
      assertFalse(shown?.includes(TOKEN));
    }
    assertStringIncludes(error.message, "you sent ***");
  }
});

Deno.test("a token that a server repeats is not shown, also when it is replaced meanwhile", async () => {
  let count = 0;
  const credentials = () => Promise.resolve({ headers: [["Authorization", `Bearer token-${++count}`]] as const });
  const { kube } = scripted(
    ({ headers }) => new Response(`you sent ${headers.get("authorization")}`, { status: 400 }),
    {
      access: { credentials },
    },
  );
  const error = await assertRejects(() => kube.sandboxes().create(sandbox("one", "1")), KubeStatusError);
  assertEquals(error.message, 'Cannot create sandboxes "one" in "mine": you sent ***');
  assertEquals(count, 1);
});

Deno.test("a 401 whose credentials cannot be renewed is let go of", async () => {
  let isCancelled = false;
  const body = new ReadableStream({ cancel: () => void (isCancelled = true) });
  const failed = new SandboxError("Cannot renew", { code: "kube_config" });
  const { kube } = scripted(() => new Response(body, { status: 401 }), {
    access: { credentials: ({ refused } = {}) => refused ? Promise.reject(failed) : Promise.resolve({ headers: [] }) },
  });
  assertEquals(await kube.sandboxes().get("one").catch((error) => error), failed);
  assert(isCancelled);
});

Deno.test("a 401 renews the credentials once, and is told when that does not help", async () => {
  const asked: boolean[] = [];
  const credentials = ({ refused }: { refused?: unknown } = {}) => {
    asked.push(refused !== undefined);
    const token = refused === undefined && asked.filter(Boolean).length === 0 ? "old" : "new";
    return Promise.resolve({ headers: [["Authorization", `Bearer ${token}`]] as const });
  };
  const { kube, seen } = scripted(
    ({ headers }) =>
      headers.get("authorization") === "Bearer new" ? json(sandbox("one", "1")) : failure(401, "Unauthorized"),
    {
      access: { credentials },
    },
  );
  await kube.sandboxes().create(sandbox("one", "1"));
  assertEquals(seen.map(({ headers }) => headers.get("authorization")), ["Bearer old", "Bearer new"]);
  const refused = scripted(() => failure(401, "Unauthorized"));
  const error = await assertRejects(() => refused.kube.sandboxes().get("one"), KubeStatusError);
  assert(k8s.isUnauthorized(error));
  assertStringIncludes(error.hint ?? "", "credentials were refused");
  assertEquals(refused.seen.length, 1, "there were no others");
});

Deno.test("Retry-After is heeded: a 429 for every call, a 5xx for what can be made twice", async () => {
  for (
    const [code, method, requests] of [
      [429, "get", 2],
      [429, "create", 2],
      [503, "get", 2],
      [503, "update", 2],
      [503, "create", 1],
      [404, "get", 1],
    ] as const
  ) {
    const { kube, seen, clock } = scripted((_, index) =>
      index > 0 ? json(sandbox("one", "1")) : new Response("later", { status: code, headers: { "retry-after": "3" } })
    );
    const resource = kube.sandboxes();
    const call = method === "get" ? resource.get("one") : resource[method](sandbox("one", "1"));
    const failed = await call.then(() => undefined, (error) => error);
    assertEquals(seen.length, requests, `${code} ${method}`);
    assertEquals(failed === undefined, requests > 1);
    assertEquals(clock.pauses, requests > 1 ? [3000] : []);
  }
});

Deno.test("the pause may be named in the Status alone, is 30 s at most, and there are 10 requests at most", async () => {
  const { kube, seen, clock } = scripted(() =>
    failure(429, "TooManyRequests", { details: { retryAfterSeconds: 5000 } })
  );
  const error = await assertRejects(() => kube.sandboxes().get("one", { timeoutMs: 0 }), KubeStatusError);
  assertEquals([error.status, error.retryable], [429, true]);
  assertEquals(seen.length, 10);
  assertEquals(clock.pauses, Array(9).fill(30_000));
});

Deno.test("a pause that is longer than what is left of the call is not waited for", async () => {
  const { kube, seen, clock } = scripted(() =>
    new Response("later", { status: 429, headers: { "retry-after": "20" } })
  );
  await assertRejects(() => kube.sandboxes().get("one", { timeoutMs: 10_000 }), KubeStatusError, "later");
  assertEquals([seen.length, clock.pauses.length], [1, 0]);
});

Deno.test("without Retry-After, a 500 is told at once", async () => {
  const { kube, seen } = scripted(() => failure(500, "InternalError"));
  const error = await assertRejects(() => kube.sandboxes().get("one"), KubeStatusError);
  assert(error.retryable);
  assertEquals(seen.length, 1);
});

Deno.test("a read is repeated when the connection fails, a write is not", async () => {
  const { kube, seen } = scripted((_, index) => {
    if (index < 2) throw new TypeError("connection reset");
    return json(sandbox("one", "1"));
  });
  await kube.sandboxes().get("one");
  assertEquals(seen.length, 3);
  const writing = scripted(() => {
    throw new TypeError("connection reset");
  });
  const error = await assertRejects(() => writing.kube.sandboxes().delete("one"), SandboxError);
  assertEquals([error.code, error.retryable, writing.seen.length], ["network", true, 1]);
});

Deno.test("an answer that breaks off is a lost connection", async () => {
  const body = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"kind":')),
      pull: (controller) => controller.error(new TypeError("reset")),
    });
  const error = await errorOf(() => new Response(body()), "create");
  assertEquals(error.code, "network");
  assertStringIncludes(error.message, "the connection was lost in the middle of the answer");
});

Deno.test("a signal ends a call with its own reason, and an aborted one asks nothing", async () => {
  const { kube, seen } = scripted(() => new Promise<Response>(() => {}));
  const reason = new Error("enough");
  const controller = new AbortController();
  const call = kube.sandboxes().get("one", { signal: controller.signal });
  while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve));
  controller.abort(reason);
  assertEquals(await call.catch((error) => error), reason);
  assert(seen[0]!.signal.aborted);
  assertEquals(
    await kube.sandboxes().get("one", { signal: AbortSignal.abort(reason) }).catch((error) => error),
    reason,
  );
  assertEquals(seen.length, 1);
});

Deno.test("a call that takes too long is a request_timeout", async () => {
  const { kube, seen } = scripted(() => new Promise<Response>(() => {}));
  const error = await assertRejects(() => kube.sandboxes().get("one", { timeoutMs: 5 }), SandboxError);
  assert(isSandboxError(error, "request_timeout"));
  assertEquals(error.message, 'Cannot get sandboxes "one" in "mine": no answer within 5 ms');
  assert(seen[0]!.signal.aborted);
});

Deno.test("a closed client ends what is under way, and begins nothing", async () => {
  const { kube, seen } = scripted(() => new Promise<Response>(() => {}));
  const call = kube.sandboxes().get("one").catch((error) => error);
  while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve));
  await kube.close();
  assertStringIncludes((await call).message, "it was closed");
  await assertRejects(() => kube.sandboxes().get("one"), SandboxError, "it was closed");
  await assertRejects(() => Array.fromAsync(kube.sandboxes().watch()), SandboxError, "it was closed");
  assertEquals(seen.length, 1);
});

Deno.test("a long text of an error is cut, and a binary one left out", async () => {
  const long = await errorOf(() => new Response("x".repeat(5_000_000), { status: 400 }));
  assert(long.message.length < 2200);
  const binary = await errorOf(() =>
    new Response(new Uint8Array([107, 56, 115, 0]), {
      status: 406,
      headers: { "content-type": "application/vnd.kubernetes.protobuf" },
    })
  );
  assertEquals(binary.message, 'Cannot get sandboxes "one" in "mine": NotAcceptable');
});

Deno.test("lists are repeated by page", async () => {
  const { kube, seen } = scripted((_, index) => {
    if (index === 1) throw new TypeError("connection reset");
    return list([sandbox(`s${index}`, "1")], "9", index < 2 ? "next" : undefined);
  });
  const names = (await Array.fromAsync(kube.sandboxes().listAll())).map(({ metadata }) => metadata.name);
  assertEquals(names, ["s0", "s2"]);
  assertEquals(seen.length, 3);
});

Deno.test("a conflict says what to do about it: read again, or about the fields of others", async () => {
  assertEquals(
    (await errorOf(() => failure(409, "Conflict"))).hint,
    "Read the object again, and repeat the change on what is there now",
  );
  const causes = [{ reason: "FieldManagerConflict", message: 'conflict with "alpha"', field: ".spec.paused" }];
  assertEquals(
    (await errorOf(() => failure(409, "Conflict", { details: { causes } }))).hint,
    "Others own these fields: leave them out of what is applied, or take them with force: true",
  );
});

Deno.test("a path that is not allowed is named, and so is a missing credential", async () => {
  const message = 'forbidden: User "dev" cannot get path "/metrics"';
  const hint = async (text: string) => (await errorOf(() => failure(403, "Forbidden", { message: text }))).hint;
  assertEquals(
    await hint(message),
    'Grant the verb "get" on the path /metrics to "dev", by a ClusterRole with nonResourceURLs and a ClusterRoleBinding',
  );
  assertStringIncludes(
    await hint(message.replace("dev", "system:anonymous")) ?? "",
    "No credential reached the server",
  );
});
