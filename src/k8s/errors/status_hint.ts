import type { Status } from "../../errors/kube_status_error.ts";
import { detailsOf } from "./status.ts";

/** What a 403 of the authorizer names: a resource, or a path that is none. */
const DENIED_PATH = /User "([^"]*)" cannot (\S+) path "([^"]+)"/;
const DENIED =
  /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)/;

/** What the user can do about a failure; undefined where there is nothing to say. */
export function statusHint(status: Status, code: number, isStatus: boolean): string | undefined {
  switch (code) {
    case 401:
      return "The credentials were refused: check the user of the kubeconfig's context, and that its token or certificate is still valid";
    case 403:
      return forbiddenHint(status);
    case 404:
      if (isStatus && !status.message?.startsWith("the server could not find")) return undefined;
      return "The server does not have this resource: check group, version and plural, and that its CustomResourceDefinition is installed";
    case 409:
      if (status.reason === "AlreadyExists") return undefined;
      return detailsOf(status).causes.some(({ reason }) => reason === "FieldManagerConflict")
        ? "Others own these fields: leave them out of what is applied, or take them with force: true"
        : "Read the object again, and repeat the change on what is there now";
    case 410:
      return "The version is too old: list again";
    case 413:
      return "The API server takes 3 MiB at most";
    case 415:
      return "Custom resources take no strategic merge patch: use merge, json or apply";
    case 429:
      return "The server has too much to do: try again later";
    case 502:
    case 503:
    case 504:
      return "The API server or a proxy before it is not ready: try again later";
  }
}

function forbiddenHint(status: Status): string | undefined {
  const { message = "" } = status;
  if (detailsOf(status).causes.some(({ reason }) => reason === "NamespaceTerminating")) {
    return "The namespace is being deleted: use another one, or wait until it is gone and create it again";
  }
  const [, user = "", verb = "", resource = "", group = "", namespace] = DENIED.exec(message) ??
    DENIED_PATH.exec(message) ?? [];
  if (resource === "") return undefined;
  if (user === "system:anonymous") {
    return "No credential reached the server: check the user of the kubeconfig's context";
  }
  if (verb.startsWith("impersonate")) {
    return `Grant the user "${user}" the right to impersonate, which "as" in the kubeconfig asks for`;
  }
  if (resource.startsWith("/")) {
    return `Grant the verb "${verb}" on the path ${resource} to "${user}", by a ClusterRole with nonResourceURLs and a ClusterRoleBinding`;
  }
  const what = group === "" ? resource : `${resource}.${group}`;
  return namespace === undefined
    ? `Grant the verb "${verb}" on ${what} to "${user}", by a ClusterRole and a ClusterRoleBinding`
    : `Grant the verb "${verb}" on ${what} in the namespace "${namespace}" to "${user}", by a Role and a RoleBinding`;
}
