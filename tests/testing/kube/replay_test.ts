import { assertEquals, assertMatch } from "@std/assert";
import type { FakeKube } from "../../../src/testing/mod.ts";
import { HandClock } from "./hand_clock.ts";
import { Likeness } from "./likeness.ts";
import { type Exchange, EXCHANGES } from "./recording.ts";
import { type Answered, type Ask, askOver, askWith, readBody, recordedBody } from "./replay_client.ts";
import { EXCEPTIONS, isSocket } from "./replay_exceptions.ts";
import { BEFORE, BODIES, DURING, type Send } from "./replay_steps.ts";
import { startRecorded } from "./replay_server.ts";

/** What connections add, and what says how an answer is cut into pieces. */
const OF_THE_CONNECTION = new Set(["date", "connection", "keep-alive", "content-length", "transfer-encoding"]);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

class Replay {
  readonly #likeness = new Likeness();
  readonly #clock: HandClock;
  readonly #kube: FakeKube;
  readonly #ask: Ask;

  constructor(kube: FakeKube, clock: HandClock, ask: Ask) {
    this.#kube = kube;
    this.#clock = clock;
    this.#ask = ask;
  }

  async play(exchange: Exchange): Promise<void> {
    const { name, request: { method, headers, user, body, text }, response } = exchange;
    await BEFORE[name]?.(this.#send, this.#kube, this.#clock);
    const given = { ...headers, ...(user === "none" ? {} : { Authorization: `Bearer t-${user}` }) };
    const described = BODIES[name]?.() ?? body;
    const sent = described === undefined ? text : JSON.stringify(this.#likeness.translate(described));
    const answered = await this.#pumped(this.#ask(method, this.#path(exchange), given, sent));
    assertEquals(answered.status, response.status);
    assertHeaders(answered.headers, response.headers);
    const bytes = await this.#received(exchange, answered);
    const same = EXCEPTIONS[name]?.same ?? ((value) => value);
    this.#likeness.assertAlike(same(readBody(bytes, response)), same(recordedBody(response)));
  }

  /** Does what the recorder did around an exchange, but not the exchange. */
  async pass({ name }: Exchange): Promise<void> {
    await BEFORE[name]?.(this.#send, this.#kube, this.#clock);
    for (const [, write] of DURING[name] ?? []) await write(this.#send);
  }

  /** The path of a request, with the fake's versions and tokens. */
  #path({ name, request: { path } }: Exchange): string {
    return path.replace(/\bcontinue=([\w-]+)/, (_, token) => `continue=${this.#likeness.own(token)}`)
      .replace(/\bresourceVersion=(\d{3})\b/, (_, version) => {
        const latest = this.#kube.write({ apiVersion: "v1", kind: "Namespace", metadata: { name: `before-${name}` } });
        return `resourceVersion=${this.#likeness.version(version) ?? latest.metadata.resourceVersion}`;
      });
  }

  /** Lets time pass until there is an answer. */
  async #pumped(answer: Promise<Answered>): Promise<Answered> {
    let there = false;
    answer.then(() => there = true, () => there = true);
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve));
      if (there) return await answer;
      if (this.#kube.watches === 0 && this.#clock.waiting > 0) this.#clock.advance(1000);
    }
  }

  /** The body of an answer; of a watch, what is sent while the recorder wrote, until its end. */
  async #received({ name, response }: Exchange, { body }: Answered): Promise<Uint8Array> {
    if (response.events === undefined && response.gzipMembers === undefined) return await body;
    const start = this.#clock.now();
    for (const [at, write] of DURING[name] ?? []) {
      this.#clock.advance(start + at * 1000 - this.#clock.now());
      await write(this.#send);
    }
    this.#clock.advance(start + (response.seconds ?? 4) * 1000 + 1 - this.#clock.now());
    return await body;
  }

  #send: Send = async (method, path, body, type = "application/json") => {
    const headers = { Authorization: "Bearer t-admin", "User-Agent": "wire/1.0", "Content-Type": type };
    const answered = await this.#ask(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
    const text = new TextDecoder().decode(await answered.body);
    assertEquals(answered.status < 300, true, `${method} ${path}: ${text}`);
  };
}

function assertHeaders(actual: Readonly<Record<string, string>>, recorded: Readonly<Record<string, string>>): void {
  const names = (headers: object) => Object.keys(headers).filter((name) => !OF_THE_CONNECTION.has(name)).sort();
  assertEquals(names(actual), names(recorded), "headers");
  for (const name of names(recorded)) {
    if (recorded[name] === "<uuid>") assertMatch(actual[name] ?? "", UUID, name);
    else assertEquals(actual[name], recorded[name], name);
  }
}

async function replayAll(t: Deno.TestContext, left: ReadonlySet<string>, over: "listener" | "fetch"): Promise<void> {
  const clock = new HandClock();
  await using kube = await startRecorded(clock);
  await using listener = await kube.listen({ requireToken: true });
  const replay = new Replay(kube, clock, over === "fetch" ? askWith(kube.fetch) : askOver(listener.url));
  let count = 0;
  for (const exchange of EXCHANGES) {
    if (isSocket(exchange.name)) continue;
    if (left.has(exchange.name)) {
      await replay.pass(exchange);
      continue;
    }
    count += await t.step(exchange.name, () => replay.play(exchange)) ? 1 : 0;
  }
  assertEquals(count, 130 - left.size, "exchanges that the fake answers as the server did");
  assertEquals(clock.waiting, 0, "timers that are left");
}

Deno.test("kube replay: the fake answers over a connection as the server did", async (t) => {
  await replayAll(t, new Set(), "listener");
});

Deno.test("kube replay: the fake answers through its fetch as the server did", async (t) => {
  // A fetch joins header lines, and its answers are not compressed.
  await replayAll(t, new Set(["impersonate", "watch-list-gzip"]), "fetch");
});

Deno.test("kube replay: the exceptions and the steps are of exchanges that there are", () => {
  const names = new Set(EXCHANGES.map(({ name }) => name));
  for (const table of [EXCEPTIONS, BEFORE, DURING, BODIES]) {
    assertEquals(Object.keys(table).filter((name) => !names.has(name)), []);
  }
  assertEquals(EXCHANGES.filter(({ name }) => isSocket(name)).length, 50);
});
