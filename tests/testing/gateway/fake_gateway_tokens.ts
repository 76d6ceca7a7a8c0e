/** Whom the gateway lets in, and when: the order of its checks is that of the real one. */

import {
  type FakeGatewayOptions,
  type FakeRouteOptions,
  GATEWAY_REPLIES,
  startFakeGateway,
} from "../../../src/testing/mod.ts";
import { equal } from "../../conformance/check.ts";
import { answers, ask, type GatewayCase, sandboxCalled } from "./fake_gateway_tools.ts";
import { target } from "../faults/fault_proxy_peers.ts";

const NOWHERE = `503 ${GATEWAY_REPLIES.noHealthyUpstream.body}`;
const VERIFIER = "503 service unavailable: traffic access token verifier is not ready";
const UNAUTHORIZED = "401 unauthorized: invalid or missing access token";
const FORBIDDEN = "403 forbidden: invalid or missing traffic access token";
const MISMATCH = "403 forbidden: traffic access token does not match sandbox";
const PAUSED = "502 healthy sandbox not found: mine";
const NOT_READY = "503 sandbox gateway is not ready";
const OPEN = "200 mine GET /x";

const REVISIONS = ["2026-08", "later"] as const;
const ID = { "e2b-sandbox-id": "mine" };

/** The cases. */
export const TOKEN_CASES: readonly GatewayCase[] = [
  {
    name: "readiness comes before the route, and at first the state before the tokens",
    async run() {
      await using server = await sandboxCalled("mine");
      for (const revision of REVISIONS) {
        await using gateway = await startFakeGateway({ revision, ready: false });
        gateway.route("mine", server, { state: "paused", token: "t" });
        gateway.route("other", server, { state: "paused", trafficAuth: true });
        const later = revision === "later";
        const other = { "e2b-sandbox-id": "other" };
        const none = { "e2b-sandbox-id": "none" };
        for (const headers of [ID, other, none]) equal(await ask(gateway, "/x", headers), NOT_READY);
        equal(await ask(gateway, "/x"), NOWHERE, "what names no sandbox is Envoy's");
        const zero = await ask(gateway, "/x", { ...ID, "e2b-sandbox-port": "0" });
        equal(zero, later ? "400 invalid sandbox port: 0" : NOT_READY);
        gateway.setReady(true);
        equal(await ask(gateway, "/x", none), "502 sandbox not found: none");
        equal(await ask(gateway, "/x", ID), later ? UNAUTHORIZED : PAUSED);
        equal(await ask(gateway, "/x", { ...ID, "X-Access-Token": "t" }), PAUSED);
        equal(await ask(gateway, "/x", other), later ? VERIFIER : PAUSED.replace("mine", "other"));
        gateway.setReady(false);
        equal(await ask(gateway, "/x", ID), NOT_READY);
      }
    },
  },
  {
    name: "the access token, in each mode",
    async run() {
      const tries = { none: {}, wrong: { "X-Access-Token": "T" }, right: { "x-access-token": "t" } };
      const all = (answer: string) => ({ none: answer, wrong: answer, right: OPEN });
      const modes: [FakeGatewayOptions, FakeRouteOptions, string][] = [
        [{}, { token: "t" }, UNAUTHORIZED],
        [{}, {}, OPEN],
        [{}, { token: "" }, OPEN],
        [{ enableAuth: false }, { token: "t" }, OPEN],
        [{ enableJwtAuth: true }, { token: "t" }, OPEN],
        [{ revision: "later" }, { token: "t" }, UNAUTHORIZED],
        [{ revision: "later", enableJwtAuth: true }, { token: "t" }, UNAUTHORIZED],
        [{ revision: "later", enableJwtAuth: true }, {}, OPEN],
        [{ revision: "later", enableJwtAuth: true, enableAuth: false }, { token: "t" }, OPEN],
      ];
      for (const [options, route, refusal] of modes) {
        equal(await answers(options, route, tries), all(refusal), JSON.stringify([options, route]));
      }
      const right = { right: { "X-Access-Token": "t" } };
      for (const options of [{}, { enableAuth: false }, { revision: "later" }] as const) {
        equal(await answers(options, { token: "t", trafficAuth: true }, right), { right: VERIFIER });
      }
    },
  },
  {
    name: "the traffic token is verified, to its sandbox and its object",
    async run() {
      await using server = await sandboxCalled("mine");
      await using stranger = await startFakeGateway();
      for (const revision of REVISIONS) {
        await using gateway = await startFakeGateway({ revision, enableJwtAuth: true });
        gateway.route("mine", server, { trafficAuth: true, token: "t" });
        gateway.route("other", server);
        const good = await gateway.trafficToken("mine");
        const from = (seconds: number) =>
          gateway.trafficToken("mine", { expiresAt: new Date(Date.now() + seconds * 1e3) });
        const [head, claims] = good.split(".");
        const none = btoa(JSON.stringify({ alg: "none" })).replaceAll("=", "");
        const tries: [token: string, expected: string][] = [
          [good, OPEN],
          [await from(-30), OPEN], // clocks may differ by a minute
          [await from(-90), FORBIDDEN],
          ["", FORBIDDEN],
          ["t", FORBIDDEN],
          [`Bearer ${good}`, FORBIDDEN],
          [`${head}.${claims}.`, FORBIDDEN],
          [`${none}.${claims}.`, FORBIDDEN],
          [await stranger.trafficToken("mine", { uid: "x" }), FORBIDDEN],
          [await gateway.trafficToken("other"), MISMATCH],
          [await gateway.trafficToken("mine", { uid: "x" }), MISMATCH],
        ];
        for (const [token, expected] of tries) {
          equal(await ask(gateway, "/x", { ...ID, "e2b-traffic-access-token": token }), expected, token);
        }
        equal(await ask(gateway, "/x", { ...ID, "X-Access-Token": "t" }), FORBIDDEN, "the other token does not help");
        gateway.route("mine", server, { trafficAuth: true });
        equal(await ask(gateway, "/x", { ...ID, "e2b-traffic-access-token": good }), OPEN, "the object is the same");
        gateway.unroute("mine");
        gateway.route("mine", server, { trafficAuth: true });
        equal(await ask(gateway, "/x", { ...ID, "e2b-traffic-access-token": good }), MISMATCH, "a new object");
      }
    },
  },
  {
    name: "the traffic token stays with a gateway that verifies it, the access token never does",
    async run() {
      const seen = async (options: FakeGatewayOptions, route: FakeRouteOptions) => {
        await using server = await target((text) =>
          text.endsWith("\r\n\r\n") ? "HTTP/1.1 204 No Content\r\n\r\n" : undefined
        );
        await using gateway = await startFakeGateway(options);
        gateway.route("mine", server, route);
        const trafficToken = await gateway.trafficToken("mine");
        const sent = { ...ID, "X-Access-Token": "t", "E2B-Traffic-Access-Token": trafficToken };
        equal(await ask(gateway, "/x", sent), "204 ");
        const { text } = server.wires[0]!;
        return [/^x-access-token: t\r$/im, /^e2b-traffic-access-token: \S+\r$/im].map((header) => header.test(text));
      };
      equal(await seen({}, {}), [true, true]);
      equal(await seen({ enableAuth: false }, {}), [true, true]);
      for (const revision of REVISIONS) {
        equal(await seen({ revision, enableJwtAuth: true }, {}), [true, false]);
        equal(await seen({ revision, enableJwtAuth: true }, { trafficAuth: true }), [true, false]);
      }
    },
  },
  {
    name: "a later gateway wakes a paused sandbox up, once for all who wait",
    async run() {
      await using server = await sandboxCalled("mine");
      let waking = 0;
      let release = () => {};
      const both = new Promise<void>((resolve) => release = resolve);
      await using gateway = await startFakeGateway({
        revision: "later",
        onAnswer: ({ reply }) => reply === "sandbox not found: none" && release(),
      });
      const wake = async () => {
        waking++;
        await both;
        gateway.route("mine", server);
      };
      gateway.route("mine", server, { state: "paused", token: "t", wake });
      equal(await ask(gateway, "/x", ID), UNAUTHORIZED, "who may not come in wakes nobody up");
      equal(waking, 0);
      gateway.route("mine", server, { state: "paused", wake });
      const held = [ask(gateway, "/x", ID), ask(gateway, "/x", ID)];
      await ask(gateway, "/x", { "e2b-sandbox-id": "none" });
      equal(await Promise.all(held), [OPEN, OPEN]);
      equal(waking, 1);
      gateway.route("mine", server, { state: "dead", wake });
      equal(await ask(gateway, "/x", ID), PAUSED, "only what is paused can wake up");
    },
  },
  {
    name: "a sandbox that does not wake up, in each way",
    async run() {
      await using server = await sandboxCalled("mine");
      await using gateway = await startFakeGateway({ revision: "later", wakeTimeoutMs: 200 });
      const failures: [FakeRouteOptions["wake"], string][] = [
        [() => Promise.reject(new Error("no room")), "503 sandbox wake failed"],
        [() => {
          throw new Error("no room");
        }, "503 sandbox wake failed"],
        [() => new Promise(() => {}), "503 sandbox wake failed"],
        [() => {}, PAUSED],
        [() => void gateway.unroute("mine"), PAUSED],
      ];
      for (const [wake, expected] of failures) {
        gateway.route("mine", server, { state: "paused", wake });
        equal(await ask(gateway, "/x", ID), expected, String(wake));
      }
    },
  },
];
