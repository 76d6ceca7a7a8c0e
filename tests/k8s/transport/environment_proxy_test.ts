import { assertEquals } from "@std/assert";
import { environmentProxy } from "../../../src/k8s/transport/environment_proxy.ts";

const PROXY = "http://proxy.test:3128";

Deno.test("the proxy of the environment, and what NO_PROXY leaves out", async () => {
  for (
    const [url, env, expected] of [
      ["https://api.test", {}, undefined],
      ["https://api.test", { HTTPS_PROXY: PROXY }, PROXY],
      ["https://api.test", { https_proxy: PROXY, HTTPS_PROXY: "http://other" }, PROXY],
      ["https://api.test", { HTTPS_PROXY: "proxy.test:3128" }, PROXY],
      ["https://api.test", { HTTP_PROXY: PROXY }, undefined],
      ["https://localhost:6443", { HTTPS_PROXY: PROXY }, undefined],
      ["https://127.0.0.1:6443", { HTTPS_PROXY: PROXY }, undefined],
      ["https://[::1]:6443", { HTTPS_PROXY: PROXY }, undefined],
      ["https://api.test", { HTTPS_PROXY: PROXY, NO_PROXY: "*" }, undefined],
      ["https://api.test", { HTTPS_PROXY: PROXY, NO_PROXY: "other.test, api.test" }, undefined],
      ["https://API.test", { HTTPS_PROXY: PROXY, no_proxy: "Api.Test" }, undefined],
      ["https://api.test", { HTTPS_PROXY: PROXY, NO_PROXY: "test" }, undefined],
      ["https://api.test", { HTTPS_PROXY: PROXY, NO_PROXY: ".test" }, undefined],
      ["https://api.test", { HTTPS_PROXY: PROXY, NO_PROXY: "*.test" }, undefined],
      ["https://api.test", { HTTPS_PROXY: PROXY, NO_PROXY: ".api.test" }, PROXY],
      ["https://notapi.test", { HTTPS_PROXY: PROXY, NO_PROXY: "api.test" }, PROXY],
      ["https://api.test", { HTTPS_PROXY: PROXY, NO_PROXY: "api.test:443" }, undefined],
      ["https://api.test:6443", { HTTPS_PROXY: PROXY, NO_PROXY: "api.test:443" }, PROXY],
      ["https://[fd00::1]:6443", { HTTPS_PROXY: PROXY, NO_PROXY: "[fd00::1]" }, undefined],
      ["https://10.96.0.1", { HTTPS_PROXY: PROXY, NO_PROXY: "192.168.0.0/16,10.0.0.0/8" }, undefined],
      ["https://11.96.0.1", { HTTPS_PROXY: PROXY, NO_PROXY: "10.0.0.0/8" }, PROXY],
      ["https://[fd00::1]:6443", { HTTPS_PROXY: PROXY, NO_PROXY: "fd00::/8" }, undefined],
      ["https://[fe00::1]:6443", { HTTPS_PROXY: PROXY, NO_PROXY: "fd00::/8" }, PROXY],
      ["https://10.96.0.1", { HTTPS_PROXY: PROXY, NO_PROXY: "10.0.0.0/99,fd00::/8,name/8" }, PROXY],
      ["https://10.test", { HTTPS_PROXY: PROXY, NO_PROXY: "10.0.0.0/8" }, PROXY],
    ] as const
  ) assertEquals([url, env, await environmentProxy(new URL(url), env)], [url, env, expected]);
});
