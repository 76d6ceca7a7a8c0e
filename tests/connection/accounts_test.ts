import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { type Account, Accounts } from "../../src/connection/accounts.ts";
import { AuthenticationError } from "../../src/errors/authentication_error.ts";
import { NotFoundError } from "../../src/errors/not_found_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { resolveOptions, resolveView, type RuntimeClientOptions } from "../../src/options.ts";

const options = (own: RuntimeClientOptions = {}) => resolveOptions({ sandboxBaseUrl: "http://a.test", ...own });

const basic = (name: string) => `Basic ${btoa(`${name}:`)}`;
const AS = (username: string): Account => ({ username, authorization: basic(username) });

/** A call of a sandbox with these accounts; it tells as whom it was made. */
function sandbox(...accounts: string[]): { made: string[]; call(account: Account): Promise<string> } {
  const made: string[] = [];
  return {
    made,
    call: ({ username }) => {
      made.push(username);
      if (accounts.includes(username)) return Promise.resolve(username);
      return Promise.reject(new AuthenticationError("invalid username", { code: "unknown_user" }));
    },
  };
}

Deno.test("Accounts.forCommand() is root, the client's user, or the one of the call", () => {
  assertEquals(new Accounts(options()).forCommand(undefined), { username: "root", authorization: "Basic cm9vdDo=" });
  const accounts = new Accounts(options({ user: "user" }));
  assertEquals([accounts.forCommand(undefined), accounts.forCommand("node")], [AS("user"), AS("node")]);
});

Deno.test("Accounts.forCommand() lets authHeader decide", () => {
  const authHeader = basic("user");
  const accounts = new Accounts(options({ authHeader, user: "node" }));
  assertEquals(accounts.forCommand("other"), { username: "user", authorization: authHeader });
  const bearer = new Accounts(options({ authHeader: "Bearer abc" }));
  assertEquals(bearer.forCommand(undefined), { username: "root", authorization: "Bearer abc" });
});

Deno.test("Accounts.forCommand() writes a name as UTF-8", () => {
  const { authorization } = new Accounts(options()).forCommand("jürgen");
  assertEquals(authorization, `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode("jürgen:")))}`);
  assertEquals(new Accounts(options({ authHeader: authorization })).forCommand(undefined).username, "jürgen");
});

Deno.test("Accounts.forCommand() refuses a name that a Basic header would cut", () => {
  for (const name of ["", "a:b", "a\n", "\0"]) {
    assertThrows(() => new Accounts(options()).forCommand(name), TypeError, "without colon or control characters");
  }
});

Deno.test("Accounts.forFiles() is node, learned once", async () => {
  const { made, call } = sandbox("node", "root");
  const accounts = new Accounts(options());
  assertEquals([await accounts.forFiles(undefined, call), await accounts.forFiles(undefined, call)], ["node", "node"]);
  assertEquals(made, ["node", "node"]);
});

Deno.test("Accounts.forFiles() falls back to root, repeats the call and remembers", async () => {
  const { made, call } = sandbox("root", "user");
  const accounts = new Accounts(options());
  assertEquals([await accounts.forFiles(undefined, call), await accounts.forFiles(undefined, call)], ["root", "root"]);
  assertEquals(made, ["node", "root", "root"]);
});

Deno.test("Accounts.forFiles() finds out by concurrent first calls as well", async () => {
  const { made, call } = sandbox("root");
  const accounts = new Accounts(options());
  assertEquals(await Promise.all([1, 2].map(() => accounts.forFiles(undefined, call))), ["root", "root"]);
  assertEquals(made, ["node", "node", "root", "root"]);
});

Deno.test("Accounts.forFiles() does not fall back from an account that was named", async () => {
  const { made, call } = sandbox("root");
  for (const own of [{ user: "gone" }, { authHeader: basic("gone") }, {}]) {
    const error = await assertRejects(() =>
      new Accounts(options(own)).forFiles(own.user === undefined && !own.authHeader ? "gone" : undefined, call)
    );
    assertEquals((error as SandboxError).code, "unknown_user");
  }
  assertEquals(made, ["gone", "gone", "gone"]);
});

Deno.test("Accounts.forFiles() with authHeader: it is the identity, user the name for content", async () => {
  const authHeader = basic("root");
  const seen: Account[] = [];
  const accounts = new Accounts(options({ authHeader, user: "user" }));
  await accounts.forFiles(undefined, (account) => Promise.resolve(seen.push(account)));
  await accounts.forFiles("node", (account) => Promise.resolve(seen.push(account)));
  await new Accounts(options({ authHeader })).forFiles(undefined, (account) => Promise.resolve(seen.push(account)));
  assertEquals(seen, ["user", "node", "root"].map((username) => ({ username, authorization: authHeader })));
});

Deno.test("Accounts.forFiles() passes on any other error, and learns from a missing file", async () => {
  const accounts = new Accounts(options());
  for (
    const [error, learned] of [
      [new SandboxError("down", { code: "network" }), false],
      [new AuthenticationError("no token", { code: "unauthenticated" }), false],
      [new NotFoundError("none", { code: "file_not_found" }), true],
    ] as const
  ) {
    const made: string[] = [];
    assertStrictEquals(
      await assertRejects(() =>
        accounts.forFiles(undefined, ({ username }) => (made.push(username), Promise.reject(error)))
      ),
      error,
    );
    assertEquals(made, ["node"]);
    if (!learned) continue;
    // It is known by now: no fallback.
    await assertRejects(() => accounts.forFiles(undefined, sandbox("root").call), AuthenticationError);
  }
});

Deno.test("Accounts.forFiles() asks a probe before a call that cannot be repeated, until it knows", async () => {
  const { made, call } = sandbox("root");
  const probes: string[] = [];
  const probe = ({ username }: Account) => (probes.push(username), call(AS(username)));
  const accounts = new Accounts(options());
  await accounts.forFiles(undefined, call, probe);
  await accounts.forFiles(undefined, call, probe);
  await accounts.forFiles("root", call, probe);
  assertEquals([probes, made], [["node", "root"], ["node", "root", "root", "root", "root"]]);
});

Deno.test("Accounts.forFiles() takes an account for one, though its home is missing", async () => {
  const missing = () => Promise.reject(new NotFoundError("no home", { code: "file_not_found" }));
  assertEquals(await new Accounts(options()).forFiles(undefined, sandbox("node").call, missing), "node");
});

Deno.test("Accounts.forFiles() does not make the call where the probe fails", async () => {
  const { made, call } = sandbox("node");
  const error = new SandboxError("down", { code: "network" });
  const fails = () => Promise.reject(error);
  assertStrictEquals(await assertRejects(() => new Accounts(options()).forFiles(undefined, call, fails)), error);
  assertEquals(made, []);
});

Deno.test("Accounts of a view share what was learned, and have a user of their own", async () => {
  const { made, call } = sandbox("root", "user");
  const parent = new Accounts(options());
  const view = new Accounts(resolveView(options(), {}), parent);
  const other = new Accounts(resolveView(options(), { user: "user" }), parent);
  await view.forFiles(undefined, call);
  await parent.forFiles(undefined, call);
  await other.forFiles(undefined, call);
  assertEquals([made, other.forCommand(undefined)], [["node", "root", "root", "user"], AS("user")]);
});
