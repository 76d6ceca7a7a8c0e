import type { KubeCredentials } from "../config/kube_access.ts";
import { toBase64 } from "../config/pem.ts";
import { sentCredentials } from "../transport/kube_fetch.ts";

/**
 * A server's words without what its answer, or its socket, was asked for with, which need not be what is in force now. What
 * cannot be masked is not shown.
 */
export function masked(text: string, answer: object): string {
  const credentials = sentCredentials(answer);
  return credentials === undefined ? "" : withoutSecrets(text, credentials);
}

/** Takes out of a server's words what a request is authorized with: some proxies repeat the headers they got. */
export function withoutSecrets(text: string, { headers, key }: KubeCredentials): string {
  const secrets = new Set<string>(key === undefined ? [] : [key]);
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== "authorization") continue;
    secrets.add(value);
    const [, scheme = "", credential = ""] = /^(\S+)\s+(.*)$/.exec(value) ?? [];
    secrets.add(credential);
    // As a browser sends it, in the name of a sub-protocol.
    secrets.add(toBase64(credential).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""));
    if (scheme.toLowerCase() === "basic") secrets.add(passwordIn(credential));
  }
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    if (secret === "") continue;
    text = text.replaceAll(secret, "***").replaceAll(JSON.stringify(secret).slice(1, -1), "***");
  }
  return text;
}

function passwordIn(basic: string): string {
  try {
    const decoded = atob(basic);
    return decoded.slice(decoded.indexOf(":") + 1);
  } catch {
    return "";
  }
}
