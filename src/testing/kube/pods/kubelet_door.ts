import type { FakeKubeFault } from "../fake_kube_fault.ts";
import { textOf } from "../json.ts";
import { Refusal } from "../refusal.ts";
import { decoded } from "../target.ts";
import type { UserInfo } from "../users.ts";
import type { Incoming, Outgoing } from "../wire.ts";
import type { Wanted } from "../rights.ts";
import { kubeletSays } from "./kubelet_says.ts";
import type { LogWishes } from "./log_book.ts";
import { readLogWishes, whyNoLog } from "./log_door.ts";
import type { PodHouse } from "./pod_house.ts";
import { parametersOf } from "./query.ts";
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
    return kubeletSays(error.status, typeof error.body === "string" ? error.body : textOf(error.body["message"]));
  }
}

async function serve(
  { what, container, pod: name }: KubeletTarget,
  { headers, url, canUpgrade = false }: Incoming,
  { house, pod, fault }: { house: PodHouse; pod: PodView | undefined; fault: FakeKubeFault | undefined },
): Promise<Outgoing> {
  if (pod === undefined) {
    return kubeletSays(
      404,
      what === "containerLogs" ? `pod ${JSON.stringify(name)} does not exist` : "pod does not exist",
    );
  }
  const node = house.nodes.get(pod.node);
  const query = parametersOf(url);
  if (what === "containerLogs") return log(house, pod, container, query);
  if (what === "portForward") {
    const { openForward } = await import("./forward_door.ts");
    return openForward(headers, query.getAll("port"), { pod, node, canUpgrade, fault });
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
  return openExec(headers, asked, { ref, node, containers: await house.containers(), direct: true, canUpgrade, fault });
}

function log(house: PodHouse, pod: PodView, container: string, query: URLSearchParams): Outgoing {
  if (!pod.containers.includes(container)) {
    return kubeletSays(404, `container ${JSON.stringify(container)} not found in pod ${JSON.stringify(pod.name)}`);
  }
  const wishes = wishesOf(query, pod, house);
  if (typeof wishes === "string") return kubeletSays(wishes === INVALID ? 422 : 400, `{"message": "${wishes}"}`);
  const ref = { pod, container };
  const book = house.book(ref);
  const why = whyNoLog(ref, wishes, book);
  if (why !== undefined) return kubeletSays(400, why);
  const body = book.read({ ...wishes, follow: wishes.follow && isRunning(pod, container) });
  return { status: 200, headers: [], body };
}

const INVALID = "Invalid request.";

/** What is wanted of a log, or what is wrong with that. */
function wishesOf(query: URLSearchParams, { name }: PodView, { clock }: PodHouse): LogWishes | string {
  try {
    return readLogWishes(query, name, clock);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.status === 422 ? INVALID : "Unable to decode query.";
  }
}
