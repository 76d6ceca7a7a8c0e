import type { FakeKubeFault } from "../fake_kube_fault.ts";
import { refuse } from "../refusal.ts";
import type { Outgoing } from "../wire.ts";
import type { Containers } from "./containers.ts";
import { type ExecPlan, runExec } from "./exec_session.ts";
import { goJson, internalError } from "./exec_status.ts";
import { negotiate, offered, switching, UNKNOWN_PROTOCOL } from "./handshake.ts";
import { kubeletSays, UPGRADE_REQUIRED } from "./kubelet_says.ts";
import { kubeletUrl, type Node, UNREACHABLE } from "./nodes.ts";
import { type ContainerRef, isRunning } from "./pod_lookup.ts";

const V5 = "v5.channel.k8s.io";
const OLDER = ["v4.channel.k8s.io", "channel.k8s.io"];

/** What a request for a command says. */
export interface ExecAsked {
  readonly argv: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** Where a command is to run, and how what is asked gets there. */
export interface ExecPlace {
  readonly ref: ContainerRef;
  readonly node: Node;
  readonly containers: Containers;
  /** Whether it came to the kubelet itself. */
  readonly direct: boolean;
  readonly canUpgrade: boolean;
  readonly fault: FakeKubeFault | undefined;
}

/** Answers a request for a command that came as a WebSocket. */
export function openExec(headers: Headers, asked: ExecAsked, place: ExecPlace): Outgoing {
  const { ref, node, containers, fault = {}, direct, canUpgrade } = place;
  // A terminal has one output. Who translates opens both all the same.
  const command = { ...asked, stderr: asked.stderr && !asked.tty };
  const protocol = negotiate(offered(headers), OLDER, V5);
  const translated = protocol === V5 && node.translated && !direct;
  const refusal = whyNot(command, ref);
  if (!translated) {
    if (node.life.isOver) throw refuse(500, undefined, `error dialing backend: ${UNREACHABLE}`);
    if (refusal !== undefined) return kubeletSays(...refusal);
  }
  if (!canUpgrade) return UPGRADE_REQUIRED;
  if (protocol === undefined) return UNKNOWN_PROTOCOL;
  const plan: ExecPlan = {
    protocol,
    command: translated ? asked : command,
    faults: {
      losesStatus: fault.losesStatus ?? false,
      loseRuntimeAfterBytes: fault.loseRuntimeAfterBytes ?? Infinity,
    },
    node: { life: node.life, translated },
    start: () => containers.start(ref, command),
    // Who translates has said yes before it asks the kubelet.
    refused: translated ? whyNotTranslated(asked, place, refusal?.[1]) : undefined,
  };
  return switching(headers, protocol, fault, (socket) => runExec(socket, plan));
}

function whyNot({ stdin, stdout, stderr }: ExecAsked, ref: ContainerRef): readonly [number, string] | undefined {
  if (!stdin && !stdout && !stderr) return [400, "you must specify at least 1 of stdin, stdout, stderr"];
  if (isRunning(ref.pod, ref.container)) return undefined;
  return [500, `container not found (${JSON.stringify(ref.container)})`];
}

function whyNotTranslated(asked: ExecAsked, { node, ref }: ExecPlace, refusal: string | undefined): string | undefined {
  if (node.life.isOver) {
    const flags = { input: asked.stdin, output: asked.stdout, error: asked.stderr, tty: asked.tty };
    const on = Object.entries(flags).filter(([, isOn]) => isOn).map(([name]) => [name, "1"]);
    const parameters = new URLSearchParams([...asked.argv.map((text) => ["command", text]), ...on]);
    const url = kubeletUrl(["exec", ref.pod.namespace, ref.pod.name, ref.container], parameters);
    return goJson(internalError(`error sending request: Post ${url}: ${UNREACHABLE}`));
  }
  return refusal === undefined ? undefined : goJson(internalError(`unable to upgrade connection: ${refusal}`));
}
