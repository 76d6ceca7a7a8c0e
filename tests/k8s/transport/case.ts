/** What the cases of the transport have in common. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import type { KubeConfig } from "../../../src/k8s/config/load_options.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";
import type { KubeTransport } from "../../../src/k8s/transport/kube_transport.ts";
import { equal } from "../../conformance/check.ts";
import type { Seen, Stage, StagePort } from "./stage.ts";

/** The engine that a case runs on. */
export type Engine = "deno" | "bun" | "node";

/** One case. */
export interface TransportCase {
  readonly name: string;
  run(stage: Stage, engine: Engine): Promise<void>;
}

/** Fields of an entry. */
export type Entry = Readonly<Record<string, unknown>>;

/** The token of the cases. */
export const TOKEN: string = "s3cret-token";

/** The name and the password that the proxies want, as a URL has them. */
export const PROXY_USER: string = "proxy-user:proxy-p%40ss";

/** A configuration of one context. */
export function configOf(cluster: Entry, user: Entry = {}): KubeConfig {
  return {
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
  };
}

/** The URL of one of the servers. */
export function urlOf({ ports }: Stage, port: StagePort): string {
  return `${port === "plain" ? "http" : "https"}://127.0.0.1:${ports[port]}`;
}

/** The entry of a cluster whose authority is the servers'. */
export function trusting(stage: Stage, port: StagePort, more: Entry = {}): Entry {
  return { server: urlOf(stage, port), "certificate-authority-data": btoa(stage.ca), ...more };
}

/** The entry of a user with a certificate. */
export function certified({ clients }: Stage, client: keyof Stage["clients"]): Entry {
  const { cert, key } = clients[client];
  return { "client-certificate-data": btoa(cert), "client-key-data": btoa(key) };
}

/** A transport for as long as it is used. */
export async function using<T>(cluster: Entry, user: Entry, use: (transport: KubeTransport) => Promise<T>): Promise<T> {
  const transport = kubeFetch(await accessFromConfig(configOf(cluster, user)));
  try {
    return await use(transport);
  } finally {
    await transport.close();
  }
}

/** What the server saw of a GET. */
export async function seen(cluster: Entry, user: Entry = {}, path: string = "/api?limit=1"): Promise<Seen> {
  return await using(cluster, user, async (transport) => await seenIn(await transport.fetch(path)));
}

/** What the server saw, by its answer. */
export async function seenIn(response: Response): Promise<Seen> {
  equal(response.status, 200, "status");
  return await response.json();
}

/** The lines of a header. */
export function valuesOf({ lines }: Seen, name: string): string[] {
  return lines.filter(([key]) => key === name).map(([, value]) => value);
}

/** A directory for as long as it is used. */
export async function inDirectory(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "kube-transport-"));
  try {
    await use(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}
