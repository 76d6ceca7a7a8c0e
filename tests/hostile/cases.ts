/** Calls of hostile servers, on every runtime: each is a typed error that tells the truth. Web APIs alone. */

import { isSandboxError, RuntimeClient, type SandboxErrorCode } from "../../mod.ts";
import type { Case } from "../conformance/case.ts";
import { check, rejection } from "../conformance/check.ts";

/** A call, and which path it asks for. */
const CALLS = {
  run: ({ commands }: RuntimeClient) => commands.run(["true"]),
  connect: ({ commands }: RuntimeClient) => commands.connectToProcess(7).then((handle) => handle.wait()),
  list: ({ commands }: RuntimeClient) => commands.list(),
  stat: ({ files }: RuntimeClient) => files.getInfo("/x"),
  read: ({ files }: RuntimeClient) => files.read("/x", { maxBytes: 1024 * 1024 }),
  write: ({ files }: RuntimeClient) => files.write("/x", "text"),
  envs: (sandbox: RuntimeClient) => sandbox.envs(),
  metrics: (sandbox: RuntimeClient) => sandbox.metrics(),
  health: (sandbox: RuntimeClient) => sandbox.health(),
} as const;

type Call = keyof typeof CALLS;

const STREAMS: readonly Call[] = ["run", "connect"];
const UNARY: readonly Call[] = ["list", "stat"];
const JSON_CALLS: readonly Call[] = ["envs", "metrics"];
const ALL = Object.keys(CALLS) as readonly Call[];

interface Expectation {
  readonly attack: string;
  readonly call: Call;
  readonly codes: readonly SandboxErrorCode[];
}

function expect(codes: readonly SandboxErrorCode[], calls: readonly Call[], ...attacks: string[]): Expectation[] {
  return attacks.flatMap((attack) => calls.map((call) => ({ attack, call, codes })));
}

const PROTOCOL = ["protocol"] as const;
/** Some engines do not say what was wrong with an answer's head. */
const BROKEN = ["protocol", "network"] as const;

const EXPECTATIONS: readonly Expectation[] = [
  // Frames
  ...expect(PROTOCOL, STREAMS, "frame-of-4-gib", "first-frame-of-4-gib", "end-frame-of-4-gib", "compressed-frame"),
  ...expect(PROTOCOL, STREAMS, "unknown-flags", "garbage-message", "endless-varint", "deeply-nested"),
  ...expect(PROTOCOL, STREAMS, "field-longer-than-its-message"),
  ...expect(PROTOCOL, ["run"], "bomb-of-frames"),
  // Order
  ...expect(PROTOCOL, STREAMS, "output-first", "end-first", "ping-first", "two-starts", "two-processes", "nothing"),
  ...expect(PROTOCOL, STREAMS, "no-end"),
  // End frames
  ...expect(PROTOCOL, STREAMS, "end-that-is-no-json", "end-that-is-a-list", "end-that-is-null", "end-that-is-not-utf8"),
  ...expect(PROTOCOL, STREAMS, "end-with-an-inherited-code", "end-with-a-number-for-a-code"),
  // Numbers
  ...expect(PROTOCOL, STREAMS, "pid-zero", "exit-code-too-large", "exit-code-negative"),
  ...expect(PROTOCOL, ["metrics"], "metrics-of-no-time", "metrics-that-are-negative"),
  ...expect(PROTOCOL, ["stat"], "size-that-is-negative"),
  // JSON
  ...expect(PROTOCOL, ["envs"], "json-that-is-not-utf8", "json-cut", "json-of-another-kind", "json-deeply-nested"),
  ...expect(PROTOCOL, ["metrics"], "json-of-another-kind"),
  // Types. A file may be of any.
  ...expect(PROTOCOL, ["run"], "type-json-for-a-stream"),
  ...expect(PROTOCOL, [...STREAMS, ...UNARY, ...JSON_CALLS, "write", "health"], "type-html", "type-grpc"),
  ...expect(PROTOCOL, [...STREAMS, ...UNARY, ...JSON_CALLS], "type-nonsense"),
  // Too much
  ...expect(PROTOCOL, [...UNARY, "write"], "endless-answer"),
  ...expect(BROKEN, [...UNARY, "write"], "length-of-a-tebibyte"),
  ...expect(["file_too_large"], ["read"], "endless-answer"),
  ...expect(["file_too_large", "network"], ["read"], "length-of-a-tebibyte"),
  ...expect(PROTOCOL, [...JSON_CALLS, "write"], "endless-json"),
  ...expect(["internal"], ALL, "endless-error"),
  ...expect(["unsupported"], ALL, "endless-refusal"),
  ...expect(["protocol", "file_too_large"], ALL, "bomb"),
  ...expect(["protocol", "invalid_argument"], ALL, "bomb-of-an-error"),
  // Node 20 and 22 wait for ever.
  ...expect([...BROKEN, "request_timeout"], ["list", "read"], "broken-gzip"),
  // HTTP. Chromium takes a negative length for none.
  ...expect(BROKEN, ALL, "endless-headers", "endless-header", "not-http", "two-lengths", "status-of-one-digit"),
  ...expect(BROKEN, ALL.filter((call) => call !== "read"), "length-that-is-negative"),
  ...expect(["network"], ALL, "nothing-at-all"),
  ...expect(BROKEN, [...UNARY, "read", "write"], "chunk-of-no-size"),
];

/** The cases against a hostile server, one an attack. */
export function hostileCases(url: string): readonly Case[] {
  return [...byAttack()].map(([attack, expected]) => ({
    name: `hostile: ${attack}`,
    source: "docs/architecture.md",
    async run() {
      for (const { call, codes } of expected) await refused(`${url}/${attack}`, call, codes);
    },
  }));
}

function byAttack(): Map<string, Expectation[]> {
  const attacks = new Map<string, Expectation[]>();
  for (const expectation of EXPECTATIONS) {
    attacks.set(expectation.attack, [...attacks.get(expectation.attack) ?? [], expectation]);
  }
  return attacks;
}

async function refused(sandboxBaseUrl: string, call: Call, codes: readonly SandboxErrorCode[]): Promise<void> {
  const requestTimeoutMs = codes.includes("request_timeout") ? 1_000 : 20_000;
  const options = { sandboxBaseUrl, user: "root", requestTimeoutMs, retry: false } as const;
  const error = await rejection(CALLS[call](new RuntimeClient(options)));
  const got = isSandboxError(error) ? error.code : "another error";
  const is = isSandboxError(error) && codes.includes(error.code);
  check(is, `${call}: expected ${codes.join(" or ")}, got ${got}: ${error}`);
  check(!("exitCode" in error), `${call}: nobody knows an exit code`);
  check(!/\p{Cc}/u.test(error.message) && error.message.length < 1000, `${call}: the message can be shown`);
}

/** The names of all attacks that a case is about. */
export const ATTACKED: ReadonlySet<string> = new Set(EXPECTATIONS.map(({ attack }) => attack));
