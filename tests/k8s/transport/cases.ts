/** What the transport does on Deno, Bun and Node. Bound to no test runner. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createKubeClient } from "../../../src/k8s/client/kube_client.ts";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";
import type { KubeTransport } from "../../../src/k8s/transport/kube_transport.ts";
import { check, equal, rejection, rejects } from "../../conformance/check.ts";
import {
  certified,
  configOf,
  inDirectory,
  PROXY_USER,
  seen,
  seenIn,
  TOKEN,
  type TransportCase,
  trusting,
  urlOf,
  using,
  valuesOf,
} from "./case.ts";
import { FAILURE_CASES } from "./failure_cases.ts";
import { PLUGIN_CASES } from "./plugin_cases.ts";

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
    name: "a tls-server-name that is an address",
    async run(stage) {
      const server = `https://localhost:${stage.ports.api}`;
      await seen(trusting(stage, "api", { server, "tls-server-name": "127.0.0.1" }), { token: TOKEN });
      const other = seen(trusting(stage, "api", { server, "tls-server-name": "10.1.2.3" }), { token: TOKEN });
      const { message } = await rejects(other, "tls");
      check(message.endsWith("the server's certificate is for other names"), message);
    },
  },
  {
    name: "many calls at a time, and no warning of a leak",
    async run(stage) {
      const warnings: unknown[] = [];
      const onWarning = (warning: Error) => warnings.push(warning.message);
      process.on("warning", onWarning);
      const access = await accessFromConfig(configOf(trusting(stage, "api"), { token: TOKEN }));
      const kube = createKubeClient(access, kubeFetch(access));
      await Promise.all(Array.from({ length: 20 }, () => kube.request("/version").then((response) => response.text())));
      await kube.close();
      // Warnings are told a moment later.
      await new Promise((resolve) => setTimeout(resolve));
      process.off("warning", onWarning);
      equal(warnings, [], "warnings");
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
    name: "a proxy of the environment, and what NO_PROXY leaves out",
    async run(stage, engine) {
      process.env.HTTPS_PROXY = `http://${PROXY_USER}@127.0.0.1:${stage.ports.proxy}`;
      try {
        // Only the proxy knows where this name is.
        const server = `https://api.example:${stage.ports.otherName}`;
        for (
          const [cluster, user] of [
            [trusting(stage, "otherName", { server }), {}],
            [trusting(stage, "otherName", { server }), { as: "jane", "as-groups": ["a", "b"] }],
            [{ server, "insecure-skip-tls-verify": true }, {}],
          ] as const
        ) {
          const request = await seen(cluster, user);
          equal(request.serverName, "api.example");
          equal(valuesOf(request, "proxy-authorization"), [], "what the server is told of the proxy");
        }
        process.env.HTTPS_PROXY = `http://127.0.0.1:${stage.ports.closed}`;
        // On Node this machine is left out without it, as it is by kubectl; the others want to be told.
        if (engine !== "node") process.env.NO_PROXY = "127.0.0.1";
        await seen(trusting(stage, "api"));
      } finally {
        delete process.env.HTTPS_PROXY;
        delete process.env.NO_PROXY;
      }
    },
  },
  {
    name: "a SOCKS proxy with a password, or a clear no",
    async run(stage, engine) {
      const cluster = trusting(stage, "strict", {
        "proxy-url": `socks5://${PROXY_USER}@127.0.0.1:${stage.ports.socks}`,
      });
      const user = certified(stage, "mine");
      if (engine === "deno") return equal((await seen(cluster, user)).client, "mine");
      const error = await rejects(seen(cluster, user), "unsupported");
      check(error.message.endsWith(" cannot use a socks5: proxy-url") && error.hint, error.message);
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

/** All of them, in the order to run them. */
export const TRANSPORT_CASES: readonly TransportCase[] = [
  ...FAILURE_CASES,
  ...SETTINGS,
  ...REQUESTS,
  ...PLUGIN_CASES,
];
