import { assertEquals, assertThrows } from "@std/assert";
import { PathError, resolvePath } from "../../src/local/paths.ts";

const account = { name: "user", home: "/home/user" };
const old = { newer: false, defaultWorkdir: undefined };

Deno.test("resolvePath() keeps absolute paths and joins the others to the home directory", () => {
  const cases = {
    "/a/../b//c/": "/a/../b//c/",
    "": "/home/user",
    "~": "/home/user",
    "~/a/": "/home/user/a",
    "~/../x": "/home/x",
    "~\\a": "/home/user/\\a",
    "a/./b/../c/": "/home/user/a/c",
    "..": "/home",
    "a~b": "/home/user/a~b",
  };
  for (const [path, resolved] of Object.entries(cases)) {
    assertEquals(resolvePath(path, account, old), resolved);
  }
});

Deno.test("resolvePath() refuses the home directory of another account in the daemon's words", () => {
  assertThrows(
    () => resolvePath("~node/x", account, old),
    PathError,
    "failed to expand path '' for user 'user': cannot expand user-specific home dir",
  );
});

Deno.test("resolvePath() takes the default directory for an empty path, on the newer version", () => {
  const defaultWorkdir = "~/work";
  assertEquals(resolvePath("", account, { newer: true, defaultWorkdir }), "/home/user/work");
  assertEquals(resolvePath("a", account, { newer: true, defaultWorkdir }), "/home/user/a");
  assertEquals(resolvePath("", account, { newer: false, defaultWorkdir }), "/home/user");
});
