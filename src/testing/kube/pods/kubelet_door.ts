import type { FakeKubeFault } from "../fake_kube_fault.ts";
import { Refusal } from "../refusal.ts";
import { decoded } from "../target.ts";
import type { UserInfo } from "../users.ts";
import type { Incoming, Outgoing } from "../wire.ts";
import type { Wanted } from "../rights.ts";
import { kubeletSays } from "./kubelet_says.ts";
import { readLogWishes, whyNoLog } from "./log_door.ts";
import type { PodHouse } from "./pod_house.ts";
import { findPod, isRunning, type PodView } from "./pod_lookup.ts";

/** A request straight to a kubelet. */
export interface KubeletTarget {
  readonly what: "exec" | "portForward" | "containerLogs";
  readonly namespace: string;
  readonly pod: string;
  /** Empty: none is named. */
  readonly container: string;
}

/** Reads a kubelet's own path; nothing where it is none. */
export function parseKubeletPath(path: string): KubeletTarget | undefined {
  const [what = "", namespace = "", pod = "", container = "", ...more] = path.split("/").slice(1).map(decoded);
  if (what !== "exec" && what !== "portForward" && what !== "containerLogs") return undefined;
  const known = what === "portForward" ? container === "" : container !== "";
  return known && pod !== "" && more.length === 0 ? { what, namespace, pod, container } : undefined;
}

/** Who asks and whether they may, as the API says it to a kubelet. */
export interface KubeletGate {
  authenticate(): UserInfo;
  isAllowed(user: UserInfo, wanted: Wanted): boolean;
}

/** Answers as a kubelet does: in plain text. */
export async function answerAsKubelet(
  target: KubeletTarget,
  incoming: Incoming,
  { house, gate, fault }: { house: PodHouse; gate: KubeletGate; fault: FakeKubeFault | undefined },
): Promise<Outgoing> {
  try {
    const user = gate.authenticate();
    const verb = incoming.method === "POST" ? "create" : incoming.method.toLowerCase();
    if (!gate.isAllowed(user, { group: "", resource: "nodes/proxy", name: "", namespace: "", verb })) {
      const what = `user=${user.name}, verb=${verb}, resource=nodes, subresource(s)=[proxy]`;
      return kubeletSays(403, `Forbidden (${what})\n`);
    }
    const pod = findPod(house.source, target.namespace, target.pod);
    return await serve(target, incoming, { house, pod, fault });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return kubeletSays(error.status, typeof error.body === "string" ? error.body : String(error.body["message"]));
  }
}

async function serve(
  { what, container, pod: name }: KubeletTarget,
  { headers, url: { searchParams: query }, canUpgrade }: Incoming,
  { house, pod, fault }: { house: PodHouse; pod: PodView | undefined; fault: FakeKubeFault | undefined },
): Promise<Outgoing> {
  if (pod === undefined) {
    return kubeletSays(
      404,
      what === "containerLogs" ? `pod ${JSON.stringify(name)} does not exist` : "pod does not exist",
    );
  }
  const node = house.nodes.get(pod.node);
  if (what === "containerLogs") return log(house, pod, container, query);
  if (canUpgrade !== true) return kubeletSays(400, "Upgrade request required");
  if (what === "portForward") {
    const { openForward } = await import("./forward_door.ts");
    return openForward(headers, query.getAll("port"), { pod, node, fault });
  }
  const { openExec } = await import("./exec_door.ts");
  // Its own parameters are called otherwise than the API server's.
  const isOn = (parameter: string) => query.get(parameter) === "1";
  const asked = {
    argv: query.getAll("command"),
    stdin: isOn("input"),
    stdout: isOn("output"),
    stderr: isOn("error"),
    tty: isOn("tty"),
  };
  const ref = { pod, container };
  return openExec(headers, asked, { ref, node, containers: await house.containers(), direct: true, fault });
}

function log(house: PodHouse, pod: PodView, container: string, query: URLSearchParams): Outgoing {
  if (!pod.containers.includes(container)) {
    return kubeletSays(404, `container ${JSON.stringify(container)} not found in pod ${JSON.stringify(pod.name)}`);
  }
  const wishes = readLogWishes(query, pod.name, house.clock);
  const ref = { pod, container };
  const book = house.book(ref);
  const why = whyNoLog(ref, wishes, book);
  if (why !== undefined) return kubeletSays(400, why);
  const body = book.read({ ...wishes, follow: wishes.follow && isRunning(pod, container) });
  return { status: 200, headers: [["content-type", "text/plain; charset=utf-8"]], body };
}
