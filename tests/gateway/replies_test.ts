/** What the gateway says by itself, as callers of the client see it: `docs/protocol.md` §1. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RuntimeClientOptions, SandboxErrorCode } from "../../mod.ts";
import {
  type FakeGatewayOptions,
  type FakeRouteOptions,
  type GatewayReply,
  gatewayReply,
  type GatewayReplyName,
} from "../../src/testing/mod.ts";
import { assertRefused } from "../bad_input/refused.ts";
import { target } from "../testing/faults/fault_proxy_peers.ts";
import { behind, CALLS, ID } from "./behind.ts";

interface Refusal {
  readonly reply: GatewayReplyName | GatewayReply;
  readonly code: SandboxErrorCode;
  /** A word of the hint. */
  readonly hint: string;
  readonly retryable?: true;
  /** `health()` rejects instead of answering false. */
  readonly unhealthy?: true;
  readonly gateway?: FakeGatewayOptions;
  readonly route?: FakeRouteOptions;
  readonly client?: RuntimeClientOptions;
}

const LATER = { revision: "later" } as const;
const JWT = { enableJwtAuth: true } as const;
const PAUSED = { state: "paused" } as const;
const LEGACY: GatewayReply = { status: 502, body: `API Error: healthy sandbox ${ID} not found` };
const UNMAPPED: GatewayReply = { status: 500, body: "API Error: failed to map request to sandbox" };

const REFUSALS: readonly Refusal[] = [
  {
    reply: "gatewayNotReady",
    code: "gateway_not_ready",
    retryable: true,
    hint: "starting",
    gateway: { ready: false },
  },
  {
    reply: gatewayReply("sandboxNotFound", { sandboxId: "mine" }),
    code: "sandbox_not_found",
    hint: "label",
    client: { sandboxId: "mine" },
  },
  ...(["paused", "creating", "available", "dead"] as const).map((state): Refusal => ({
    reply: "sandboxNotRunning",
    code: "sandbox_not_running",
    hint: "resume",
    route: { state },
  })),
  { reply: "unauthorized", code: "unauthenticated", hint: "runtimeToken", unhealthy: true, route: { token: "other" } },
  {
    reply: "unauthorized",
    code: "unauthenticated",
    hint: "runtimeToken",
    unhealthy: true,
    gateway: LATER,
    route: { ...PAUSED, token: "other" },
  },
  {
    reply: "forbidden",
    code: "forbidden",
    hint: "trafficToken",
    unhealthy: true,
    gateway: JWT,
    route: { trafficAuth: true },
  },
  {
    reply: "forbidden",
    code: "forbidden",
    hint: "trafficToken",
    unhealthy: true,
    gateway: JWT,
    route: { trafficAuth: true },
    client: { trafficToken: "no JWT" },
  },
  { reply: "verifierNotReady", code: "network", retryable: true, hint: "verify", route: { trafficAuth: true } },
  {
    reply: "wakeFailed",
    code: "network",
    retryable: true,
    hint: "",
    gateway: LATER,
    route: { ...PAUSED, wake: () => Promise.reject(new Error("no room")) },
  },
  { reply: "upstreamRefused", code: "network", retryable: true, hint: "listen", client: { runtimePort: 1 } },
  { reply: LEGACY, code: "sandbox_not_running", hint: "resume", gateway: { revision: "legacy" }, route: PAUSED },
  {
    reply: { status: 502, body: LEGACY.body.replace(ID, "mine") },
    code: "sandbox_not_running",
    hint: "resume",
    gateway: { revision: "legacy" },
    client: { sandboxId: "mine" },
  },
];

for (const { reply, code, hint, retryable, unhealthy, gateway, route, client } of REFUSALS) {
  const { status, body } = typeof reply === "string" ? gatewayReply(reply, { sandboxId: ID }) : reply;
  const about = [gateway?.revision, route?.state, client && Object.keys(client)].filter(Boolean).join(" ");
  Deno.test(`the gateway's ${status} "${body}" is ${code}${about && ` (${about})`}`, async () => {
    await using own = await behind(gateway, route);
    for (const routing of ["header", "path"] as const) {
      const sandbox = own.client({ ...client, routing });
      for (const [what, call] of Object.entries(CALLS)) {
        const before = own.answers.length;
        const error = await assertRefused(call(sandbox, "/nowhere"), code, what);
        assertEquals([error.status, error.retryable], [status, retryable ?? false], what);
        assertEquals(error.sandboxId, sandbox.sandboxId);
        assertStringIncludes(error.hint ?? "", hint);
        assertStringIncludes(error.message, body.slice(0, 20), what);
        assert(!`${error.message} ${error.cause}`.includes(own.runtime.token), "the token is told");
        assertEquals(own.answers.slice(before).map((answer) => answer.reply), [body], what);
      }
      if (unhealthy) await assertRefused(sandbox.health(), code);
      else assertEquals(await sandbox.health(), false);
    }
  });
}

Deno.test("the gateway's 403 for another sandbox's traffic token is forbidden", async () => {
  await using own = await behind(JWT, { trafficAuth: true });
  own.gateway.route("default--other", own.runtime);
  const sandbox = own.client({ trafficToken: await own.gateway.trafficToken("default--other") });
  for (const [what, call] of Object.entries(CALLS)) {
    const error = await assertRefused(call(sandbox, "/nowhere"), "forbidden", what);
    assertStringIncludes(error.message, "traffic access token does not match sandbox");
    assertStringIncludes(error.hint!, "this very sandbox");
  }
});

Deno.test("what names no sandbox gets Envoy's words, and a network error", async () => {
  for (
    const [revision, status, body, code] of [
      ["2026-08", 503, "no healthy upstream", "network"],
      ["legacy", UNMAPPED.status, UNMAPPED.body, "internal"],
    ] as const
  ) {
    await using own = await behind({ revision });
    const sandbox = own.client({ sandboxId: undefined, domain: undefined, sandboxBaseUrl: own.gateway.url });
    const error = await assertRefused(sandbox.commands.list(), code);
    assertEquals(error.status, status);
    assertStringIncludes(error.message, body);
  }
});

Deno.test("a runtime that hangs up before it answers, and one that never does, are network errors", async () => {
  await using hangsUp = await target((_, { socket }) => void socket.destroy());
  await using silent = await target(() => undefined);
  await using soon = await behind({ idleTimeoutMs: 100 });
  await using late = await behind();
  for (
    const [own, server, reply] of [
      [late, hangsUp, "upstreamClosed"],
      [soon, silent, "upstreamTimeout"],
    ] as const
  ) {
    own.gateway.route(ID, server);
    for (const [what, call] of Object.entries(CALLS)) {
      const error = await assertRefused(call(own.client({ requestTimeoutMs: 0 }), "/nowhere"), "network", what);
      assertEquals([error.status, error.retryable], [gatewayReply(reply).status, true], what);
      assertStringIncludes(error.message, gatewayReply(reply).body.slice(0, 30));
    }
  }
});

Deno.test("a gateway that is not ready is tried again, whatever the call, and each runs once", async () => {
  const dir = await Deno.makeTempDir();
  let refusals = 0;
  try {
    await using own = await behind({ onAnswer: () => --refusals === 0 && own.gateway.setReady(true) });
    const { "files.write, a stream": _, ...calls } = CALLS; // a stream cannot be sent again
    for (const [what, call] of Object.entries(calls)) {
      const sandbox = own.client({ user: "root", retry: { gatewayMs: 30_000, attempts: 0 } });
      const before = own.answers.length;
      refusals = 2;
      own.gateway.setReady(false);
      await call(sandbox, dir);
      const answers = own.answers.slice(before);
      assertEquals(answers.map(({ reply }) => reply), [
        ...Array(2).fill("sandbox gateway is not ready"),
        ...Array(answers.length - 2).fill(undefined),
      ], what);
      const paths = answers.slice(2).map(({ path }) => path);
      assertEquals([...new Set(paths)], paths, `${what}: each once`);
      assertEquals(new Set(answers.slice(0, 3).map(({ path }) => path)).size, 1, `${what}: the same call`);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a gateway that stays not ready is given up in time", async () => {
  await using own = await behind({ ready: false });
  const error = await assertRefused(own.client({ retry: { gatewayMs: 300 } }).commands.list(), "gateway_not_ready");
  assertEquals(error.retryable, true);
  assert(own.answers.length > 1, `${own.answers.length} attempts`);
});
