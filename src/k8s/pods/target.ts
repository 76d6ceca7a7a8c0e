import type { Requester } from "../client/requester.ts";
import { checkName, checkNamespace } from "../client/names.ts";
import type { Kubelet } from "../sockets/kube_socket.ts";

/** A container of a pod. */
export interface PodTarget {
  /** The pod's name. */
  pod: string;
  /**
   * Its namespace.
   *
   * @default {the client's own}
   */
  namespace?: string | undefined;
  /**
   * The name of the container.
   *
   * @default {the one that the pod's annotation `kubectl.kubernetes.io/default-container` names, else its first}
   */
  container?: string | undefined;
  /**
   * The pod's kubelet, such as `https://10.0.0.7:10250`, to keep the bytes off the API server. It gets the same
   * credentials, and must accept them: that is for users with rights on `nodes/proxy`. Over `http:` it gets no token.
   *
   * @default {none: everything goes through the API server}
   */
  kubeletUrl?: string | undefined;
  /**
   * The authorities of the kubelet's certificate, in PEM. It is checked against them even where the API server's is not
   * checked at all.
   *
   * @default {those of the API server}
   */
  kubeletCa?: string | undefined;
  /**
   * The name that the kubelet's certificate is checked for.
   *
   * @default {the host of kubeletUrl}
   */
  kubeletServerName?: string | undefined;
}

/** What calls about pods are made by. */
export interface PodCalls {
  readonly requester: Requester;
  /** The namespace of targets that name none. */
  readonly namespace: string;
}

/** A target that was checked. */
export interface CheckedTarget {
  readonly pod: string;
  readonly namespace: string;
  readonly container: string | undefined;
  readonly kubelet: Kubelet | undefined;
  /** Names it for people: `pod "default/box"`. */
  readonly name: string;
}

const PODS = { group: "", plural: "pods" };
const CONTAINERS = { group: "", plural: "containers" };

/**
 * Checks a target.
 *
 * @throws {TypeError} When something is missing or of another type.
 * @throws {RangeError} When there can be none of such a name.
 */
export function checkTarget(target: PodTarget, { namespace: own }: Pick<PodCalls, "namespace">): CheckedTarget {
  if (typeof target !== "object" || target === null) {
    throw new TypeError(`Cannot use a ${target === null ? "null" : typeof target} as a target: pass { pod }`);
  }
  const { namespace = own, container } = target;
  const pod = checkName(target.pod, PODS);
  checkNamespace(namespace);
  if (container !== undefined) checkName(container, CONTAINERS);
  return { pod, namespace, container, kubelet: checkKubelet(target), name: `pod "${namespace}/${pod}"` };
}

function checkKubelet({ kubeletUrl, kubeletCa, kubeletServerName }: PodTarget): Kubelet | undefined {
  for (const [name, value] of Object.entries({ kubeletUrl, kubeletCa, kubeletServerName })) {
    if (value === undefined) continue;
    if (typeof value !== "string") throw new TypeError(`Cannot use a ${typeof value} as ${name}: pass a string`);
    if (kubeletUrl === undefined) throw new TypeError(`Cannot use ${name} without kubeletUrl`);
  }
  if (kubeletUrl === undefined) return undefined;
  const url = URL.canParse(kubeletUrl) ? new URL(kubeletUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username + url.password + url.search + url.hash) {
    throw new RangeError("Cannot use this kubeletUrl: pass one such as https://10.0.0.7:10250");
  }
  return { url: url.href.replace(/\/+$/, ""), ca: kubeletCa, serverName: kubeletServerName };
}
