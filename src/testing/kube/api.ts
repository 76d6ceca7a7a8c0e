import type { Answer, FakeKubeClock } from "./call.ts";
import { discover } from "./discovery.ts";
import { dispatch } from "./dispatch.ts";
import { usualBody } from "./fake_kube_fault.ts";
import type { FakeKubeFault, FakeKubeRequest } from "./fake_kube_fault.ts";
import type { FakeKubeRule } from "./fake_kube_options.ts";
import { Faults, stalled } from "./faults.ts";
import { parseFieldSelector } from "./field_selector.ts";
import type { JsonObject } from "./json.ts";
import type { Kind } from "./kinds.ts";
import { answerInPod, isInPod } from "./pods/pod_door.ts";
import type { PodHouse } from "./pods/pod_house.ts";
import { answerAsKubelet, parseKubeletPath } from "./pods/kubelet_door.ts";
import { noSuchPath, Refusal, refuse } from "./refusal.ts";
import { covers, isAllowed, type Wanted } from "./rights.ts";
import { review } from "./self_review.ts";
import type { Store } from "./store.ts";
import { parseTarget, type Target, verbOf } from "./target.ts";
import { authenticate, forbidden, forbiddenPath, impersonated, type KnownUser, type UserInfo } from "./users.ts";
import { waitFor } from "./waiting.ts";
import { Watches } from "./watches.ts";
import {
  encodeBody,
  type Header,
  type Incoming,
  MAX_BODY,
  type Outgoing,
  refusalAnswer,
  warningHeaders,
} from "./wire.ts";

/** What an API is made of. */
export interface ApiParts {
  readonly store: Store;
  readonly clock: FakeKubeClock;
  readonly kinds: readonly Kind[];
  readonly namespaces: Kind;
  readonly users: readonly KnownUser[];
  readonly deny: readonly FakeKubeRule[];
  readonly pods: PodHouse;
}

/** How many requests are remembered. */
const REMEMBERED = 1000;

type Noted = { -readonly [K in keyof FakeKubeRequest]: FakeKubeRequest[K] };

/** The API server: who asks, whether they may, what goes wrong; what is asked is done elsewhere. */
export class Api {
  readonly #parts: ApiParts;
  readonly #flow: readonly Header[];
  readonly faults: Faults = new Faults();
  readonly watches: Watches = new Watches();
  readonly requests: FakeKubeRequest[] = [];

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.#flow = [
      ["x-kubernetes-pf-flowschema-uid", crypto.randomUUID()],
      ["x-kubernetes-pf-prioritylevel-uid", crypto.randomUUID()],
    ];
  }

  /** Answers a request. Rejects with the reason of its signal, and otherwise never. */
  async answer(incoming: Incoming): Promise<Outgoing> {
    const noted = this.#note(incoming);
    const common: Header[] = [["audit-id", crypto.randomUUID()], ["cache-control", "no-cache, private"]];
    const fault = this.faults.take(noted);
    let outgoing: Outgoing;
    try {
      if (fault?.delayMs) await waitFor(this.#parts.clock, fault.delayMs, undefined, incoming.signal);
      outgoing = fault?.status === undefined
        ? await this.#serve(incoming, noted, common, fault)
        : faultAnswer(fault, fault.status, incoming, [...common, ...this.#flow]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      outgoing = refusalAnswer(error, incoming, common);
    }
    noted.status = outgoing.status;
    if (fault?.stallAfterBytes !== undefined) outgoing = stalled(outgoing, fault.stallAfterBytes);
    return fault?.cutAfterBytes === undefined ? outgoing : { ...outgoing, cutAfterBytes: fault.cutAfterBytes };
  }

  #note({ method, url }: Incoming): Noted {
    const target = parseTarget(url.pathname);
    const noted: Noted = {
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      ...(target === undefined ? {} : { verb: verbOf(method, target, url.searchParams) }),
    };
    this.requests.push(noted);
    if (this.requests.length > REMEMBERED) this.requests.shift();
    return noted;
  }

  async #serve(
    incoming: Incoming,
    noted: Noted,
    common: Header[],
    fault: FakeKubeFault | undefined,
  ): Promise<Outgoing> {
    const { url, values, headers } = incoming;
    const { users, pods: house } = this.#parts;
    const kubelet = parseKubeletPath(url.pathname);
    if (kubelet !== undefined) {
      const gate = {
        authenticate: () => authenticate(users, incoming),
        isAllowed: (user: UserInfo, wanted: Wanted) => this.#isAllowed(user, wanted),
      };
      return await answerAsKubelet(kubelet, incoming, { house, gate, fault });
    }
    const target = parseTarget(url.pathname);
    const wanted = target === undefined ? undefined : wantedOf(incoming.method, target, url.searchParams);
    const caller = authenticate(users, incoming);
    noted.user = caller.name;
    const refused = (user: UserInfo, prefix = "") =>
      wanted === undefined
        ? forbiddenPath(user, incoming.method, url.pathname, prefix)
        : forbidden(user, wanted, prefix);
    const user = impersonated(caller, users, values, [...headers.keys()], refused);
    noted.user = user.name;
    const isLong = target !== undefined && isInPod(target);
    // From here on, the answer tells how its flow is controlled, where it is.
    if (!isLong) common.push(...this.#flow);
    if (incoming.body.byteLength > MAX_BODY) {
      const message = `Request entity too large: limit is ${MAX_BODY}`;
      throw refuse(413, "RequestEntityTooLarge", message);
    }
    const said = incoming.method === "GET" ? await discover(url.pathname, this.#parts.kinds) : undefined;
    if (said !== undefined) return answerWith({ status: 200, body: said }, incoming, common);
    // Who has not all rights is not told what there is.
    if (target === undefined || wanted === undefined) throw user.rules === undefined ? noSuchPath() : refused(user);
    if (isReview(target, incoming.method)) {
      return answerWith(review(user, this.#parts.clock), incoming, common);
    }
    if (!this.#isAllowed(user, wanted)) throw refused(user);
    if (isLong) {
      const mayCreate = this.#isAllowed(user, { ...wanted, verb: "create" });
      return await answerInPod({ incoming, target, common, fault, mayCreate }, house);
    }
    const stale = fault?.stale ?? 0;
    const answer = await dispatch({ ...this.#parts, incoming, target, watches: this.watches, stale });
    if (!(answer instanceof ReadableStream)) return answerWith(answer, incoming, common);
    return { status: 200, headers: [...common, ["content-type", "application/json"]], body: answer };
  }

  #isAllowed(user: UserInfo, wanted: Wanted): boolean {
    return isAllowed(user.rules, wanted) && !this.#parts.deny.some((rule) => covers(rule, wanted));
  }
}

function answerWith(
  { status, body, warnings = [] }: Omit<Answer, "body"> & { readonly body: JsonObject | string },
  incoming: Incoming,
  common: readonly Header[],
): Outgoing {
  const [described, bytes] = encodeBody(body, incoming);
  return { status, headers: [...common, ...described, ...warningHeaders(warnings)], body: bytes };
}

function faultAnswer(fault: FakeKubeFault, status: number, incoming: Incoming, common: readonly Header[]): Outgoing {
  const { body = usualBody(status), retryAfter = status === 429 ? 1 : undefined } = fault;
  const headers: Header[] = retryAfter === undefined ? [] : [["retry-after", String(retryAfter)]];
  return refusalAnswer(new Refusal(status, body as JsonObject | string, headers), incoming, common);
}

/** Whether somebody asks who they are, which everybody may. */
function isReview({ group, version, plural }: Target, method: string): boolean {
  return method === "POST" && group === "authentication.k8s.io" && version === "v1" && plural === "selfsubjectreviews";
}

/** What a request wants to do, as rights name it. */
function wantedOf(method: string, target: Target, query: URLSearchParams): Wanted {
  const { group, plural, subresource, namespace } = target;
  const verb = verbOf(method, target, query);
  const resource = subresource === "" ? plural : `${plural}/${subresource}`;
  return { group, resource, name: target.name || oneName(query), namespace, verb };
}

/** The one name that a field selector allows. */
function oneName(query: URLSearchParams): string {
  const terms = (query.get("fieldSelector") ?? "").split(",").filter((term) => term.startsWith("metadata.name="));
  if (terms.length === 0) return "";
  return parseFieldSelector(terms[0] ?? "", undefined).name ?? "";
}
