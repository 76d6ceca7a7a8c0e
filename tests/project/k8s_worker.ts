/** A Worker that asks a Kubernetes API; k8s_worker_test.ts bundles and runs it. */

import { isSandboxError } from "../../mod.ts";
import { KubeClient, type KubeConfig } from "../../src/k8s/mod.ts";

/** What the Worker answers. */
export interface WorkerAnswer {
  /** The names of the sandboxes, by the runtime's own `fetch` and by one that is passed in. */
  readonly names: readonly (readonly string[])[];
  /** The codes of what it cannot do: find a configuration, and trust an authority. */
  readonly codes: readonly unknown[];
}

async function namesOf(config: KubeConfig, options?: { fetch: typeof fetch }): Promise<string[]> {
  await using kube = await KubeClient.fromConfig(config, options);
  const names: string[] = [];
  for await (const { metadata } of kube.sandboxes().listAll()) names.push(metadata.name ?? "");
  return names;
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(() => "none", (error) => isSandboxError(error) ? error.code : String(error));
}

export default {
  async fetch(_: Request, { CONFIG, SECURE }: { CONFIG: string; SECURE: string }): Promise<Response> {
    const config: KubeConfig = JSON.parse(CONFIG);
    const answer: WorkerAnswer = {
      names: [await namesOf(config), await namesOf(config, { fetch: (url, init) => fetch(url, init) })],
      codes: [await codeOf(KubeClient.load()), await codeOf(namesOf(JSON.parse(SECURE)))],
    };
    return Response.json(answer);
  },
};
