/** How a command went, as a fake container knows it. */
export type Outcome =
  | { readonly code: number }
  /** It could not be started, in the words of the runtime. */
  | { readonly failure: string }
  /** The connection to the runtime broke: nobody knows. */
  | "lost";

/** The words of a WebSocket's last message, by its sub-protocol; nothing where there is none. */
export function lastWords(protocol: string, outcome: Outcome): string | undefined {
  if (protocol === "v5.channel.k8s.io") return goJson(statusV5(outcome));
  if (outcome === "lost") return undefined;
  if (protocol.startsWith("v4.")) return goJson(statusV4(outcome));
  // The first protocols have a text, and only of what went wrong.
  if ("failure" in outcome) return `Internal error occurred: ${starting(outcome.failure)}`;
  return outcome.code === 0 ? undefined : nonZero(`exit status ${outcome.code}`);
}

function statusV5(outcome: Outcome): unknown {
  // The server takes an end without a word for a good one.
  if (outcome === "lost") return { metadata: {}, status: "Success" };
  if ("failure" in outcome) return internalError(`Internal error occurred: ${starting(outcome.failure)}`);
  const { code } = outcome;
  if (code === 0) return { metadata: {}, status: "Success" };
  return { metadata: {}, ...exited(code, `command terminated with exit code ${code}`) };
}

function statusV4(outcome: Exclude<Outcome, "lost">): unknown {
  if ("failure" in outcome) {
    const message = `Internal error occurred: ${starting(outcome.failure)}`;
    return { status: "Failure", message, reason: "InternalError", code: 500 };
  }
  return outcome.code === 0 ? { status: "Success" } : exited(outcome.code, `exit status ${outcome.code}`);
}

/** A Status about something that a component could not do. */
export function internalError(what: string): Readonly<Record<string, unknown>> {
  return {
    metadata: {},
    status: "Failure",
    message: `Internal error occurred: ${what}`,
    reason: "InternalError",
    details: { causes: [{ message: what }] },
    code: 500,
  };
}

function exited(code: number, how: string): Readonly<Record<string, unknown>> {
  return {
    status: "Failure",
    message: nonZero(how),
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
  };
}

function nonZero(how: string): string {
  return `command terminated with non-zero exit code: ${how}`;
}

function starting(failure: string): string {
  return `error executing command in container: ${failure}`;
}

/** JSON as Go writes it: nothing in it could end a script of HTML. */
export function goJson(value: unknown): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped);
}
