/** Which container a command runs in, and what is said of one that cannot be reached. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { isSandboxError, type SandboxError } from "../../../mod.ts";
import { execIn, KubeClient, podOf } from "../../../src/k8s/mod.ts";
import { makeAuthority } from "../../gateway/certificates.ts";
import { startFakeKube } from "../../../src/testing/mod.ts";
import { pod, startPods } from "../../testing/kube/pods/pod_tools.ts";
import { startRawServer } from "../sockets/raw_server.ts";
import { clientOf, SUCCESS } from "./exec_tools.ts";

async function failureOf(promise: Promise<unknown>): Promise<SandboxError> {
  const error = await promise.then(() => undefined, (error) => error);
  assert(isSandboxError(error), `${error}`);
  return error;
}

const sandbox = (name: string, status: Record<string, unknown>) => ({
  apiVersion: "agents.kruise.io/v1alpha1",
  kind: "Sandbox",
  metadata: { name, namespace: "default" },
  spec: {},
  status,
});

Deno.test("exec: the annotated container, else the first, and the pod is read only where it must be", async () => {
  const two = pod("two", { containers: ["first", "second"] });
  const annotations = { "kubectl.kubernetes.io/default-container": "second" };
  const annotated = { ...two, metadata: { ...two.metadata, name: "annotated", annotations } };
  const strange = { "kubectl.kubernetes.io/default-container": "third" };
  await using fake = await startFakeKube({
    objects: [pod("box"), two, annotated, {
      ...two,
      metadata: { ...two.metadata, name: "strange", annotations: strange },
    }],
  });
  await using listener = await fake.listen();
  await using kube = await KubeClient.fromConfig(listener.config);
  for (const [name, container] of [["box", "main"], ["two", "first"], ["annotated", "second"], ["strange", "first"]]) {
    const exec = await kube.exec({ pod: name! }, ["pwd"]);
    const { stdout } = await exec.wait();
    assertEquals(stdout.trim().split("/").at(-1), container, name);
    await exec.close();
  }
  const plain = fake.requests.filter(({ path }) => /pods\/[^/]+$/.test(path)).map(({ path }) => path.split("/").at(-1));
  assertEquals(plain, ["two", "annotated", "strange"]);
});

Deno.test("exec: a container that cannot be reached, and why", async () => {
  await using fake = await startPods();
  await using listener = await fake.listen();
  await using kube = await KubeClient.fromConfig(listener.config);
  const cases = [
    ["two", "nope", 400, 'The pod has no container "nope", but these: first, second'],
    ["broken", undefined, 500, `The container "main" is waiting (ErrImagePull): look at the pod's events`],
    ["broken-spdy", undefined, 500, `The container "main" is waiting (ErrImagePull): look at the pod's events`],
    ["unbound", undefined, 400, "The pod has no node yet: look at its events"],
    ["absent", undefined, 404, undefined],
  ] as const;
  for (const [name, container, status, hint] of cases) {
    const error = await failureOf((async () => {
      const exec = await kube.exec({ pod: name, container }, ["ls"]);
      await exec.wait();
    })());
    assertEquals([error.code, error.status, error.hint], ["kube_status", status, hint], name);
    assert(error.message.startsWith(`Cannot run command "ls" in the pod "default/${name}": `), error.message);
  }
});

Deno.test("exec: a program that is missing", async () => {
  await using fake = await startPods();
  await using listener = await fake.listen();
  await using kube = await KubeClient.fromConfig(listener.config);
  for (const name of ["box", "box-spdy"]) {
    const exec = await kube.exec({ pod: name }, ["no-such-command"]);
    const error = await failureOf(exec.wait());
    assertEquals([error.code, error.retryable], ["kube_status", false]);
    assert(error.hint!.includes("no such program"));
    // The shell tells it by its exit code.
    const shell = await kube.exec({ pod: name }, ["sh", "-c", "no-such-command"]);
    assertEquals((await shell.wait({ check: false })).exitCode, 127);
  }
});

Deno.test("exec: what to grant", async () => {
  await using fake = await startPods();
  const authority = await makeAuthority("Servers");
  const tls = { ...await authority.issue({ names: ["127.0.0.1"] }), ca: authority.cert };
  await using listener = await fake.listen({ tls });
  const hints = [];
  for (const user of ["viewer", "execget"]) {
    await using kube = await KubeClient.fromConfig(listener.configOf(user));
    const error = await failureOf(kube.exec({ pod: "box" }, ["ls"]));
    assertEquals([error.code, error.status], ["kube_status", 403]);
    hints.push(error.hint);
  }
  const rest =
    ', by a Role and a RoleBinding (servers before Kubernetes 1.35 ask for "get" alone, later ones for both)';
  assertEquals(hints, [
    `Grant the verb "create" on pods/exec in the namespace "default" to "viewer"${rest}`,
    `Grant the verb "create" on pods/exec in the namespace "default"${rest}`,
  ]);
});

Deno.test("exec: a fetch that opens no sockets", async () => {
  await using fake = await startPods();
  await using kube = await KubeClient.fromConfig(fake.config, { fetch: fake.fetch });
  const error = await failureOf(kube.exec({ pod: "box" }, ["ls"]));
  assertEquals(error.code, "unsupported");
  assertEquals(
    error.message,
    "Cannot connect to the Kubernetes API: the fetch that is passed in cannot open WebSockets",
  );
  assert(error.hint!.includes("listen()"));
});

Deno.test("exec: straight to a kubelet", async () => {
  const paths: string[] = [];
  await using kubelet = await startRawServer(async (call) => {
    paths.push(call.path);
    if (call.path.includes("nope")) return call.refuse(500, 'container not found ("nope")', "Content-Type: text/plain");
    const peer = call.accept();
    await peer.send(3, SUCCESS);
    await peer.close();
  });
  const two = pod("two", { containers: ["first", "second"] });
  await using server = await startRawServer(() => {}, () => ({ status: 200, body: two }));
  await using kube = await clientOf(server);
  const kubeletUrl = `${kubelet.url}/`;
  const first = await kube.exec({ pod: "two", kubeletUrl }, ["a", "b"], { stdin: true, tty: true });
  assertEquals((await first.wait()).exitCode, 0);
  const second = await kube.exec({ pod: "two", container: "second", kubeletUrl }, ["a"]);
  assertEquals((await second.wait()).exitCode, 0);
  const error = await failureOf(kube.exec({ pod: "two", container: "nope", kubeletUrl }, ["a"]));
  assertEquals(error.hint, 'The pod has no container "nope", but these: first, second');
  assertEquals(paths, [
    "/exec/default/two/first?command=a&command=b&input=1&output=1&tty=1",
    "/exec/default/two/second?command=a&output=1&error=1",
    "/exec/default/two/nope?command=a&output=1&error=1",
  ]);
  const closed = await failureOf(kube.exec({ pod: "two", container: "x", kubeletUrl: "http://127.0.0.1:1" }, ["a"]));
  assertEquals(closed.message, 'Cannot reach the kubelet at "127.0.0.1:1": connection refused');
  assertEquals(closed.code, "network");
});

Deno.test("exec: no token goes to a kubelet over plain HTTP", async () => {
  const names: string[] = [];
  await using kubelet = await startRawServer(async (call) => {
    names.push(...call.lines.map(([name]) => name));
    const peer = call.accept();
    await peer.send(3, SUCCESS);
    await peer.close();
  });
  await using kube = await KubeClient.fromConfig({
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "u", user: { token: "secret" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
  const exec = await kube.exec({ pod: "box", container: "main", kubeletUrl: kubelet.url }, ["ls"]);
  assertEquals((await exec.wait()).exitCode, 0);
  assert(names.includes("sec-websocket-protocol") && !names.includes("authorization"), `${names}`);
});

Deno.test("execIn: the state of the sandbox comes first", async () => {
  const ready = {
    type: "Ready",
    status: "True",
    reason: "Ready",
    message: "",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
  const running = { phase: "Running", conditions: [ready] };
  await using fake = await startFakeKube({
    objects: [
      ...[pod("mine"), sandbox("mine", running), sandbox("asleep", { phase: "Paused" })],
      ...[pod("unready"), sandbox("unready", { phase: "Running" })],
    ],
  });
  await using listener = await fake.listen();
  await using kube = await KubeClient.fromConfig(listener.config);
  const exec = await execIn(kube, { name: "mine" }, ["echo", "hello"]);
  assertEquals((await exec.wait()).stdout, "hello\n");
  // Its daemon may be what one looks into.
  const unready = await execIn(kube, { name: "unready" }, ["echo", "hello"]);
  assertEquals((await unready.wait()).stdout, "hello\n");
  const asleep = await failureOf(execIn(kube, { name: "asleep" }, ["ls"]));
  assert(isSandboxError(asleep, "sandbox_not_running"));
  assertEquals(asleep.state, "paused");
  assert(asleep.message.startsWith('Cannot run a command in sandbox "asleep" in "default": it is paused'));
  const absent = await failureOf(execIn(kube, { name: "absent" }, ["ls"]));
  assertEquals(absent.code, "sandbox_not_found");
  await assertRejects(() => execIn({} as never, { name: "mine" }, ["ls"]), TypeError);
  assertEquals(podOf(sandbox("mine", {})), { pod: "mine", namespace: "default" });
  assert(fake.requests.every(({ path }) => !path.includes("asleep/exec")));
});
