/**
 * Asks a real API server and the fake the same, where nothing is recorded. `tests/kube/README.md` says how to start one;
 * without it (`K8S_SERVER`, `K8S_CA`, `K8S_RUN`), there is nothing to compare.
 */

import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { hear, startPods } from "./pod_tools.ts";
import { type Head, RawSocket } from "./raw_socket.ts";

/** What is asked. */
interface Question {
  readonly path: string;
  /** Offered sub-protocols; `null`: it is no WebSocket. */
  readonly protocols?: string | null;
  readonly user?: string;
  /** Messages, each with its channel, and what is no message. */
  readonly says?: readonly (readonly number[])[];
  readonly closes?: number;
  /** What a terminal is to print before something is said. */
  readonly after?: string;
}

const V4 = "v4.channel.k8s.io";
const cat = "box/exec?command=cat&stdin=true&stdout=true";
const size = "box/exec?command=sh&command=-c&command=echo%20on%3B%20read%20x%3B%20stty%20size&stdin=1&stdout=1&tty=1";

const QUESTIONS: readonly Question[] = [
  { path: "absent/exec?command=true&stdout=true", protocols: null },
  { path: "absent/exec?command=true&stdout=true", user: "execget" },
  { path: "box/exec?command=true&stdout=true", user: "execget", protocols: null },
  { path: "box/exec?command=.%2Fnope&stdout=true" },
  { path: "box/exec?command=%2Fetc%2Fpasswd&stdout=true" },
  { path: "box/exec?command=nope&stdout=true", protocols: V4 },
  { path: "box/exec?command=nope&stdout=true", protocols: "" },
  { path: "box/exec?command=true&stdout=true", protocols: "" },
  { path: "box/exec?command=echo&command=hi&stdout=true", protocols: "channel.k8s.io" },
  { path: "box/exec?command=echo&command=hi&stdout=true", protocols: `v9.channel.k8s.io, ${V4}` },
  { path: "box/exec?command=echo&command=hi&stdout=maybe" },
  { path: "box/exec?command=echo&command=a;b&command=c&stdout=1" },
  { path: "box/exec?command=echo&command=hi&stderr=true&tty=true" },
  { path: "box-spdy/exec?command=echo&command=hi&stderr=true&tty=true" },
  { path: "box/exec?command=true&tty=true" },
  { path: "box-spdy/exec?command=true" },
  { path: "broken/exec?command=true&stdout=1", protocols: "v9.channel.k8s.io" },
  { path: "broken-spdy/exec?command=true&stdout=1", protocols: V4 },
  { path: "broken-spdy/exec?command=true&stdout=1", protocols: "v9.channel.k8s.io" },
  { path: "box/exec?command=sh&command=-c&command=kill%20-11%20%24%24&stdout=1" },
  { path: "box/exec?command=sh&command=-c&command=stty%20size&stdout=1&tty=1" },
  { path: "box/exec?command=true&stdout=1", user: "nobody" },
  { path: "box/exec?command=true&stdout=1", user: "nobody", protocols: "base64url.bearer.authorization.k8s.io.YQ" },
  { path: cat, says: [[255, 1], [4, 65], [9, 9], [], [0, 104], [255, 0], [0, 105]] },
  { path: cat, protocols: V4, closes: 3000 },
  { path: cat, closes: 3000 },
  { path: "box-spdy/exec?command=cat&stdin=true&stdout=true", closes: 3000 },
  { path: size, after: "on\r\n", says: [[4, ...Buffer.from('{"Width":70,"Height":5}\n')], [0, 13]] },
  { path: "box/portforward", protocols: V4 },
  { path: "box/portforward?ports=1", protocols: V4 },
  { path: "box/portforward?ports=1", protocols: "" },
  { path: "box/portforward?ports=1" },
  { path: "box/portforward?ports=1", protocols: null },
  { path: "box/portforward?ports=1", protocols: V4, user: "viewer" },
  { path: "box/portforward?ports=1,2", protocols: V4 },
  { path: "box/portforward?ports=1&ports=2", protocols: V4 },
  ...["x", "0", "70000", "-1", "", "1,x"].map((port) => ({ path: `box/portforward?ports=${port}`, protocols: V4 })),
  ...["broken", "absent", "unbound"].map((name) => ({ path: `${name}/portforward?ports=1`, protocols: V4 })),
  { path: "absent/portforward?ports=x", protocols: V4 },
  { path: "box/portforward?ports=x", protocols: V4, user: "execget" },
  ...[
    "box/log?container=nope",
    "two/log",
    "absent/log",
    "unbound/log",
    "box/log?tailLines=-1",
    "box/log?tailLines=x",
    "box/log?sinceSeconds=0",
    "box/log?limitBytes=0&tailLines=-2",
    "box/log?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z",
    "box/log?sinceTime=zz",
    "box/log?stream=Stdout",
  ].map((path) => ({ path, protocols: null })),
  { path: "box/log", protocols: null, user: "viewer" },
  { path: "box/log" },
];

/** What is compared of an answer. */
async function answer(url: string, token: string, question: Question, ca?: string): Promise<unknown> {
  const { path, protocols = "v5.channel.k8s.io", says = [], closes, after } = question;
  const upgrade = {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...(protocols === null || protocols === "" ? {} : { "Sec-WebSocket-Protocol": protocols }),
  };
  const { socket, head } = await RawSocket.open(`${url}`, `/api/v1/namespaces/default/pods/${path}`, {
    Authorization: `Bearer ${token}`,
    ...(protocols === null ? { Connection: "close" } : upgrade),
  }, ca);
  if (head.status !== 101) return { ...shown(head), body: await bodyOf(socket, head) };
  const first = await socket.next();
  let printed = "";
  while (after !== undefined && !printed.endsWith(after)) {
    const frame = await socket.next();
    if (frame === undefined || !("message" in frame)) break;
    printed += Buffer.from(frame.message.subarray(1)).toString();
  }
  for (const message of says) await socket.send("binary", Uint8Array.from(message));
  if (closes !== undefined) await socket.send("close", Uint8Array.of(closes >> 8, closes & 255));
  const { channels, code } = await hear(socket);
  return { ...shown(head), first, printed, channels: [...channels].sort(), code };
}

/** The head of an answer, without what connections, chance and flow control add. */
function shown({ status, headers }: Head): Readonly<Record<string, unknown>> {
  const names = ["content-type", "cache-control", "x-content-type-options", "sec-websocket-protocol"];
  return { status, headers: names.map((name) => [name, headers[name]]) };
}

async function bodyOf(socket: RawSocket, { headers }: Head): Promise<string> {
  const length = headers["content-length"];
  if (length !== undefined) return (await socket.take(Number(length))).trimEnd();
  const text = await socket.rest();
  const chunked = headers["transfer-encoding"] === "chunked";
  return (chunked ? text.replace(/^[0-9a-f]+\r\n/, "").replace(/\r\n0\r\n\r\n$/, "") : text).trimEnd();
}

const server = Deno.env.get("K8S_SERVER") ?? "";
const run = Deno.env.get("K8S_RUN") ?? "";

Deno.test({
  name: "kube pods: the fake answers as the API server that runs",
  ignore: server === "" || run === "",
  async fn(t) {
    const ca = await Deno.readTextFile(Deno.env.get("K8S_CA") ?? "");
    const lines = (await Deno.readTextFile(`${run}/tokens.csv`)).trim().split("\n");
    const tokens = new Map(lines.map((line) => line.split(",")).map(([token = "", name = ""]) => [name, token]));
    await using kube = await startPods();
    await using listener = await kube.listen({ requireToken: true });
    for (const question of QUESTIONS) {
      const { path, protocols, user = "admin" } = question;
      await t.step(`${path} ${protocols ?? ""} ${user}`, async () => {
        const token = tokens.get(user === "admin" ? "token-admin" : user) ?? "none";
        const [real, fake] = await Promise.all([
          answer(server, token, question, ca),
          answer(listener.url, `t-${user}`, question),
        ]);
        assertEquals(fake, real);
      });
    }
  },
});
