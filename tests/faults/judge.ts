/** Whether an error tells the truth about what went wrong. */

import { isSandboxError, type PartialResult, type SandboxError, type SandboxErrorCode } from "../../mod.ts";
import { type FaultStruck, GATEWAY_REPLIES, type GatewayReplyName } from "../../src/testing/mod.ts";
import { check, CheckError } from "../conformance/check.ts";
import { isHarmless, isStall, limitOf, SHORT_LIMIT_MS } from "./fault_case.ts";
import type { Scenario, Stage } from "./scenario.ts";

/** What the gateway's own answers mean to a caller. */
const REPLY_CODES: Readonly<Record<GatewayReplyName, SandboxErrorCode>> = {
  gatewayNotReady: "gateway_not_ready",
  sandboxNotFound: "sandbox_not_found",
  sandboxNotRunning: "sandbox_not_running",
  unauthorized: "unauthenticated",
  forbidden: "forbidden",
  wrongSandbox: "forbidden",
  verifierNotReady: "network",
  invalidPort: "invalid_argument",
  endpointInvalid: "network",
  frontAddressInvalid: "network",
  wakeFailed: "network",
  wakePanic: "internal",
  noHealthyUpstream: "network",
  upstreamRefused: "network",
  upstreamTimeout: "network",
  upstreamClosed: "network",
};

/** The calls whose answer is a stream of messages. */
const STREAMS = /\/(process\.Process\/(Start|Connect)|filesystem\.Filesystem\/WatchDir)$/;
/** The one whose answer is gone for good when it is lost: whatever comes between, events may be missing. */
const POLLS = /\/GetWatcherEvents$/;

/** Which codes the faults that came true account for. */
export function codesOf(struck: readonly FaultStruck[]): Set<SandboxErrorCode> {
  const codes = new Set<SandboxErrorCode>();
  for (const { request, plan } of struck) {
    if (isHarmless(plan)) continue;
    if (isStall(plan)) codes.add("request_timeout");
    if (POLLS.test(request)) codes.add("disconnected");
    if (plan.reply !== undefined) {
      const { status, body } = plan.reply;
      const words = (text: string) => text.replace(/<.*>/, "");
      for (const [name, row] of Object.entries(GATEWAY_REPLIES)) {
        if (row.status === status && body.startsWith(words(row.body))) codes.add(REPLY_CODES[name as GatewayReplyName]);
      }
    }
    if (Object.keys(plan).some((name) => ENDS.has(name))) {
      codes.add("network");
      if (STREAMS.test(request)) codes.add("disconnected");
    }
  }
  return codes;
}

const ENDS: ReadonlySet<string> = new Set([
  "cutAfterBytes",
  "cutAtFrame",
  "resetAfterBytes",
  "cutRequestAfterBytes",
  "loseResponse",
  "loseRequest",
  "closeAfter",
]);

const TREE_LEFT = /^Cannot end all of the process tree of \d+: only the process itself was killed/;

/**
 * Why something failed. Where the helper for a whole tree could not be run, the error says what is left, its cause why;
 * it is itself the cause of what a process was stopped for.
 */
export function reasonOf(error: SandboxError): SandboxErrorCode {
  const tree = [error, error.cause].find((each) => isSandboxError(each) && TREE_LEFT.test(each.message));
  // What a process was stopped for stands above the loss of its last output.
  const { cause } = (tree ?? error) as { cause?: unknown };
  const isWhy = tree !== undefined || isSandboxError(cause, "disconnected");
  return isWhy && isSandboxError(cause) ? cause.code : error.code;
}

/** Demands that an error is one of this package, has a reason among the faults, and made nothing up. */
export function judge(error: unknown, scenario: Scenario, stage: Stage, struck: readonly FaultStruck[]): void {
  if (!isSandboxError(error)) throw lie(`the error is none of this package: ${error}`, error);
  const codes = new Set([...codesOf(struck), ...scenario.natural ?? []]);
  // On a busy machine a short limit may run out whatever stalls.
  if (limitOf(stage.case) === SHORT_LIMIT_MS) codes.add("request_timeout");
  const code = reasonOf(error);
  if (!codes.has(code)) throw lie(`nothing accounts for the code ${code}: ${error.message}`, error);
  const { partial } = error as { partial?: PartialResult };
  if (partial !== undefined) checkPartial(partial, scenario, stage);
  check(!("exitCode" in error) || error.code === "command_exit", "an exit code in an error of another kind");
}

/** What arrived before a failure is a beginning of what was printed. */
function checkPartial({ stdoutBytes, stderrBytes }: PartialResult, scenario: Scenario, stage: Stage): void {
  const printed = scenario.stdout?.(stage).map((text) => new TextEncoder().encode(text)) ?? [stage.out];
  const known = printed.some((stdout) => isBeginning(stdoutBytes, stdout));
  check(known, `partial stdout of ${stdoutBytes.length} bytes was never printed`);
  check(isBeginning(stderrBytes, stage.err), `partial stderr of ${stderrBytes.length} bytes was never printed`);
}

/** Whether bytes are what others begin with. */
export function isBeginning(bytes: Uint8Array, of: Uint8Array): boolean {
  return bytes.length <= of.length && bytes.every((byte, i) => byte === of[i]);
}

function lie(what: string, cause: unknown): CheckError {
  return Object.assign(new CheckError(what), { cause });
}
