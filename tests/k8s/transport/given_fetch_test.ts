import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isSandboxError, type SandboxError } from "../../../mod.ts";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";
import type { KubeTransport } from "../../../src/k8s/transport/kube_transport.ts";
import { webSender } from "../../../src/k8s/transport/web_sender.ts";
import { configOf, type Entry } from "../config/tools.ts";

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

/** A transport over a `fetch` of the test's, and what was sent. */
async function through(user: Entry, answers: (() => Response | Promise<Response>)[], cluster: Entry = {}) {
  const sent: Sent[] = [];
  const access = await accessFromConfig(configOf({ server: "https://api.test/prefix", ...cluster }, user));
  const transport: KubeTransport = kubeFetch(access, async (url, init = {}) => {
    sent.push({ url: String(url), init });
    return await answers.shift()!();
  });
  return { transport, sent };
}

async function failure(promise: Promise<unknown>): Promise<SandboxError> {
  const error = await promise.then((value) => value, (error) => error);
  assert(isSandboxError(error), Deno.inspect(error));
  return error;
}

Deno.test("a fetch that is passed in makes every request, with the credentials", async () => {
  // The settings of TLS are its business, like those of a Worker's binding.
  const cluster = { "tls-server-name": "name.test", "disable-compression": true };
  const { transport, sent } = await through({ token: "t", as: "jane" }, [() => new Response("ok")], cluster);
  const headers = { "Content-Type": "application/json" };
  const response = await transport.fetch("/api?a=b", { method: "POST", headers, body: "{}" });
  assertEquals([response.status, await response.text(), sent.length], [200, "ok", 1]);
  const { url, init: { method, body, redirect, headers: lines } } = sent[0]!;
  assertEquals([url, method, body, redirect], ["https://api.test/prefix/api?a=b", "POST", "{}", "manual"]);
  assertEquals(lines, [
    ["Content-Type", "application/json"],
    ["Accept-Encoding", "identity"],
    ["Authorization", "Bearer t"],
    ["Impersonate-User", "jane"],
  ]);
  await transport.close();
});

Deno.test("several groups would be joined to one: they are refused before any request", async () => {
  const { transport, sent } = await through({ as: "jane", "as-groups": ["a", "b"] }, []);
  const error = await failure(transport.fetch("/api"));
  assertEquals([error.code, sent.length], ["unsupported", 0]);
  assertStringIncludes(error.message, "several impersonated groups");
  const one = await through({ as: "jane", "as-groups": ["a"] }, [() => new Response("ok")]);
  assertEquals(await (await one.transport.fetch("/api")).text(), "ok");
});

Deno.test("a 401 is handed out where there are no other credentials", async () => {
  const { transport, sent } = await through({ token: "t" }, [() => new Response("who?", { status: 401 })]);
  const response = await transport.fetch("/api");
  assertEquals([response.status, await response.text(), sent.length], [401, "who?", 1]);
});

Deno.test("a redirect is refused, also one that a browser hides", async () => {
  const hidden = () => Object.defineProperty(new Response(null), "type", { value: "opaqueredirect" });
  for (const answer of [() => Response.redirect("https://elsewhere.test/", 302), hidden]) {
    const { transport, sent } = await through({ token: "t" }, [answer]);
    const error = await failure(transport.fetch("/api"));
    assertEquals([error.code, error.retryable, sent.length], ["protocol", false, 1]);
    assertEquals(error.message, 'Cannot reach the Kubernetes API at "api.test": redirected');
    assertStringIncludes(error.hint!, "server");
  }
});

Deno.test("a fetch that fails is a failed connection, and an abort its own reason", async () => {
  const { transport } = await through({ token: "t" }, [() => Promise.reject(new TypeError("fetch failed"))]);
  const error = await failure(transport.fetch("/api"));
  assertEquals([error.code, error.retryable], ["network", true]);
  const reason = new Error("enough");
  const controller = new AbortController();
  const aborted = await through({ token: "t" }, [() => {
    controller.abort(reason);
    return Promise.reject(new TypeError("fetch failed"));
  }]);
  const caught = await aborted.transport.fetch("/api", { signal: controller.signal }).catch((error) => error);
  assertEquals(caught === reason, true);
  assertEquals(await aborted.transport.fetch("/", { signal: AbortSignal.abort(reason) }).catch((e) => e), reason);
  assertEquals(aborted.sent.length, 1);
});

Deno.test("what Workers and browsers cannot do is said before any request, with what to pass", () => {
  const usual = { tls: { insecure: false }, repeats: false, server: "https://api.test", secure: true };
  for (
    const [options, what] of [
      [{ tls: { insecure: false, ca: "PEM" } }, "certificate-authority"],
      [{ cert: "PEM", key: "PEM" }, "client certificate"],
      [{ tls: { insecure: true } }, "leave the server's certificate unchecked"],
      [{ tls: { insecure: false, serverName: "x" } }, "tls-server-name"],
      [{ tls: { insecure: false, proxyUrl: "http://x" } }, "proxy-url"],
      [{ repeats: true }, "several impersonated groups"],
    ] as const
  ) {
    try {
      webSender({ ...usual, ...options });
      throw new Error(`It went well: ${what}`);
    } catch (error) {
      assert(isSandboxError(error, "unsupported"), String(error));
      assertStringIncludes(error.message, what);
      assertStringIncludes(error.hint!, what.includes("groups") ? "one group" : "mTLS binding");
    }
  }
  assertEquals(typeof webSender(usual).send, "function");
});
