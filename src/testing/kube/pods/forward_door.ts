import type { FakeKubeFault } from "../fake_kube_fault.ts";
import { refuse } from "../refusal.ts";
import type { Outgoing } from "../wire.ts";
import { runForward } from "./forward_session.ts";
import { negotiate, offered, switching, UNKNOWN_PROTOCOL } from "./handshake.ts";
import { kubeletSays, UPGRADE_REQUIRED } from "./kubelet_says.ts";
import { type Node, UNREACHABLE } from "./nodes.ts";
import type { PodView } from "./pod_lookup.ts";

const PROTOCOLS = ["v4.channel.k8s.io"];

/** Answers a request for ports of a Pod that came as a WebSocket: they are those of this machine's loopback. */
export function openForward(
  headers: Headers,
  ports: readonly string[],
  { pod, node, canUpgrade, fault = {} }: {
    pod: PodView;
    node: Node;
    canUpgrade: boolean;
    fault: FakeKubeFault | undefined;
  },
): Outgoing {
  if (node.life.isOver) throw refuse(500, undefined, `error dialing backend: ${UNREACHABLE}`);
  const read = readPorts(ports);
  if (typeof read === "string") return kubeletSays(400, read);
  if (!canUpgrade) return UPGRADE_REQUIRED;
  const protocol = negotiate(offered(headers), PROTOCOLS);
  if (protocol === undefined) return UNKNOWN_PROTOCOL;
  const called = `${pod.namespace}/${pod.name}`;
  return switching(headers, protocol, fault, (socket) => runForward(socket, read, called, node.life));
}

/** The ports, or why the kubelet takes them for none. */
function readPorts(given: readonly string[]): readonly number[] | string {
  const all = given.flatMap((text) => text.split(","));
  if (all.length === 0) return 'query parameter "port" is required';
  for (const text of all) {
    const shown = JSON.stringify(text);
    const why = /^\d+$/.test(text) ? "value out of range" : "invalid syntax";
    if (!/^\d+$/.test(text) || Number(text) > 65535) {
      return `unable to parse ${shown} as a port: strconv.ParseUint: parsing ${shown}: ${why}`;
    }
    if (Number(text) === 0) return `port ${shown} must be > 0`;
  }
  return all.map(Number);
}
