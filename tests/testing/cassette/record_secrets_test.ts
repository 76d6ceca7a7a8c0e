/** What a recording must not hold, wherever it stands, and that lengths and frames stay what they were. */

import { assert, assertEquals } from "@std/assert";
import type { Fetch } from "../../../mod.ts";
import { record, type RecordOptions, replay } from "../../../src/testing/mod.ts";
import type { Exchange } from "../../../src/testing/cassette/cassette.ts";
import { fromData } from "../../../src/testing/cassette/cassette_data.ts";
import { END, frame, printed, started } from "../../bad_input/fake.ts";

const TOKEN = "tok-3cr3t-0123456789";

interface Case {
  readonly url?: string;
  readonly init?: RequestInit;
  readonly answer?: Fetch;
  readonly options?: RecordOptions;
}

async function recorded({ url = "http://sandbox.test/x", init, answer, options }: Case): Promise<Exchange> {
  const recorder = record(answer ?? (() => Promise.resolve(new Response("ok"))), options);
  await recorder.fetch(url, init).then((response) => response.text(), () => {});
  return (await recorder.cassette()).exchanges[0] as Exchange;
}

/** The whole body of the answer, as bytes in a string. */
function answered({ response }: Exchange): string {
  return response!.body!.map(({ data }) => fromData(data)).join("");
}

function assertHidden(exchange: Exchange, secret: string = TOKEN): void {
  const json = JSON.stringify(exchange);
  assert(!json.includes(secret), json);
  const bytes = fromData(exchange.request.body as never ?? "") + (exchange.response?.body ? answered(exchange) : "");
  assert(!bytes.includes(secret), bytes);
}

const SECRET_HEADERS = [
  "x-access-token",
  "e2b-traffic-access-token",
  "x-api-key",
  "x-anything-of-my-own",
  "proxy-authorization",
];

for (const name of SECRET_HEADERS) {
  Deno.test(`record masks ${name}, and its value wherever it is echoed`, async () => {
    const exchange = await recorded({
      url: `http://sandbox.test/${TOKEN}?q=${TOKEN}`,
      init: { method: "POST", headers: { [name]: TOKEN }, body: `body with ${TOKEN}` },
      answer: () =>
        Promise.resolve(new Response(`who is ${TOKEN}?`, { headers: { "x-echo": TOKEN, location: `/${TOKEN}` } })),
    });
    assertHidden(exchange);
    assertEquals(exchange.request.headers[name], "***");
    assertEquals(exchange.request.body, `body with ${"*".repeat(TOKEN.length)}`);
    assertEquals(answered(exchange), `who is ${"*".repeat(TOKEN.length)}?`);
  });
}

Deno.test("record masks every kind of Authorization, but says which account is meant", async () => {
  const bearer = await recorded({
    init: { headers: { authorization: `Bearer ${TOKEN}` } },
    answer: () => Promise.resolve(new Response(TOKEN)),
  });
  assertHidden(bearer);
  assertEquals(bearer.request.account, undefined);
  const basic = `Basic ${btoa(`node:${TOKEN}`)}`;
  const password = await recorded({
    init: { headers: { authorization: basic } },
    answer: () => Promise.resolve(new Response(`${basic} ${TOKEN}`)),
  });
  assertHidden(password);
  assertHidden(password, btoa(`node:${TOKEN}`));
  assertEquals(password.request.account, undefined);
  const account = await recorded({ init: { headers: { authorization: "Basic cm9vdDo=" } } });
  assertEquals([account.request.headers.authorization, account.request.account], ["***", "root"]);
});

Deno.test("record masks cookies, both ways", async () => {
  const headers = new Headers({ "set-cookie": `session=${TOKEN}; Path=/` });
  const exchange = await recorded({
    init: { headers: { cookie: "a=cookie-3cr3t-1; b=cookie-3cr3t-2" } },
    answer: () => Promise.resolve(new Response(`${TOKEN} cookie-3cr3t-2`, { headers })),
  });
  assertHidden(exchange);
  assertHidden(exchange, "cookie-3cr3t");
});

Deno.test("record masks what a URL calls a signature or a token", async () => {
  const url =
    `http://sandbox.test/files?path=%2Fx&signature=${TOKEN}&signature_expiration=123&X-Amz-Signature=${TOKEN}`;
  const exchange = await recorded({ url, answer: () => Promise.resolve(new Response(`see ${url} and ?token=abc`)) });
  assertHidden(exchange);
  assertEquals(exchange.request.path, "/files?path=%2Fx&signature=***&signature_expiration=***&X-Amz-Signature=***");
  assert(answered(exchange).endsWith("?token=***"), answered(exchange));
  const redirect = await recorded({
    answer: () => Promise.resolve(new Response(null, { status: 307, headers: { location: url } })),
  });
  assertHidden(redirect);
});

Deno.test("record masks members of JSON that are called secrets, and their values elsewhere", async () => {
  const exchange = await recorded({
    init: {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ accessToken: TOKEN, user: "node", maxTokens: 5 }),
    },
    answer: () => Promise.resolve(Response.json({ DB_PASSWORD: 'a\\"quoted', said: TOKEN, tokens: 7 })),
  });
  assertHidden(exchange);
  assertEquals(JSON.parse(exchange.request.body as string), {
    accessToken: "*".repeat(TOKEN.length),
    user: "node",
    maxTokens: 5,
  });
  const { DB_PASSWORD, ...rest } = JSON.parse(answered(exchange));
  assertEquals([/^\*+$/.test(DB_PASSWORD), rest], [true, { said: "*".repeat(TOKEN.length), tokens: 7 }]);
});

/** A length-delimited field of protobuf. */
function field(number: number, content: string): string {
  const high = content.length >= 128;
  const length = high
    ? String.fromCharCode((content.length & 0x7f) | 0x80, content.length >> 7)
    : String.fromCharCode(content.length);
  return String.fromCharCode(number * 8 + 2) + length + content;
}

Deno.test("record masks variables of a command that are called secrets, and what it prints of them", async () => {
  for (const value of [TOKEN, TOKEN.repeat(20)]) {
    const variable = (name: string, value: string) => field(3, field(1, name) + field(2, value));
    const config = field(1, "/bin/sh") + variable("OPENAI_API_KEY", value) + variable("LANG", "C.UTF-8");
    const body = Uint8Array.from(`\0\0\0\0\0${field(1, config)}`, (char) => char.charCodeAt(0));
    const exchange = await recorded({
      init: { method: "POST", headers: { "content-type": "application/connect+proto" }, body },
      answer: () =>
        Promise.resolve(
          new Response(new Blob([started(), printed(`key=${value}\n`), END]), {
            headers: { "content-type": "application/connect+proto" },
          }),
        ),
    });
    assertHidden(exchange, value);
    const masked = fromData(exchange.request.body as never);
    assertEquals(masked.length, body.length);
    assert(masked.includes("C.UTF-8") && masked.includes("OPENAI_API_KEY"), masked);
    assertEquals(answered(exchange).includes(`key=${"*".repeat(value.length)}\n`), true);
  }
});

Deno.test("record masks a secret that chunks cut anywhere", async () => {
  const text = `before ${TOKEN} after`;
  for (let cut = 1; cut < text.length; cut++) {
    const exchange = await recorded({
      init: { headers: { "x-access-token": TOKEN } },
      answer: () => {
        const body = new ReadableStream({
          start(controller) {
            for (const part of [text.slice(0, cut), text.slice(cut)]) {
              controller.enqueue(new TextEncoder().encode(part));
            }
            controller.close();
          },
        });
        return Promise.resolve(new Response(body));
      },
    });
    assertHidden(exchange);
    assertEquals(answered(exchange), `before ${"*".repeat(TOKEN.length)} after`);
    assertEquals(exchange.response!.body!.map(({ data }) => fromData(data).length), [cut, text.length - cut]);
  }
});

Deno.test("record masks a secret that frames of output cut, and leaves the frames whole", async () => {
  for (let cut = 1; cut < TOKEN.length; cut++) {
    const frames = [started(), printed(`a ${TOKEN.slice(0, cut)}`), printed(`${TOKEN.slice(cut)} b`), END];
    const exchange = await recorded({
      init: { method: "POST", headers: { "x-access-token": TOKEN }, body: "x" },
      answer: () =>
        Promise.resolve(new Response(new Blob(frames), { headers: { "content-type": "application/connect+proto" } })),
    });
    const expected = [
      started(),
      printed(`a ${"*".repeat(cut)}`),
      printed(`${"*".repeat(TOKEN.length - cut)} b`),
      END,
    ];
    const bytes = Uint8Array.from(answered(exchange), (char) => char.charCodeAt(0));
    assertEquals(bytes, new Uint8Array(await new Blob(expected).arrayBuffer()));
  }
});

Deno.test("record masks a secret within base64, wherever it begins in it", async () => {
  for (const before of ["", "a", "ab", "abc"]) {
    for (const after of ["", "x", "xy"]) {
      const text = `${before}${TOKEN}${after}`;
      const exchange = await recorded({
        init: { headers: { "x-access-token": TOKEN } },
        answer: () => Promise.resolve(Response.json({ data: btoa(text) })),
      });
      const left = atob(JSON.parse(answered(exchange)).data);
      assertEquals(left.length, text.length);
      // What the secret shares a byte of base64 with may show a few bits of its first and last character.
      assert(!left.includes(TOKEN.slice(1, -1)) && !left.includes(TOKEN.slice(1, 6)), left);
    }
  }
});

Deno.test("record masks a secret in the errors of engines", async () => {
  const exchange = await recorded({
    url: `http://sandbox.test/files?signature=${TOKEN}`,
    init: { headers: { "x-access-token": `${TOKEN}-2` } },
    answer: (input) =>
      Promise.reject(new TypeError(`cannot send to ${input}`, { cause: new Error(`sent ${TOKEN}-2`) })),
  });
  assertHidden(exchange);
});

Deno.test("record masks the secrets and patterns that it is told, with as many asterisks", async () => {
  const exchange = await recorded({
    init: { method: "POST", body: "my word is abracadabra, ümläut" },
    answer: () => Promise.resolve(new Response("mail to a@b.example, abracadabra")),
    options: { secrets: ["abracadabra", "ümläut", /\w+@[\w.]+/] },
  });
  assertEquals(exchange.request.body, `my word is ${"*".repeat(11)}, ${"*".repeat(8)}`);
  assertEquals(answered(exchange), `mail to ${"*".repeat(11)}, ${"*".repeat(11)}`);
});

Deno.test("record masks what only a later request tells to be a secret", async () => {
  const recorder = record(() => Promise.resolve(new Response(`the key is ${TOKEN}`)));
  await (await recorder.fetch("http://sandbox.test/1")).text();
  await (await recorder.fetch("http://sandbox.test/2", { headers: { "x-access-token": TOKEN } })).text();
  const exchanges = (await recorder.cassette()).exchanges as Exchange[];
  for (const exchange of exchanges) assertHidden(exchange);
});

for (const [name, value] of [["x-access-token", TOKEN], ["set-cookie", `session=${TOKEN}; Path=/`]] as const) {
  Deno.test(`record masks what only an answer's ${name} tells to be a secret, in the first cassette too`, async () => {
    const answers = [new Response(`first: ${TOKEN}`), new Response("x", { headers: { [name]: value } })];
    const recorder = record(() => Promise.resolve(answers.shift()!));
    await (await recorder.fetch("http://sandbox.test/1")).text();
    const init = { method: "POST", headers: { "if-match": TOKEN }, body: `mine ${TOKEN}` };
    await (await recorder.fetch(`http://sandbox.test/2/${TOKEN}`, init)).text();
    const cassette = await recorder.cassette();
    const [first, second] = cassette.exchanges as Exchange[];
    assertHidden(first!);
    assertHidden(second!);
    assertEquals([second!.request.path, second!.response!.headers[name]], ["/2/***", "***"]);
    assertEquals(await recorder.cassette(), cassette);
  });
}

Deno.test("record masks a secret in the base64 of URLs, and in base64 that is cut into lines", async () => {
  const secret = "tok?~>3cr3t??>>~~end";
  const url = btoa(secret).replaceAll("+", "-").replaceAll("/", "_");
  const one = await recorded({
    init: { headers: { "x-access-token": secret } },
    answer: () => Promise.resolve(new Response(url)),
  });
  assertHidden(one, url);
  const long = "k3yJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.".repeat(4);
  for (const [before, width, end] of [["", 76, "\n"], ["with ", 64, "\r\n"], ["x".repeat(100), 76, "\n"]] as const) {
    const text = `${before}${long} and more`;
    const wrapped = btoa(text).replace(new RegExp(`.{${width}}(?=.)`, "g"), `$&${end}`);
    const exchange = await recorded({
      init: { headers: { "x-access-token": long } },
      answer: () => Promise.resolve(new Response(wrapped)),
    });
    const lines = answered(exchange).split(end);
    assertEquals(lines.map(({ length }) => length), wrapped.split(end).map(({ length }) => length));
    const left = atob(lines.join(""));
    assert(left.startsWith(before) && left.endsWith(" and more"), left);
    for (let at = 1; at + 6 < long.length; at++) assert(!left.includes(long.slice(at, at + 6)), left);
  }
});

Deno.test("record masks a key that is sent as the user of a Basic header", async () => {
  const key = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";
  const exchange = await recorded({
    init: { headers: { authorization: `Basic ${btoa(`${key}:`)}` } },
    answer: () => Promise.resolve(new Response(`hello ${key}`)),
  });
  assertHidden(exchange, key);
  assertHidden(exchange, btoa(`${key}:`));
  assertEquals(exchange.request.account, undefined);
});

Deno.test("record masks what a form or a query calls a secret, and its value elsewhere", async () => {
  const form = new URLSearchParams({ password: "p&ss w0rd!", token: TOKEN, name: "node" });
  const exchange = await recorded({
    url: "http://sandbox.test/x?api_key=k3y-in-a-query",
    init: { method: "POST", body: form },
    answer: () => Promise.resolve(new Response(`p&ss w0rd! ${TOKEN} k3y-in-a-query`)),
  });
  for (const secret of [TOKEN, "p&ss", "p%26ss", "k3y-in"]) assertHidden(exchange, secret);
  assert((exchange.request.body as string).endsWith("&name=node"));
});

Deno.test("record masks a secret that a large body names", async () => {
  const big = (password: string) => JSON.stringify({ text: "x".repeat(80_000), password, more: "y".repeat(80_000) });
  const init = { method: "POST", headers: { "content-type": "application/json" } };
  const exchange = await recorded({
    init: { ...init, body: big(TOKEN) },
    answer: () => Promise.resolve(new Response(`echo ${TOKEN}`)),
  });
  assertEquals(answered(exchange), `echo ${"*".repeat(TOKEN.length)}`);
  const answers = replay({ version: 1, exchanges: [exchange] });
  const other = "0ther-secret".padEnd(TOKEN.length, "x");
  assertEquals((await answers("http://sandbox.test/x", { ...init, body: big(other) })).status, 200);
});

Deno.test("record leaves the host out of the errors of a resolver", async () => {
  const exchange = await recorded({
    url: "http://box.corp.example:7788/x",
    answer: () =>
      Promise.reject(
        new TypeError("fetch to box.corp.example:7788 failed", {
          cause: new Error("getaddrinfo ENOTFOUND box.corp.example, not mybox.corp.example"),
        }),
      ),
  });
  assertEquals(exchange.error!.message, "fetch to sandbox failed");
  assertEquals(exchange.error!.cause!.message, "getaddrinfo ENOTFOUND sandbox, not mybox.corp.example");
});

Deno.test("record leaves alone what is no secret", async () => {
  const exchange = await recorded({
    init: {
      method: "POST",
      headers: {
        "content-type": "text/plain",
        "user-agent": "agent/1.0",
        "x-tenant": "production",
        "x-attempt": "1",
        "x-token": "short",
      },
      body: "agent/1.0 in production, attempt 1, short",
    },
    answer: () => Promise.resolve(new Response("agent/1.0 in production, attempt 1, short")),
  });
  assertEquals(exchange.request.body, "agent/1.0 in production, attempt 1, short");
  assertEquals(answered(exchange), exchange.request.body as string);
});

Deno.test("record keeps a body of frames that is none as it is", async () => {
  for (const bytes of [frame(0, new Uint8Array(3), 0xffffffff), frame(0, Uint8Array.from([10, 200, 18, 1]))]) {
    const exchange = await recorded({
      answer: () => Promise.resolve(new Response(bytes, { headers: { "content-type": "application/connect+proto" } })),
    });
    assertEquals(Uint8Array.from(answered(exchange), (char) => char.charCodeAt(0)), bytes);
  }
});
