/** Connections that fail, on Deno, Bun and Node. */

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { SandboxErrorCode } from "../../../mod.ts";
import { check, equal, rejection, rejects } from "../../conformance/check.ts";
import { within } from "../../../src/time/timer.ts";
import { certified, type Engine, type Entry, TOKEN, type TransportCase, trusting, urlOf, using } from "./case.ts";
import type { Stage } from "./stage.ts";

/** What cannot be reached, and what it is called. */
async function fails(cluster: Entry, user: Entry, code: SandboxErrorCode, detail: string): Promise<void> {
  await using(cluster, { token: TOKEN, ...user }, async (transport) => {
    const error = await rejects(transport.fetch("/api"), code);
    check(error.message.endsWith(`: ${detail}`), error.message);
    check(typeof error.hint === "string", "it has a hint");
    equal(error.retryable, code === "network" && [REFUSED, CUT].includes(detail), "retryable");
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
const REFUSED = "connection refused";
const CUT = "the connection was cut";
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
export const FAILURE_CASES: readonly TransportCase[] = [
  failing("no authority is given", "tls", UNTRUSTED, (stage) => [{ server: urlOf(stage, "api") }]),
  failing("another authority is given", "tls", UNTRUSTED, (stage) => [
    trusting(stage, "api", { "certificate-authority-data": btoa(stage.otherCa) }),
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
  failing("nothing listens", "network", REFUSED, (stage) => [trusting(stage, "closed")]),
  failing("the connection ends in the middle of the handshake", "network", CUT, (stage) => [trusting(stage, "ends")]),
  failing("as that, where a name is checked", "network", CUT, (stage) => [
    trusting(stage, "ends", { "tls-server-name": "api.example" }),
  ]),
  {
    name: "the connection ends in the middle of a request: network",
    async run(stage) {
      await using(trusting(stage, "api"), { token: TOKEN }, async (transport) => {
        await (await transport.fetch("/api")).text();
        const error = await rejects(transport.fetch("/cut"), "network");
        equal([error.retryable, error.message.includes("the connection ")], [true, true]);
      });
    },
  },
  failing("a proxy's password is wrong", "network", "the proxy refused", (stage) => [
    trusting(stage, "api", { "proxy-url": `http://proxy-user:wrong-p%40ss@127.0.0.1:${stage.ports.proxy}` }),
  ]),
  {
    name: "a proxy that does not answer is let go of with the transport",
    async run(stage) {
      const proxy = createServer().listen(0, "127.0.0.1");
      await once(proxy, "listening");
      const { port } = proxy.address() as AddressInfo;
      const connected = once(proxy, "connection");
      const { call, over } = await using(
        trusting(stage, "api", { "proxy-url": `http://me:p%40ss@127.0.0.1:${port}` }),
        {},
        async (transport) => {
          const controller = new AbortController();
          const call = rejection(transport.fetch("/api", { signal: controller.signal }));
          const [socket] = await connected;
          socket.on("error", () => {});
          const over = new Promise((resolve) => socket.resume().once("close", resolve));
          controller.abort(new Error("enough"));
          return { call, over };
        },
      );
      // Much earlier than the proxy's own limit of time.
      let isLetGo = false;
      await within(10_000, Promise.all([call, over]).then(() => void (isLetGo = true)));
      check(isLetGo, "the proxy is let go of");
      proxy.close();
    },
  },
  failing("an authority that is no certificate", "tls", UNUSABLE, (stage) => [
    trusting(stage, "api", { "certificate-authority-data": btoa(broken(stage.ca)) }),
  ]),
  failing("a client certificate that is none", "tls", UNUSABLE, (stage) => [
    trusting(stage, "strict"),
    { ...certified(stage, "mine"), "client-certificate-data": btoa(broken(stage.clients.mine.cert)) },
  ]),
  failing("a key that belongs to another certificate", "tls", UNUSABLE, (stage) => [
    trusting(stage, "strict"),
    { ...certified(stage, "mine"), "client-key-data": btoa(stage.clients.next.key) },
  ]),
];

/** PEM around something else. */
function broken(pem: string): string {
  return pem.replace(/\n[\s\S]*\n-/, "\nAAAA\n-");
}
