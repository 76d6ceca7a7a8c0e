import { Api } from "./api.ts";
import { kubeConfig } from "./config.ts";
import { CORE_KINDS } from "./core_kinds.ts";
import { extraKinds } from "./extra_kinds.ts";
import { usualBody } from "./fake_kube_fault.ts";
import type { FakeKube } from "./fake_kube.ts";
import type { FakeKubeListener, FakeKubeListenOptions } from "./fake_kube_listener.ts";
import type { FakeKubeOptions } from "./fake_kube_options.ts";
import { fetchOf } from "./fetch_door.ts";
import { failure } from "./refusal.ts";
import { OPENKRUISE_KINDS } from "./openkruise_kinds.ts";
import { PodHouse } from "./pods/pod_house.ts";
import { Stock } from "./stock.ts";
import { Store } from "./store.ts";
import { type KnownUser, readUsers } from "./users.ts";
import { HOST_CLOCK } from "./waiting.ts";

/** Where clients are told that the API is: HTTPS, so that they send their credentials. */
const SERVER = "https://kube.test";

/** Makes a {@linkcode FakeKube}. */
export function openFakeKube(options: FakeKubeOptions): FakeKube {
  const { history = 10_000, clock = HOST_CLOCK, deny = [], objects = [], kinds: more = [], nodes = [] } = options;
  if (!Number.isInteger(history) || history < 1) {
    throw new RangeError(`Cannot start a fake API: "history" must be a whole number above 0, not ${history}`);
  }
  const kinds = [...CORE_KINDS, ...OPENKRUISE_KINDS, ...extraKinds(more)];
  const [namespaces, podKind] = CORE_KINDS;
  if (namespaces === undefined || podKind === undefined) throw new TypeError("There are no namespaces and Pods");
  const users = readUsers(options.users);
  const store = new Store(history);
  const stock = new Stock(store, kinds, namespaces, clock);
  for (const name of ["default", "kube-system"]) stock.addNamespace(name);
  for (const object of objects) stock.write(object);
  const pods = new PodHouse({ store, kind: podKind }, clock, nodes);
  const api = new Api({ store, clock, kinds, namespaces, users, deny, pods });
  const closers = new Set<() => Promise<void>>();
  let closed = false;

  const configAt = (server: string, ca?: string) => (user: string) => kubeConfig(server, userOf(users, user), ca);
  const first = users[0]?.name ?? "";
  const configOf = configAt(SERVER);
  return {
    fetch: fetchOf(api, () => closed),
    config: configOf(first),
    configOf,
    get requests() {
      return [...api.requests];
    },
    pods,
    get watches() {
      return api.watches.size;
    },
    get: (key) => stock.get(key),
    write: (object) => stock.write(object),
    remove: (key) => stock.remove(key),
    next: (fault) => api.faults.add(fault),
    compact: () => store.compact(),
    endWatches: (code) => api.watches.endAll(code === undefined ? undefined : errorLine(code)),
    async listen(
      { port = 0, tls, requireToken = tls !== undefined }: FakeKubeListenOptions = {},
    ): Promise<FakeKubeListener> {
      if (!Number.isInteger(port) || port < 0 || port > 65535) {
        throw new RangeError(`Cannot listen: "port" must be from 0 to 65535, not ${port}`);
      }
      const { listen } = await import("./listener.ts");
      const { url, close } = await listen(api, { port, tls, open: !requireToken });
      closers.add(close);
      const at = configAt(url, tls?.ca);
      return {
        url,
        config: at(first),
        configOf: at,
        async [Symbol.asyncDispose]() {
          if (closers.delete(close)) await close();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      api.watches.endAll();
      const all = [...closers];
      closers.clear();
      await Promise.all([pods.close(), ...all.map((close) => close())]);
    },
  };
}

function userOf(users: readonly KnownUser[], name: string): KnownUser {
  const user = users.find((one) => one.name === name);
  if (user === undefined) throw new RangeError(`There is no user "${name}"`);
  return user;
}

/** The event with which a watch ends that fails. */
function errorLine(code: number): string {
  const said = usualBody(code);
  const object = typeof said === "string" ? failure(code, said.trim(), { reason: "TooManyRequests" }) : said;
  return `${JSON.stringify({ type: "ERROR", object })}\n`;
}
