import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { optionsFromEnv, quote, RuntimeClient, type RuntimeClientOptions, sh } from "../../mod.ts";
import { fake } from "./fake.ts";

const REACHABLE = { sandboxId: "default--x", domain: "gateway.test:7788" };

const MALFORMED: Readonly<Record<string, RuntimeClientOptions>> = {
  "nothing": {},
  "an id without a gateway": { sandboxId: "x" },
  "a gateway without an id": { domain: "gateway.test" },
  "an empty domain": { sandboxId: "x", domain: "" },
  "an empty id": { sandboxId: "", domain: "gateway.test" },
  "a domain with a scheme": { sandboxId: "x", domain: "http://gateway.test" },
  "a domain with a path": { sandboxId: "x", domain: "gateway.test/path" },
  "a domain with a space": { sandboxId: "x", domain: "gateway .test" },
  "a domain with credentials": { sandboxId: "x", domain: "user:word@gateway.test" },
  "no URL": { sandboxBaseUrl: "not a url" },
  "a URL without a scheme": { sandboxBaseUrl: "127.0.0.1:49983" },
  "a URL of another scheme": { sandboxBaseUrl: "ftp://sandbox.test" },
  "a URL with credentials": { sandboxBaseUrl: "http://user:word@sandbox.test" },
  "a URL with a query": { sandboxBaseUrl: "http://sandbox.test?x=1" },
  "a function that makes no URL": { sandboxBaseUrl: () => "nonsense" },
  "an unknown scheme": { ...REACHABLE, scheme: "ftp" as "http" },
  "an unknown routing": { ...REACHABLE, routing: "magic" as "header" },
  "a user with a colon": { ...REACHABLE, user: "a:b" },
  "an empty user": { ...REACHABLE, user: "" },
  "a token with a newline": { ...REACHABLE, runtimeToken: "a\nb" },
};

for (const [what, options] of Object.entries(MALFORMED)) {
  Deno.test(`bad input: ${what} is a TypeError`, () => {
    assertThrows(() => new RuntimeClient(options), TypeError);
  });
}

Deno.test("bad input: without a domain the error says what to pass", () => {
  assertThrows(() => new RuntimeClient({}), TypeError, "domain");
  assertThrows(() => new RuntimeClient({}), TypeError, "sandboxBaseUrl");
});

Deno.test("bad input: no options at all is a TypeError", () => {
  assertThrows(() => new RuntimeClient(undefined as unknown as RuntimeClientOptions), TypeError);
  assertThrows(() => new RuntimeClient(null as unknown as RuntimeClientOptions), TypeError);
});

Deno.test("bad input: numbers out of range are a RangeError", () => {
  const wrong: RuntimeClientOptions[] = [
    { runtimePort: 0 },
    { runtimePort: 65536 },
    { runtimePort: 1.5 },
    { requestTimeoutMs: -1 },
    { requestTimeoutMs: NaN },
    { maxFrameBytes: -1 },
    { retry: { gatewayMs: -1 } },
    { retry: { attempts: 0.5 } },
  ];
  for (const options of wrong) assertThrows(() => new RuntimeClient({ ...REACHABLE, ...options }), RangeError);
});

Deno.test("bad input: an unknown SCHEME is a TypeError", () => {
  assertThrows(() => optionsFromEnv({ SBX_DOMAIN: "gateway.test", SCHEME: "gopher" }), TypeError);
});

/** No request may be made for any of these. */
const { sandbox, paths } = fake(() => {
  throw new Error("a request was made");
});
const { commands, files } = sandbox;

const TYPE_ERRORS: Readonly<Record<string, () => Promise<unknown>>> = {
  "an empty command line": () => commands.run(""),
  "a blank command line": () => commands.run(" \n"),
  "an empty argv": () => commands.run([]),
  "an argv with an empty program": () => commands.start(["", "x"]),
  "a NUL in a command line": () => commands.run("echo a\0b"),
  "a NUL in an argument": () => commands.run(["echo", "a\0b"]),
  "a NUL in a variable": () => commands.run(["true"], { envs: { A: "a\0b" } }),
  "a NUL in the name of a variable": () => commands.run(["true"], { envs: { "A\0": "b" } }),
  "a name that is no variable's": () => commands.run(["true"], { envs: { "A=B": "c" } }),
  "a NUL in the working directory": () => commands.run(["true"], { cwd: "/a\0b" }),
  "a NUL in a tag": () => commands.run(["true"], { tag: "a\0b" }),
  "a user with a colon": () => commands.run(["true"], { user: "a:b" }),
  "a command that is none": () => commands.run(5 as unknown as string),
  "an argument that is no string": () => commands.run(["echo", 5 as unknown as string]),
  "an unknown overflow": () => commands.run(["true"], { overflow: "ignore" as "throw" }),
  "a signal that the daemon does not send": () => commands.sendSignal(7, "SIGINT" as "SIGTERM"),
  "a NUL in a path": () => files.read("/a\0b"),
  "half a character in a path": () => files.writeText("/a\ud800", "x"),
  "a path that is none": () => files.getInfo(undefined as unknown as string),
  "a NUL in a destination": () => files.rename("/a", "/b\0"),
  "data that is none": () => files.write("/a", 5 as unknown as string),
  "input that is none": () => commands.run(["cat"], { stdin: 5 as unknown as string }),
};

for (const [what, call] of Object.entries(TYPE_ERRORS)) {
  Deno.test(`bad input: ${what} is a TypeError, without a request`, async () => {
    await assertRejects(call, TypeError);
    assertEquals(paths, []);
  });
}

const RANGE_ERRORS: Readonly<Record<string, () => Promise<unknown>>> = {
  "a negative life": () => commands.run(["true"], { timeoutMs: -1 }),
  "a life that is no number": () => commands.run(["true"], { timeoutMs: NaN }),
  "a negative limit of output": () => commands.run(["true"], { maxOutputBytes: -1 }),
  "a negative limit of a request": () => commands.list({ requestTimeoutMs: -1 }),
  "a range that ends before it starts": () => files.read("/x", { range: { start: 5, end: 3 } }),
  "a negative range": () => files.read("/x", { range: { start: -1 } }),
  "a range of fractions": () => files.read("/x", { range: { start: 0.5 } }),
  "a negative size": () => files.read("/x", { maxBytes: -1 }),
  "a negative depth": () => files.list("/x", { depth: -1 }),
};

for (const [what, call] of Object.entries(RANGE_ERRORS)) {
  Deno.test(`bad input: ${what} is a RangeError, without a request`, async () => {
    await assertRejects(call, RangeError);
    assertEquals(paths, []);
  });
}

Deno.test("bad input: NUL cannot be quoted", () => {
  assertThrows(() => quote("a\0b"), TypeError);
  assertThrows(() => sh`echo ${"a\0b"}`, TypeError);
});
