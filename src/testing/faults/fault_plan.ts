import type { GatewayReply } from "../gateway/replies.ts";

/**
 * What goes wrong with one request. Members combine where that makes sense; a combination that does not is a
 * `TypeError`. A plan without any passes the request on unharmed, which is how a later request is aimed at: plan nothing
 * for those before it.
 *
 * Byte counts are of the answer's content as its receiver reads it, without head and chunk sizes, unless `count` says
 * otherwise. An answer that ends before the place in question passes unharmed.
 */
export interface FaultPlan {
  /**
   * For which request: one whose method and path, `POST /process.Process/Start`, hold this text.
   *
   * @default {""} any request
   */
  match?: string | undefined;
  /** The connection is closed in order (FIN) behind so many bytes of the answer; 0 is behind its head. */
  cutAfterBytes?: number | undefined;
  /**
   * The connection is closed in order behind so many messages of a stream of the Connect protocol; 0 is behind the
   * head. An answer of another kind passes unharmed.
   */
  cutAtFrame?: number | undefined;
  /**
   * The connection is reset (RST) behind so many bytes of the answer; 0 is behind its head. It comes 10 ms behind them;
   * as with any reset, a receiver that has not read them by then loses them.
   */
  resetAfterBytes?: number | undefined;
  /** The connection is closed behind so many bytes of the request's content, to both sides; 0 is behind its head. */
  cutRequestAfterBytes?: number | undefined;
  /**
   * The request reaches the target whole, and once its answer has begun, that is thrown away and the connection closed.
   * Interim answers such as `100 Continue` pass. A target that answers without asking for the content (`Expect`), or
   * that closes its connection behind an early answer, gets no more of the request.
   */
  loseResponse?: boolean | undefined;
  /** The connection is closed when the head of the request has come, and nothing of it reaches the target. */
  loseRequest?: boolean | undefined;
  /** The connection is closed behind the whole answer, though that promised to keep it open. */
  closeAfter?: boolean | undefined;
  /** A pause before the answer begins, or where `stallAfterBytes` says, in milliseconds. */
  stallMs?: number | undefined;
  /** The pause comes behind so many bytes of the answer; 0 is behind its head. */
  stallAfterBytes?: number | undefined;
  /** How fast the answer goes over, head and chunk sizes included. */
  bytesPerSecond?: number | undefined;
  /** Every byte of the answer is a write of its own; one goes over in a millisecond or two, so that few are read together. */
  splitWrites?: boolean | undefined;
  /**
   * Answered by the proxy as soon as the head of the request has come; the target is not asked. `GATEWAY_REPLIES` has
   * what the OpenKruise gateway says. The media type is `text/plain` where none is given.
   */
  reply?: GatewayReply & { readonly contentType?: string | undefined } | undefined;
  /**
   * What byte counts of the answer count: its `content`, or all that goes over the `wire`, from the first byte of the
   * head on.
   *
   * @default {"content"}
   */
  count?: "content" | "wire" | undefined;
}

type Member = keyof FaultPlan;

/** What ends the connection; one plan has one end. */
const ENDS = [
  "cutAfterBytes",
  "cutAtFrame",
  "resetAfterBytes",
  "cutRequestAfterBytes",
  "loseResponse",
  "loseRequest",
  "closeAfter",
] as const satisfies readonly Member[];

/** What happens to an answer on its way. */
const DELIVERY = ["stallAfterBytes", "bytesPerSecond", "splitWrites"] as const satisfies readonly Member[];

/** What excludes what, beside one end the other. */
const EXCLUDES: Readonly<Partial<Record<Member, { readonly members: readonly Member[]; readonly why: string }>>> = {
  loseResponse: { members: DELIVERY, why: "there is no answer" },
  loseRequest: { members: DELIVERY, why: "there is no answer" },
  cutRequestAfterBytes: { members: ["stallMs", ...DELIVERY], why: "there is no answer" },
  reply: {
    members: ["loseResponse", "loseRequest", "cutRequestAfterBytes", "cutAtFrame"],
    why: "the target is not asked, and the answer is no stream",
  },
};

const CHECKS: Readonly<Record<Member, (value: unknown) => boolean>> = {
  match: (value) => typeof value === "string",
  cutAfterBytes: isCount,
  cutAtFrame: isCount,
  resetAfterBytes: isCount,
  cutRequestAfterBytes: isCount,
  loseResponse: isBoolean,
  loseRequest: isBoolean,
  closeAfter: isBoolean,
  stallMs: (value) => isCount(value) && value < 2 ** 31,
  stallAfterBytes: isCount,
  bytesPerSecond: (value) => typeof value === "number" && value > 0 && value < Infinity,
  splitWrites: isBoolean,
  reply: isReply,
  count: (value) => value === "content" || value === "wire",
};

/** A copy of a plan, without members that say nothing. Throws a `TypeError` for what cannot be. */
export function checkPlan(plan: FaultPlan): FaultPlan {
  if (typeof plan !== "object" || plan === null) throw refused(`pass an object, not ${String(plan)}`);
  const said: [Member, unknown][] = [];
  for (const [name, value] of Object.entries(plan)) {
    if (!Object.hasOwn(CHECKS, name)) throw refused(`there is no ${JSON.stringify(name)}`);
    if (value === undefined || value === false) continue;
    if (!CHECKS[name as Member](value)) throw refused(`${name} cannot be ${show(value)}`);
    said.push([name as Member, value]);
  }
  const checked = structuredClone(Object.fromEntries(said)) as FaultPlan;
  checkCombination(checked);
  return checked;
}

function checkCombination(plan: FaultPlan): void {
  const has = (name: Member) => plan[name] !== undefined;
  const [end, another] = ENDS.filter(has);
  if (another !== undefined) throw refused(`${end} and ${another} both end the connection`);
  for (const [name, { members, why }] of Object.entries(EXCLUDES)) {
    const other = has(name as Member) ? members.find(has) : undefined;
    if (other !== undefined) throw refused(`${name} and ${other} do not combine: ${why}`);
  }
  if (has("stallAfterBytes") && !has("stallMs")) throw refused("stallAfterBytes needs stallMs");
  const counts = (["cutAfterBytes", "resetAfterBytes", "stallAfterBytes"] as const).filter(has);
  if (has("count") && counts.length === 0) throw refused("count needs a number of bytes to count");
  const endAt = plan.cutAfterBytes ?? plan.resetAfterBytes;
  if (endAt !== undefined && plan.stallAfterBytes !== undefined && plan.stallAfterBytes > endAt) {
    throw refused(`stallAfterBytes lies behind the end, which is after ${endAt} bytes`);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

function isReply(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { status, body, contentType = "text/plain", ...more } = value as Record<string, unknown>;
  const bodiless = status === 204 || status === 304;
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599 &&
    (bodiless ? body === "" : typeof body === "string") && typeof contentType === "string" &&
    /^[\x20-\x7e]+$/.test(contentType) && Object.keys(more).length === 0;
}

function show(value: unknown): string {
  return (typeof value === "object" || typeof value === "string") ? JSON.stringify(value) : String(value);
}

function refused(why: string): TypeError {
  return new TypeError(`Cannot plan this fault: ${why}`);
}
