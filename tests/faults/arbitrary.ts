/** Makes cases: what is done, to which daemon, and what goes wrong with which of its requests. */

import fc from "fast-check";
import { type FaultPlan, GATEWAY_REPLIES, gatewayReply, type GatewayReplyName } from "../../src/testing/mod.ts";
import { ENDLESS_STALL_MS, type FaultCase, LONG_STALL_MS, VERSIONS } from "./fault_case.ts";
import { OWN_NAMES, PORTABLE_NAMES } from "./scenarios.ts";

/** Content small enough to go over byte by byte, and more than a pipe, a chunk and a frame hold. */
const SIZES = [120, 60_000] as const;

/** What calls have in their first line. */
const CALLS = [
  "/Start",
  "/SendSignal",
  "/SendInput",
  "/CloseStdin",
  "/Connect",
  "/List",
  "/files",
  "POST /files",
] as const;

const bytes = fc.oneof(fc.nat(8), fc.nat(400), fc.nat(80_000));
const counted = (name: "cutAfterBytes" | "resetAfterBytes"): fc.Arbitrary<FaultPlan> =>
  fc.tuple(bytes, fc.constantFrom("content", "wire")).map(([bytes, count]) => ({ [name]: bytes, count }) as FaultPlan);

const stall = (ms: fc.Arbitrary<number>): fc.Arbitrary<FaultPlan> =>
  fc.oneof(fc.record({ stallMs: ms }), fc.record({ stallMs: ms, stallAfterBytes: bytes }));

/**
 * Before an answer, or in the content of a file: a command or a watched directory may be silent, and a command take its
 * time to read its input, for as long as it likes.
 */
const endless: fc.Arbitrary<FaultPlan> = fc.oneof(
  fc.constantFrom(...CALLS.filter((call) => call !== "/SendInput")).map((match) => ({
    match,
    stallMs: ENDLESS_STALL_MS,
  })),
  bytes.map((stallAfterBytes) => ({ stallMs: ENDLESS_STALL_MS, stallAfterBytes, match: "/files?" })),
);

/** What ends a connection. */
const end: fc.Arbitrary<FaultPlan> = fc.oneof(
  { weight: 4, arbitrary: counted("cutAfterBytes") },
  { weight: 3, arbitrary: counted("resetAfterBytes") },
  { weight: 3, arbitrary: fc.record({ cutAtFrame: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.constant({ closeAfter: true }) },
);
const lost: fc.Arbitrary<FaultPlan> = fc.oneof(
  fc.constant({ loseResponse: true }),
  fc.constant({ loseRequest: true }),
  fc.record({ cutRequestAfterBytes: bytes }),
);

/** What only changes the pace. */
const pace: fc.Arbitrary<FaultPlan> = fc.oneof(
  stall(fc.nat(60)),
  fc.record({ bytesPerSecond: fc.integer({ min: 100_000, max: 1_000_000 }) }),
  fc.constant({ splitWrites: true }),
);

const reply: fc.Arbitrary<FaultPlan> = fc.constantFrom(...Object.keys(GATEWAY_REPLIES) as GatewayReplyName[])
  .map((name) => ({ reply: gatewayReply(name) }));

const fault: fc.Arbitrary<FaultPlan> = fc.oneof(
  { weight: 6, arbitrary: end },
  { weight: 3, arbitrary: fc.tuple(pace, end).map(([pace, end]) => combined(pace, end)) },
  { weight: 4, arbitrary: lost },
  { weight: 3, arbitrary: reply },
  { weight: 3, arbitrary: pace },
  { weight: 2, arbitrary: stall(fc.constant(LONG_STALL_MS)) },
  { weight: 1, arbitrary: endless },
);

/** A plan of both, where the pause lies before the end. */
function combined({ stallAfterBytes, ...pace }: FaultPlan, end: FaultPlan): FaultPlan {
  const endAt = end.cutAfterBytes ?? end.resetAfterBytes ?? 0;
  return stallAfterBytes === undefined
    ? { ...pace, ...end }
    : { ...pace, stallAfterBytes: Math.min(stallAfterBytes, endAt), ...end };
}

const call = fc.oneof(fc.constant(CALLS[0]), fc.constantFrom(...CALLS));

const faults: fc.Arbitrary<FaultPlan[]> = fc.oneof(
  { weight: 3, arbitrary: fault.map((plan) => [plan]) },
  { weight: 3, arbitrary: fc.tuple(fc.nat(4), fault).map(([before, plan]) => [...Array(before).fill({}), plan]) },
  { weight: 3, arbitrary: fc.array(fc.oneof(fault, fc.constant({})), { minLength: 1, maxLength: 6 }) },
  { weight: 3, arbitrary: fc.tuple(call, fault).map(([match, plan]) => [{ match, ...plan }]) },
  { weight: 1, arbitrary: fc.tuple(fault, fc.integer({ min: 2, max: 5 })).map(([plan, n]) => Array(n).fill(plan)) },
);

const scenario = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...OWN_NAMES) },
  { weight: 1, arbitrary: fc.constantFrom(...PORTABLE_NAMES) },
);

/** Any case. */
export const faultCase: fc.Arbitrary<FaultCase> = fc.record({
  scenario,
  version: fc.constantFrom(...VERSIONS),
  size: fc.constantFrom(...SIZES),
  warm: fc.boolean(),
  faults,
}).map(bearable);

/** Byte by byte goes only what is small: a byte takes a millisecond or two. */
function bearable(made: FaultCase): FaultCase {
  if (made.scenario.startsWith("case: ") || /many|much/.test(made.scenario)) {
    return { ...made, faults: made.faults.map(({ splitWrites: _, bytesPerSecond: __, ...plan }) => plan) };
  }
  return made.faults.some(({ splitWrites }) => splitWrites) ? { ...made, size: SIZES[0] } : made;
}
