import { assertEquals, assertThrows } from "@std/assert";
import { optionsFromEnv } from "../mod.ts";

Deno.test("optionsFromEnv() reads what it knows and nothing else", () => {
  assertEquals(
    optionsFromEnv({
      SBX_URL: "http://127.0.0.1:49983",
      SBX_DOMAIN: "gateway.test:7788",
      SBX_SANDBOX_ID: "default--s",
      SBX_TOKEN: "rt",
      SBX_API_KEY: "ak",
      SCHEME: "https",
      PATH: "/bin",
      SBX_USER: "node",
    }),
    {
      sandboxBaseUrl: "http://127.0.0.1:49983",
      domain: "gateway.test:7788",
      sandboxId: "default--s",
      runtimeToken: "rt",
      apiKey: "ak",
      scheme: "https",
    },
  );
});

Deno.test("optionsFromEnv() leaves out what is absent or empty", () => {
  assertEquals(Object.keys(optionsFromEnv({})), []);
  const empty = { SBX_URL: "", SBX_DOMAIN: undefined, SBX_SANDBOX_ID: "", SBX_TOKEN: "", SBX_API_KEY: "", SCHEME: "" };
  assertEquals(Object.keys(optionsFromEnv(empty)), []);
});

Deno.test("optionsFromEnv() refuses another scheme", () => {
  for (const SCHEME of ["ftp", "HTTP", "https:", " http"]) {
    assertThrows(() => optionsFromEnv({ SCHEME }), TypeError, 'pass "http" or "https"');
  }
});
