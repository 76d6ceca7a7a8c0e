import { assert, assertEquals } from "@std/assert";
import { startFakeKube } from "../../src/testing/mod.ts";
import { startWorkers } from "../examples/miniflare.ts";
import { makeAuthority } from "../gateway/certificates.ts";
import { bundleFile } from "../runtimes/platforms/bundle.ts";
import type { WorkerAnswer } from "./k8s_worker.ts";

/** As a project of others bundles a Worker: what is Node's stays outside, and is no more than asked for. */
const OPTIONS = ["--platform=browser", "--conditions=workerd,worker,browser", "--target=es2024", "--external:node:*"];

Deno.test("./k8s in a Worker: bundled without a static import of Node's, and used without Node compatibility", async () => {
  const sandbox = { apiVersion: "agents.kruise.io/v1alpha1", kind: "Sandbox", spec: {} };
  await using kube = await startFakeKube({
    objects: ["one", "two"].map((name) => ({ ...sandbox, metadata: { name } })),
  });
  await using plain = await kube.listen();
  const authority = await makeAuthority("Nobody's");
  const tls = { ...await authority.issue({ names: ["127.0.0.1"] }), ca: authority.cert };
  await using secure = await kube.listen({ tls });
  const dir = await Deno.makeTempDir();
  try {
    const program = new URL("k8s_worker.ts", import.meta.url).pathname;
    const script = await bundleFile(program, `${dir}/worker.js`, ...OPTIONS);
    const text = await Deno.readTextFile(script);
    assertEquals(text.match(/^\s*(import|export)\b[^(\n]*["']node:.*|\brequire\(["']node:.*/gm), null);
    assert(/\bimport\("node:/.test(text), "it is there, for where there is Node");
    const bindings = { CONFIG: JSON.stringify(plain.config), SECURE: JSON.stringify(secure.config) };
    await using workers = await startWorkers(script, [{ bindings, compatibilityFlags: [] }]);
    const answer: WorkerAnswer = await (await fetch(workers.urls[0]!)).json();
    assertEquals(answer, { names: [["one", "two"], ["one", "two"]], codes: ["unsupported", "unsupported"] });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
