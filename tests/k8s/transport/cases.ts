/** What the transport does on Deno, Bun and Node. Bound to no test runner. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SandboxErrorCode } from "../../../mod.ts";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import type { KubeConfig } from "../../../src/k8s/config/load_options.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";
import type { KubeTransport } from "../../../src/k8s/transport/kube_transport.ts";
import { check, equal, rejection, rejects } from "../../conformance/check.ts";
import { PROXY_USER, type Seen, type Stage, type StagePort } from "./stage.ts";

/** The engine that a case runs on. */
export type Engine = "deno" | "bun" | "node";

/** One case. */
export interface TransportCase {
  readonly name: string;
  run(stage: Stage, engine: Engine): Promise<void>;
}

type Entry = Readonly<Record<string, unknown>>;

const TOKEN = "s3cret-token";

function configOf(cluster: Entry, user: Entry = {}): KubeConfig {
  return {
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
  };
}

function urlOf({ ports }: Stage, port: StagePort): string {
  return `${port === "plain" ? "http" : "https"}://127.0.0.1:${ports[port]}`;
}

function base64(text: string): string {
  return btoa(text);
}

function trusting(stage: Stage, port: StagePort, more: Entry = {}): Entry {
  return { server: urlOf(stage, port), "certificate-authority-data": base64(stage.ca), ...more };
}

function certified({ clients }: Stage, client: keyof Stage["clients"]): Entry {
  const { cert, key } = clients[client];
  return { "client-certificate-data": base64(cert), "client-key-data": base64(key) };
}

async function using<T>(cluster: Entry, user: Entry, use: (transport: KubeTransport) => Promise<T>): Promise<T> {
  const transport = kubeFetch(await accessFromConfig(configOf(cluster, user)));
  try {
    return await use(transport);
  } finally {
    await transport.close();
  }
}

/** What the server saw of a GET. */
async function seen(cluster: Entry, user: Entry = {}, path: string = "/api?limit=1"): Promise<Seen> {
  return await using(cluster, user, async (transport) => await seenIn(await transport.fetch(path)));
}

async function seenIn(response: Response): Promise<Seen> {
  equal(response.status, 200, "status");
  return await response.json();
}

function valuesOf({ lines }: Seen, name: string): string[] {
  return lines.filter(([key]) => key === name).map(([, value]) => value);
}

/** What cannot be reached, and what it is called. */
async function fails(cluster: Entry, user: Entry, code: SandboxErrorCode, detail: string): Promise<void> {
  await using(cluster, { token: TOKEN, ...user }, async (transport) => {
    const error = await rejects(transport.fetch("/api"), code);
    check(error.message.endsWith(`: ${detail}`), error.message);
    check(typeof error.hint === "string", "it has a hint");
    equal(error.retryable, code === "network" && detail === "connection refused", "retryable");
    check(!everythingOf(error).includes(TOKEN), "the token is told");
    check(!/BEGIN|p@ss|p%40ss/.test(everythingOf(error)), "a key or a password is told");
  });
}

function everythingOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { message, stack, hint, cause } = error as Record<string, unknown>;
  return [message, stack, hint, JSON.stringify(error), cause === undefined ? "" : everythingOf(cause)].join("\n");
}

const UNTRUSTED = "the server's certificate is from an authority that is not trusted here";
const EXPIRED = "the server's certificate has expired or is not valid yet";
const OTHER_NAMES = "the server's certificate is for other names";
const NO_TLS = "the TLS connection failed";
const UNUSABLE = "the certificates or the key cannot be used";
/** Bun does not tell the server's alerts apart. */
const REFUSED_CLIENT = (engine: Engine) =>
  engine === "bun" ? NO_TLS : "the server refused the client certificate, or asks for one";

function failing(
  name: string,
  code: SandboxErrorCode,
  detail: string | ((engine: Engine) => string),
  entries: (stage: Stage) => readonly [cluster: Entry, user?: Entry],
): TransportCase {
  return {
    name: `${name}: ${code}`,
    run: async (stage, engine) => {
      const [cluster, user = {}] = entries(stage);
      await fails(cluster, user, code, typeof detail === "string" ? detail : detail(engine));
    },
  };
}

/** What cannot go well. These come first: Deno resumes sessions by name, and then asks for no certificate. */
const FAILURES: readonly TransportCase[] = [
  failing("no authority is given", "tls", UNTRUSTED, (stage) => [{ server: urlOf(stage, "api") }]),
  failing("another authority is given", "tls", UNTRUSTED, (stage) => [
    trusting(stage, "api", { "certificate-authority-data": base64(stage.otherCa) }),
  ]),
  failing("an expired certificate", "tls", EXPIRED, (stage) => [trusting(stage, "expired")]),
  failing("a certificate for another name", "tls", OTHER_NAMES, (stage) => [trusting(stage, "otherName")]),
  failing("a tls-server-name that the certificate has not", "tls", OTHER_NAMES, (stage) => [
    trusting(stage, "otherName", { "tls-server-name": "wrong.example" }),
  ]),
  failing("no client certificate where one is asked for", "tls", REFUSED_CLIENT, (stage) => [
    trusting(stage, "asksClient"),
  ]),
  failing("a client certificate of another authority", "tls", REFUSED_CLIENT, (stage) => [
    trusting(stage, "refusesClient"),
    certified(stage, "stranger"),
  ]),
  failing("TLS where there is none", "tls", NO_TLS, (stage) => [
    trusting(stage, "plain", { server: `https://127.0.0.1:${stage.ports.plain}` }),
  ]),
  failing("nothing listens", "network", "connection refused", (stage) => [trusting(stage, "closed")]),
  failing("a proxy's password is wrong", "network", "the proxy refused", (stage) => [
    trusting(stage, "api", { "proxy-url": `http://proxy-user:wrong-p%40ss@127.0.0.1:${stage.ports.proxy}` }),
  ]),
  failing("an authority that is no certificate", "tls", UNUSABLE, (stage) => [
    trusting(stage, "api", { "certificate-authority-data": base64(broken(stage.ca)) }),
  ]),
  failing("a client certificate that is none", "tls", UNUSABLE, (stage) => [
    trusting(stage, "strict"),
    { ...certified(stage, "mine"), "client-certificate-data": base64(broken(stage.clients.mine.cert)) },
  ]),
  failing("a key that belongs to another certificate", "tls", UNUSABLE, (stage) => [
    trusting(stage, "strict"),
    { ...certified(stage, "mine"), "client-key-data": base64(stage.clients.next.key) },
  ]),
];

/** PEM around something else. */
function broken(pem: string): string {
  return pem.replace(/\n[\s\S]*\n-/, "\nAAAA\n-");
}

const SETTINGS: readonly TransportCase[] = [
  {
    name: "an authority and a token",
    async run(stage) {
      const request = await seen(trusting(stage, "api"), { token: TOKEN });
      equal([request.method, request.url], ["GET", "/api?limit=1"]);
      equal(valuesOf(request, "authorization"), [`Bearer ${TOKEN}`]);
      equal(request.client, undefined, "client certificate");
    },
  },
  {
    name: "a client certificate, and the path of the server's URL",
    async run(stage) {
      const cluster = trusting(stage, "strict", { server: `${urlOf(stage, "strict")}/k8s/clusters/c-1/` });
      const request = await seen(cluster, certified(stage, "mine"));
      equal([request.client, request.url], ["mine", "/k8s/clusters/c-1/api?limit=1"]);
      equal(valuesOf(request, "authorization"), []);
    },
  },
  {
    name: "a tls-server-name",
    async run(stage) {
      const cluster = trusting(stage, "otherName", { "tls-server-name": "api.example" });
      equal((await seen(cluster, { token: TOKEN })).serverName, "api.example");
    },
  },
  {
    name: "insecure-skip-tls-verify, with a client certificate",
    async run(stage) {
      await seen({ server: urlOf(stage, "expired"), "insecure-skip-tls-verify": true });
      const cluster = { server: urlOf(stage, "strict"), "insecure-skip-tls-verify": true };
      equal((await seen(cluster, certified(stage, "mine"))).client, "mine");
    },
  },
  {
    name: "a proxy with a password",
    async run(stage) {
      const cluster = trusting(stage, "strict", { "proxy-url": `http://${PROXY_USER}@127.0.0.1:${stage.ports.proxy}` });
      const request = await seen(cluster, { token: TOKEN, ...certified(stage, "mine") });
      equal([request.client, valuesOf(request, "authorization")], ["mine", [`Bearer ${TOKEN}`]]);
      equal(valuesOf(request, "proxy-authorization"), []);
    },
  },
  {
    name: "a SOCKS proxy, or a clear no",
    async run(stage, engine) {
      const cluster = trusting(stage, "strict", { "proxy-url": `socks5://127.0.0.1:${stage.ports.socks}` });
      const user = certified(stage, "mine");
      if (engine !== "bun") return equal((await seen(cluster, user)).client, "mine");
      const error = await rejects(seen(cluster, user), "unsupported");
      check(error.message.endsWith("Bun cannot use a socks5: proxy-url") && error.hint, error.message);
    },
  },
  {
    name: "several impersonated groups are as many lines",
    async run(stage) {
      const groups = ["system:masters", "a, b", "dev"];
      const extra = { "scopes.example/x": ["1", "2"] };
      const user = { ...certified(stage, "mine"), as: "jané", "as-groups": groups, "as-user-extra": extra };
      const request = await seen(trusting(stage, "strict"), user);
      equal(request.client, "mine");
      equal(valuesOf(request, "impersonate-group"), groups);
      equal(valuesOf(request, "impersonate-extra-scopes.example%2fx"), ["1", "2"]);
      equal(new TextDecoder().decode(bytesOf(valuesOf(request, "impersonate-user")[0]!)), "jané");
    },
  },
  {
    name: "what an engine cannot do together is said before any request",
    async run(stage, engine) {
      const proxy = { "proxy-url": `socks5://127.0.0.1:${stage.ports.closed}` };
      const insecure = { server: urlOf(stage, "api"), "insecure-skip-tls-verify": true, ...proxy };
      const user = engine === "deno" ? {} : { as: "jane", "as-groups": ["a", "b"] };
      const error = await rejects(seen(insecure, user), "unsupported");
      check(/proxy-url/.test(error.message) && error.hint, error.message);
    },
  },
  {
    name: "a proxy with a password, several groups, and no check of the certificate",
    async run(stage) {
      const proxy = { "proxy-url": `http://${PROXY_USER}@127.0.0.1:${stage.ports.proxy}` };
      const groups = ["a", "b"];
      const cluster = { server: urlOf(stage, "expired"), "insecure-skip-tls-verify": true, ...proxy };
      const request = await seen(cluster, { token: TOKEN, as: "jane", "as-groups": groups });
      equal([valuesOf(request, "impersonate-group"), valuesOf(request, "proxy-authorization")], [groups, []]);
    },
  },
  {
    name: "plain HTTP carries no credentials",
    async run(stage) {
      const request = await seen({ server: urlOf(stage, "plain") }, { token: TOKEN, as: "jane" });
      equal([valuesOf(request, "authorization"), valuesOf(request, "impersonate-user")], [[], ["jane"]]);
    },
  },
];

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

const REQUESTS: readonly TransportCase[] = [
  {
    name: "method, headers and body arrive",
    async run(stage) {
      const request = await using(trusting(stage, "api"), {}, async (transport) =>
        await seenIn(
          await transport.fetch("/api", {
            method: "PATCH",
            headers: { "Content-Type": "application/merge-patch+json", "User-Agent": "mine/1" },
            body: '{"a":"é"}',
          }),
        ));
      equal([request.method, request.body], ["PATCH", '{"a":"é"}']);
      equal(valuesOf(request, "content-type"), ["application/merge-patch+json"]);
      equal(valuesOf(request, "user-agent"), ["mine/1"]);
    },
  },
  {
    name: "compressed answers are unpacked, and not asked for with disable-compression",
    async run(stage) {
      const text = await using(
        trusting(stage, "api"),
        {},
        async (transport) => await (await transport.fetch("/gzip")).text(),
      );
      equal(text, "unpacked");
      check(valuesOf(await seen(trusting(stage, "api")), "accept-encoding")[0]!.includes("gzip"), "gzip is asked for");
      const plain = await seen(trusting(stage, "api", { "disable-compression": true }));
      equal(valuesOf(plain, "accept-encoding"), ["identity"]);
    },
  },
  {
    name: "a redirect is refused",
    async run(stage) {
      const error = await rejects(seen(trusting(stage, "api"), { token: TOKEN }, "/redirect"), "protocol");
      check(error.message.endsWith(": redirected") && error.hint, error.message);
    },
  },
  {
    name: "an abort rejects with its reason",
    async run(stage) {
      // The second goes by node:https on every engine.
      for (const user of [{ token: TOKEN }, { as: "jane", "as-groups": ["a", "b"] }]) {
        await using(trusting(stage, "api"), user, async (transport) => {
          const reason = new Error("enough");
          equal(await rejection(transport.fetch("/silent", { signal: AbortSignal.abort(reason) })) === reason, true);
          const controller = new AbortController();
          const call = transport.fetch("/silent", { signal: controller.signal });
          await transport.fetch("/api").then((response) => response.text());
          controller.abort(reason);
          equal(await rejection(call) === reason, true);
        });
      }
    },
  },
  {
    name: "what is streamed arrives before the end, and an abort ends it",
    async run(stage) {
      for (const user of [{ token: TOKEN }, { as: "jane", "as-groups": ["a", "b"] }]) {
        await using(trusting(stage, "api"), user, async (transport) => {
          const controller = new AbortController();
          const response = await transport.fetch("/stream", { signal: controller.signal });
          const reader = response.body!.getReader();
          equal(new TextDecoder().decode((await reader.read()).value), "first\n");
          const rest = reader.read();
          controller.abort(new Error("enough"));
          await rejection(rest);
        });
      }
    },
  },
  {
    name: "a 401 reads the token's file again, and asks once more",
    async run(stage) {
      await inDirectory(async (dir) => {
        const tokenFile = join(dir, "token");
        await writeFile(tokenFile, "old-token\n");
        await using(trusting(stage, "api"), { tokenFile }, async (transport) => {
          equal((await transport.fetch("/only-new")).status, 401);
          await writeFile(tokenFile, "new-token\n");
          const options = { method: "POST", body: "again" };
          equal((await seenIn(await transport.fetch("/only-new", options))).body, "again");
        });
      });
    },
  },
  {
    name: "another client certificate takes new connections, and leaves the answers under way alone",
    async run(stage) {
      await inDirectory(async (dir) => {
        const [cert, key] = [join(dir, "cert.pem"), join(dir, "key.pem")];
        const put = async (client: "mine" | "next") => {
          await writeFile(cert, stage.clients[client].cert);
          await writeFile(key, stage.clients[client].key);
        };
        await put("mine");
        const user = { "client-certificate": cert, "client-key": key };
        const config = configOf(trusting(stage, "strict"), user);
        const access = await accessFromConfig(config);
        const transport = kubeFetch(access);
        try {
          const reader = (await transport.fetch("/stream")).body!.getReader();
          equal(new TextDecoder().decode((await reader.read()).value), "first\n");
          await put("next");
          await access.credentials({ refused: await access.credentials() });
          equal((await seenIn(await transport.fetch("/api"))).client, "next");
          const more = await Promise.race([reader.read().then(() => "ended", () => "broken"), seenLater(transport)]);
          equal(more, "still open");
          await reader.cancel();
        } finally {
          await transport.close();
        }
      });
    },
  },
];

/** Several round trips later. */
async function seenLater(transport: KubeTransport): Promise<string> {
  for (let i = 0; i < 3; i++) await seenIn(await transport.fetch("/api"));
  return "still open";
}

async function inDirectory(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "kube-transport-"));
  try {
    await use(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** All of them, in the order to run them. */
export const TRANSPORT_CASES: readonly TransportCase[] = [...FAILURES, ...SETTINGS, ...REQUESTS];
