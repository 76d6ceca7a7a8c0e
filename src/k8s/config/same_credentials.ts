import type { KubeCredentials } from "./kube_access.ts";

/** Whether two credentials are the same ones. */
export function sameCredentials(a: KubeCredentials, b: KubeCredentials): boolean {
  return a.cert === b.cert && a.key === b.key && JSON.stringify(a.headers) === JSON.stringify(b.headers);
}
