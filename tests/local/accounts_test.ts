import { assertEquals } from "@std/assert";
import { Accounts } from "../../src/local/accounts.ts";
import { basicUser } from "../../src/local/request_user.ts";

Deno.test("Accounts without a table know every name but the empty one", () => {
  const accounts = new Accounts("/home/me");
  assertEquals(accounts.find("anyone"), { name: "anyone", home: "/home/me" });
  assertEquals(accounts.find(""), undefined);
});

Deno.test("Accounts with a table know its names and root", () => {
  const accounts = new Accounts("/home/me", { user: { home: "/home/user" } });
  assertEquals(accounts.find("user"), { name: "user", home: "/home/user" });
  assertEquals(accounts.find("root"), { name: "root", home: "/home/me" });
  assertEquals(accounts.find("node"), undefined);
  assertEquals(accounts.find("toString"), undefined);
});

Deno.test("Accounts name ids after their table first, then after the system, else in digits", () => {
  const table = { sandbox: { home: "/", uid: 12_345_678, gid: 12_345_679 } };
  const accounts = new Accounts("/", table);
  assertEquals(accounts.userName(12_345_678), "sandbox");
  assertEquals(accounts.groupName(12_345_679), "sandbox");
  assertEquals(accounts.userName(0), "root");
  assertEquals(accounts.userName(98_765_432), "98765432");
});

Deno.test("Accounts carry ids only where this process may switch", () => {
  const accounts = new Accounts("/", { user: { home: "/", uid: 1000 } });
  const ids = Deno.uid() === 0 ? { uid: 1000, gid: 1000 } : {};
  assertEquals(accounts.find("user"), { name: "user", home: "/", ...ids });
});

Deno.test("basicUser() reads the name and nothing else", () => {
  const user = (authorization: string) => basicUser(new Headers({ authorization }));
  assertEquals(user(`Basic ${btoa("user:")}`), "user");
  assertEquals(user(`basic ${btoa("user:pass:word")}`), "user");
  assertEquals(user(`Basic ${btoa(":")}`), "");
  assertEquals(user(`Basic ${btoa("user")}`), undefined);
  assertEquals(user("Bearer dXNlcjo="), undefined);
  assertEquals(user("Basic §"), undefined);
  assertEquals(basicUser(new Headers()), undefined);
});
