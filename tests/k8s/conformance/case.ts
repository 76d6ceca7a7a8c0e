/** What the cases of the client have in common. They run against the fake API and against real API servers alike. */

import type { Fetch } from "../../../mod.ts";
import type { KubeAccess, KubeCredentials } from "../../../src/k8s/config/kube_access.ts";
import { createKubeClient } from "../../../src/k8s/client/kube_client.ts";
import {
  isForbidden,
  isNotFound,
  type KubeClient,
  type KubeObject,
  type Resource,
  type Sandbox,
} from "../../../src/k8s/mod.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";
import { type Relay, startRelay } from "./relay.ts";

/** A right that a case needs: a verb and a resource, in the client's own namespace or everywhere. */
export type Right = `${string} ${string}` | `${string} ${string} everywhere`;

/** One case. */
export interface KubeCase {
  readonly name: string;
  /** What it is written from: `wire: <name of a recorded exchange>`, or the documentation of the API. */
  readonly source: string;
  /** What the user must be allowed. Who is not gets a 403 that names the first that is missing. */
  readonly needs: readonly Right[];
  /** Why the fake API cannot do it. There is no such word for real servers. */
  readonly notOnFake?: string;
  /** It makes the server forget old versions, which others at the same time could need. */
  readonly alone?: true;
  run(kit: KubeKit): Promise<void>;
}

/** The API server that cases are run against. */
export interface Target {
  /** Where it is, and who asks. */
  readonly access: KubeAccess;
  /** Makes the requests, where it is no server. */
  readonly fetch?: Fetch;
  /** Makes it forget old versions; absent where nobody can, and the server does it by itself every few minutes. */
  readonly compact?: () => Promise<void>;
}

/** What a case is given. */
export interface KubeKit {
  /** The client. */
  readonly kube: KubeClient;
  /** A text that no other case has, which names of objects can begin with. */
  readonly unique: string;
  /** The label that every object of the case has, and no other object. */
  readonly label: Readonly<Record<string, string>>;
  /** Selects them. */
  readonly selector: string;
  /** A sandbox that is not created yet. Nobody makes it run: it has no template. */
  sandbox(suffix: string, spec?: Record<string, unknown>): Sandbox;
  /** Deletes an object after the case, whatever its outcome. Those with the label are, without it. */
  own<T extends KubeObject>(resource: Resource<T>, name: string): void;
  /** A client of the same server with other headers in place of the credentials. */
  as(headers: KubeCredentials["headers"]): KubeClient;
  /** A client of the same server with some headers besides the credentials. */
  with(headers: KubeCredentials["headers"]): KubeClient;
  /** A client of the same server, over connections that can be cut. */
  relayed(): Promise<{ readonly kube: KubeClient; readonly relay: Relay }>;
  /** Makes the server forget old versions, where that can be done. */
  compact(): Promise<void>;
}

/** Runs a case, and tidies up. */
export async function runCase({ access, fetch, compact }: Target, { run }: KubeCase): Promise<void> {
  const unique = `conformance-${crypto.randomUUID().slice(0, 8)}`;
  const label = { conformance: unique };
  const selector = `conformance=${unique}`;
  const open = (changed: KubeAccess) => own(createKubeClient(changed, kubeFetch(changed, fetch)));
  const closing: AsyncDisposable[] = [];
  function own<T extends AsyncDisposable>(handle: T): T {
    closing.push(handle);
    return handle;
  }
  const left: (() => Promise<void>)[] = [];
  const kube = open(access);
  try {
    await run({
      kube,
      unique,
      label,
      selector,
      sandbox: (suffix, spec = {}) => ({
        apiVersion: "agents.kruise.io/v1alpha1",
        kind: "Sandbox",
        metadata: { name: `${unique}-${suffix}`, labels: { ...label } },
        spec,
      }),
      own: (resource, name) => void left.push(() => removed(resource, name)),
      as: (headers) => open({ ...access, credentials: () => Promise.resolve({ headers }) }),
      with: (headers) =>
        open({
          ...access,
          async credentials(options) {
            const given = await access.credentials(options);
            return { ...given, headers: [...given.headers, ...headers] };
          },
        }),
      async relayed() {
        const relay = own(await startRelay(access.server));
        return { relay, kube: open(relay.through(access)) };
      },
      compact: async () => await compact?.(),
    });
  } finally {
    for (const remove of left) await remove();
    for (const resource of [kube.sandboxes(), kube.sandboxClaims(), kube.sandboxSets(), kube.pods()]) {
      await allRemoved(resource as Resource<KubeObject>, selector);
    }
    for (const handle of closing.toReversed()) await handle[Symbol.asyncDispose]();
  }
}

/** Who may not look for what is left has made nothing. */
async function allRemoved(resource: Resource<KubeObject>, labelSelector: string): Promise<void> {
  try {
    for await (const { metadata } of resource.listAll({ labelSelector })) await removed(resource, metadata.name!);
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
}

async function removed<T extends KubeObject>(resource: Resource<T>, name: string): Promise<void> {
  try {
    const { metadata } = await resource.get(name);
    if (metadata.finalizers?.length) await resource.patch(name, { metadata: { finalizers: null } });
    await resource.delete(name, { gracePeriodSeconds: 0 });
  } catch (error) {
    if (!isNotFound(error) && !isForbidden(error)) throw error;
  }
}
