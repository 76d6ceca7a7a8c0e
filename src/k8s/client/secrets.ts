import type { KubeCredentials } from "../config/kube_access.ts";

/** Takes out of a server's words what a request is authorized with: some proxies repeat the headers they got. */
export function withoutSecrets(text: string, { headers, key }: KubeCredentials): string {
  const secrets = new Set<string>(key === undefined ? [] : [key]);
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== "authorization") continue;
    secrets.add(value);
    const [, scheme = "", credential = ""] = /^(\S+)\s+(.*)$/.exec(value) ?? [];
    secrets.add(credential);
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
