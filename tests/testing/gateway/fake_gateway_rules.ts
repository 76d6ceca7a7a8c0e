/** Where the gateway sends a request, and what it says where there is nothing. */

import { GATEWAY_REPLIES, type GatewayAnswer, gatewayReply, startFakeGateway } from "../../../src/testing/mod.ts";
import { equal } from "../../conformance/check.ts";
import { answers, ask, type GatewayCase, portOf, sandboxCalled } from "./fake_gateway_tools.ts";

const NOWHERE = `503 ${GATEWAY_REPLIES.noHealthyUpstream.body}`;
const REFUSED = `503 ${GATEWAY_REPLIES.upstreamRefused.body}`;
const PAUSED = "502 healthy sandbox not found: mine";
const OPEN = "200 mine GET /x";

const REVISIONS = ["2026-08", "later"] as const;
const ID = { "e2b-sandbox-id": "mine" };

/** The cases. */
export const RULE_CASES: readonly GatewayCase[] = [
  {
    name: "the path wins over the headers, and the headers over the host",
    async run() {
      const names = ["by-path", "by-header", "by-host"];
      await using one = await sandboxCalled("one");
      await using two = await sandboxCalled("two");
      await using three = await sandboxCalled("three");
      await using gateway = await startFakeGateway();
      [one, two, three].forEach((server, i) => gateway.route(names[i]!, server));
      const headers = { "E2B-Sandbox-ID": "by-header" };
      const host = { Host: "49983-by-host.localhost:80" };
      equal(await ask(gateway, "/kruise/by-path/49983/x", { ...headers, ...host }), "200 one GET /x");
      equal(await ask(gateway, "/x", { ...headers, ...host }), "200 two GET /x");
      equal(await ask(gateway, "/x", host), "200 three GET /x");
      equal(await ask(gateway, "/x", { ...headers, ...host, "e2b-sandbox-port": "1" }), REFUSED);
      equal(await ask(gateway, "/x", { ...host, "e2b-sandbox-port": "1" }), "200 three GET /x");
      equal(await ask(gateway, "/kruise/none/49983/x", { ...headers, ...host }), "502 sandbox not found: none");
    },
  },
  {
    name: "the path form, to the letter",
    async run() {
      await using server = await sandboxCalled("mine");
      await using gateway = await startFakeGateway();
      gateway.route("mine", server);
      for (
        const [path, expected] of [
          ["/kruise/mine/49983/a/b?c=/d&e", "200 mine GET /a/b?c=/d&e"],
          ["/kruise/mine/49983/", "200 mine GET /"],
          ["/kruise/mine/49983", "200 mine GET /"],
          ["/kruise/mine/49983//x", "200 mine GET //x"],
          ["/kruise/mine/49983/a%2Fb", "200 mine GET /a%2Fb"],
          ["/kruise/mine/+49983/x", "200 mine GET /x"],
          ["/kruise/mine/049983/x", "200 mine GET /x"],
          // No slash between port and query: the port is "49983?x=1".
          ["/kruise/mine/49983?x=1", NOWHERE],
          ["/kruise/mine/port/x", NOWHERE],
          ["/kruise/mine//x", NOWHERE],
          ["/kruise/mine/4.5/x", NOWHERE],
          ["/kruise/mine", NOWHERE],
          ["/kruise", NOWHERE],
          // Seven characters decide, and an eighth is skipped, whatever it is.
          ["/kruisefoo", NOWHERE],
          ["/kruise-mine/49983/x", "200 mine GET /x"],
          ["/kruise/api/v1/sandboxes", NOWHERE],
          ["/kruise/m%69ne/49983/x", "502 sandbox not found: m%69ne"],
          ["/kruise//49983/x", "502 sandbox not found: "],
        ] as const
      ) equal(await ask(gateway, path, ID), expected, path);
    },
  },
  {
    name: "the header form and the host form, to the letter",
    async run() {
      await using server = await sandboxCalled("mine");
      await using gateway = await startFakeGateway();
      gateway.route("mine", server);
      gateway.route("team--Mine-1", server);
      const port = String(portOf(server));
      for (
        const [headers, expected] of [
          [{ ...ID, "e2b-sandbox-port": "49983" }, OPEN],
          [{ ...ID, "e2b-sandbox-port": port }, OPEN],
          [{ ...ID, "e2b-sandbox-port": "" }, OPEN],
          [{ ...ID, "e2b-sandbox-port": "http" }, NOWHERE],
          [{ ...ID, "e2b-sandbox-port": "4 9" }, NOWHERE],
          [{ ...ID, "e2b-sandbox-port": "1" }, REFUSED],
          [{ "e2b-sandbox-id": "default--mine" }, "502 sandbox not found: default--mine"],
          [{ "e2b-sandbox-id": "" }, NOWHERE],
          [{ "e2b-sandbox-port": port }, NOWHERE],
          [{ Host: "49983-mine.example.com" }, OPEN],
          [{ Host: `${port}-mine.x:7788` }, OPEN],
          [{ Host: "49983-team--Mine-1.example.com" }, OPEN],
          [{ Host: "49983-mine" }, NOWHERE],
          [{ Host: "x49983-mine.example.com" }, NOWHERE],
          [{ Host: "mine.example.com" }, NOWHERE],
          [{ Host: "49983-mi_ne.example.com" }, NOWHERE],
          [{ Host: "49983-other.example.com" }, "502 sandbox not found: other"],
        ] as const
      ) equal(await ask(gateway, "/x", headers as Record<string, string>), expected, JSON.stringify(headers));
    },
  },
  {
    name: "a number that is no port is refused by later gateways, and leads nowhere before",
    async run() {
      for (const port of ["0", "-1", "65536", "99999999999"]) {
        const tries = { port: { "e2b-sandbox-port": port } };
        equal(await answers({ revision: "later" }, {}, tries), { port: `400 invalid sandbox port: ${port}` });
        equal(await answers({}, {}, tries), { port: port === "0" ? REFUSED : NOWHERE });
      }
    },
  },
  {
    name: "what is not running is not found, in any state",
    async run() {
      for (const state of ["paused", "creating", "available", "dead"] as const) {
        for (const revision of REVISIONS) equal(await answers({ revision }, { state }, { x: {} }), { x: PAUSED });
      }
      equal(await answers({}, { state: "running" }, { x: {} }), { x: OPEN });
    },
  },
  {
    name: "the proxy in the manager's pod has other words, and checks nothing",
    async run() {
      await using server = await sandboxCalled("mine");
      await using gateway = await startFakeGateway({ revision: "legacy" });
      gateway.route("mine", server);
      gateway.route("paused", server, { state: "paused" });
      for (
        const [path, headers, expected] of [
          ["/x", ID, OPEN],
          ["/x", { Host: "49983-mine.example.com" }, OPEN],
          ["/kruise/mine/49983/x", {}, OPEN],
          ["/x", { "e2b-sandbox-id": "none" }, "502 API Error: healthy sandbox none not found"],
          ["/x", { "e2b-sandbox-id": "paused" }, "502 API Error: healthy sandbox paused not found"],
          ["/x", { ...ID, "e2b-sandbox-port": "70000" }, "400 API Error: invalid sandbox port"],
          ["/x?y", {}, "500 API Error: failed to map request to sandbox, URL=http://gateway.test/x?y"],
          ["/x", { Host: "api.example.com" }, NOWHERE],
          ["/kruise/api/sandboxes", {}, NOWHERE],
        ] as const
      ) {
        equal(
          await ask(gateway, path, headers as Record<string, string>),
          expected,
          `${path} ${JSON.stringify(headers)}`,
        );
      }
    },
  },
  {
    name: "a reply is plain text, has a length and leaves the connection open",
    async run() {
      await using gateway = await startFakeGateway();
      const response = await fetch(gateway.url, { headers: { "e2b-sandbox-id": "a" } });
      equal([response.status, response.headers.get("content-type"), response.headers.get("server")], [
        502,
        "text/plain",
        "envoy",
      ]);
      equal(response.headers.get("content-length"), String("sandbox not found: a".length));
      equal(await response.text(), "sandbox not found: a");
      const head = await fetch(gateway.url, { method: "HEAD", headers: ID });
      equal([head.status, head.headers.get("content-length"), await head.text()], [502, "23", ""]);
    },
  },
  {
    name: "an observer is told of every answer",
    async run() {
      await using server = await sandboxCalled("mine");
      const told: GatewayAnswer[] = [];
      await using gateway = await startFakeGateway({
        onAnswer: (answer) => {
          told.push(answer);
          // Neither of the two may end the process.
          if (told.length === 2) return Promise.reject(new Error("theirs"));
          throw new Error("theirs");
        },
      });
      gateway.route("mine", server);
      await ask(gateway, "/kruise/mine/49983/x?y");
      await ask(gateway, "/x", { "e2b-sandbox-id": "none" }, "POST");
      await ask(gateway, "/kruise/mine/1/");
      equal(told, [
        { method: "GET", path: "/kruise/mine/49983/x?y", sandboxId: "mine", status: 200 },
        { method: "POST", path: "/x", status: 502, reply: "sandbox not found: none" },
        { method: "GET", path: "/kruise/mine/1/", sandboxId: "mine", ...spoken("upstreamRefused") },
      ]);
    },
  },
];

function spoken(name: Parameters<typeof gatewayReply>[0]): { readonly status: number; readonly reply: string } {
  const { status, body } = gatewayReply(name);
  return { status, reply: body };
}
