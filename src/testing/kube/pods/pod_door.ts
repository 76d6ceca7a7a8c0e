import type { FakeKubeFault } from "../fake_kube_fault.ts";
import { badRequest, refuse } from "../refusal.ts";
import type { Target } from "../target.ts";
import type { Header, Incoming, Outgoing } from "../wire.ts";
import type { ExecAsked } from "./exec_door.ts";
import { readLogWishes, whyNoLog } from "./log_door.ts";
import { kubeletUrl, UNREACHABLE } from "./nodes.ts";
import type { PodHouse } from "./pod_house.ts";
import { containerOf, type ContainerRef, isRunning, noHost, podOf } from "./pod_lookup.ts";
import { flag, parametersOf } from "./query.ts";

/** A request to what is in a Pod, by somebody who may get it. */
export interface PodCall {
  readonly incoming: Incoming;
  readonly target: Target;
  /** The headers that the API server's own answers have. */
  readonly common: readonly Header[];
  readonly fault: FakeKubeFault | undefined;
  /** Whether who asks may create such a connection, too. */
  readonly mayCreate: boolean;
}

/** Whether a path is one of something in a Pod. */
export function isInPod({ group, version, plural, name, subresource }: Target): boolean {
  return group === "" && version === "v1" && plural === "pods" && name !== "" &&
    ["exec", "log", "portforward"].includes(subresource);
}

/** Answers as the API server does. */
export function answerInPod(call: PodCall, house: PodHouse): Promise<Outgoing> | Outgoing {
  const { incoming: { method }, target: { subresource } } = call;
  if (subresource === "log") {
    if (method !== "GET") throw notAllowed();
    return log(call, house);
  }
  if (method !== "GET" && method !== "POST") throw notAllowed();
  if (subresource === "portforward") checkPorts(call.incoming.url.searchParams.getAll("ports"));
  if (!call.mayCreate) throw mayNotCreate(call.target);
  return subresource === "exec" ? exec(call, house) : forward(call, house);
}

async function exec(call: PodCall, house: PodHouse): Promise<Outgoing> {
  const { incoming, fault } = call;
  const query = parametersOf(incoming.url);
  const ref = refOf(call, house);
  if (ref.pod.node === "") throw noHost(ref.pod);
  checkUpgrade(incoming);
  const asked: ExecAsked = {
    argv: query.getAll("command"),
    stdin: flag(query, "stdin"),
    stdout: flag(query, "stdout"),
    stderr: flag(query, "stderr"),
    tty: flag(query, "tty"),
  };
  const { openExec } = await import("./exec_door.ts");
  const containers = await house.containers();
  const node = house.nodes.get(ref.pod.node);
  return openExec(incoming.headers, asked, {
    ref,
    node,
    containers,
    direct: false,
    canUpgrade: incoming.canUpgrade === true,
    fault,
  });
}

async function forward({ incoming, target, fault }: PodCall, house: PodHouse): Promise<Outgoing> {
  const pod = podOf(house.source, target.namespace, target.name);
  if (pod.node === "") throw noHost(pod);
  checkUpgrade(incoming);
  const { openForward } = await import("./forward_door.ts");
  const ports = incoming.url.searchParams.getAll("ports");
  const node = house.nodes.get(pod.node);
  return openForward(incoming.headers, ports, { pod, node, canUpgrade: incoming.canUpgrade === true, fault });
}

function log(call: PodCall, house: PodHouse): Outgoing {
  const { incoming: { url, canUpgrade }, common, target } = call;
  const wishes = readLogWishes(url.searchParams, target.name, house.clock);
  const ref = refOf(call, house);
  // Without a node, there is nothing, and that is no error.
  if (ref.pod.node === "") return { status: 204, headers: common, body: new Uint8Array() };
  if (house.nodes.get(ref.pod.node).life.isOver) {
    const names = ["follow", "limitBytes", "previous", "sinceSeconds", "sinceTime", "tailLines", "timestamps"];
    const parameters = new URLSearchParams([...url.searchParams].filter(([name]) => names.includes(name)));
    const from = kubeletUrl(["containerLogs", target.namespace, target.name, ref.container], parameters);
    throw refuse(500, undefined, `Get ${from}: ${UNREACHABLE}`);
  }
  // A log on a WebSocket has sub-protocols of its own, which the fake does not speak.
  if (canUpgrade === true) return { status: 403, headers: [], body: new Uint8Array() };
  const book = house.book(ref);
  const why = whyNoLog(ref, wishes, book);
  if (why !== undefined) throw badRequest(why);
  const body = book.read({ ...wishes, follow: wishes.follow && isRunning(ref.pod, ref.container) });
  return { status: 200, headers: [...common, ["content-type", "text/plain"]], body };
}

function notAllowed(): Error {
  const message = "the server does not allow this method on the requested resource";
  return refuse(405, "MethodNotAllowed", message, { details: {} });
}

/** What the API server reads of ports; the kubelet reads them again. */
function checkPorts(ports: readonly string[]): void {
  for (const text of ports.flatMap((some) => some.split(","))) {
    const isNumber = /^\d+$/.test(text);
    if (isNumber && Number(text) <= 65535) continue;
    const why = isNumber ? "value out of range" : "invalid syntax";
    throw badRequest(`cannot convert to []int32: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
  }
}

function refOf({ incoming: { url }, target }: PodCall, house: PodHouse): ContainerRef {
  const pod = podOf(house.source, target.namespace, target.name);
  return { pod, container: containerOf(pod, url.searchParams.get("container") ?? "") };
}

/** Whatever a request wants to become, the kubelet is asked. */
function checkUpgrade({ headers }: Incoming): void {
  if (!headers.has("upgrade")) throw badRequest("Upgrade request required");
}

/** The server does not say what is missing. */
function mayNotCreate({ name, plural }: Target): Error {
  return refuse(403, "Forbidden", `${plural} "${name}" is forbidden: `, { details: { name, kind: plural } });
}
