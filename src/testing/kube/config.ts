import type { KubeConfig } from "../../k8s/mod.ts";
import type { KnownUser } from "./users.ts";

/** The kubeconfig of somebody, with which a client comes to a fake API. */
export function kubeConfig(server: string, { name, token }: KnownUser, ca?: string): KubeConfig {
  const trust = ca === undefined ? {} : { "certificate-authority-data": base64(ca) };
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "fake", cluster: { server, ...trust } }],
    users: [{ name, user: { token } }],
    contexts: [{ name: "fake", context: { cluster: "fake", user: name, namespace: "default" } }],
    "current-context": "fake",
  };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
