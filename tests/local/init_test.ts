import { assertEquals } from "@std/assert";
import { type LocalRuntime, startLocalRuntime } from "../../src/local/mod.ts";

async function init(runtime: LocalRuntime, body: string): Promise<number> {
  const response = await runtime.fetch("http://x/init", { method: "POST", body });
  await response.body?.cancel();
  return response.status;
}

async function envs(runtime: LocalRuntime, token: string): Promise<unknown> {
  const headers = { "x-access-token": token };
  return await (await runtime.fetch("http://x/envs", { headers })).json();
}

Deno.test("POST /init of 0.2.10 reads the first object, whatever braces its strings hold", async () => {
  await using runtime = await startLocalRuntime({ token: "" });
  assertEquals(await init(runtime, '{"envVars":{"A":"}\\"{"}} {"envVars":{"A":"no"}}'), 204);
  assertEquals(await envs(runtime, ""), { A: '}"{', E2B_SANDBOX: "false" });
});

Deno.test("POST /init of 0.2.10 refuses another token and changes nothing", async () => {
  await using runtime = await startLocalRuntime({ token: "" });
  assertEquals(await init(runtime, '{"accessToken":"one"}'), 204);
  const response = await runtime.fetch("http://x/init", {
    method: "POST",
    headers: { "x-access-token": "one" },
    body: '{"accessToken":"two","envVars":{"A":"1"}}',
  });
  assertEquals(response.status, 409);
  assertEquals(await envs(runtime, "one"), { E2B_SANDBOX: "false" });
});

Deno.test("POST /init of 0.6.13 refuses tokens that are empty or escaped", async () => {
  await using runtime = await startLocalRuntime({ token: "", version: "0.6.13" });
  assertEquals(await init(runtime, '{"accessToken":""}'), 400);
  assertEquals(await init(runtime, '{"accessToken":"a\\u0062"}'), 400);
  assertEquals(await init(runtime, '{"envVars":null,"accessToken":null}'), 204);
});

Deno.test("POST /init of 0.6.13 ignores a request that is older than another", async () => {
  await using runtime = await startLocalRuntime({ token: "", version: "0.6.13" });
  assertEquals(await init(runtime, '{"timestamp":"2026-01-02T00:00:00Z","envVars":{"A":"new"}}'), 204);
  assertEquals(await init(runtime, '{"timestamp":"2026-01-01T00:00:00Z","envVars":{"A":"old"}}'), 204);
  assertEquals(await envs(runtime, ""), { A: "new", E2B_SANDBOX: "false" });
});
